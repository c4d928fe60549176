import { compactVerify, createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, type RemoteJWKSet } from 'jose';
import { AppError, messageOf } from '../base/index.js';
import { parseTokenClaims, type VerifiedToken } from '../facts/index.js';
import type { TokenVerifier } from './cloud.js';
import { connect, readBounded } from './http.js';

/** Google's keys for ID tokens, as a JWK set. @see https://accounts.google.com/.well-known/openid-configuration */
export const googleKeySetUrl = 'https://www.googleapis.com/oauth2/v3/certs';

const maxTokenCharacters = 8192;
const maxKeySetBytes = 256 * 1024;
const failureCoolDownMs = 1000;

export interface TokenVerifierOptions {
  readonly keySetUrl: string;
  readonly deadlineMs: number;
  /** How long after a load an unknown key id does not cause another one. */
  readonly coolDownMs: number;
}

/**
 * Verifies signatures of ID tokens: RS256 by a key of the set and nothing else. Claims are read, not judged.
 * Nothing is loaded before the first token or `warm()`. @see RFC 7515, RFC 7519
 */
export function openTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const keySet = createRemoteJWKSet(new URL(options.keySetUrl), {
    timeoutDuration: options.deadlineMs,
    cooldownDuration: options.coolDownMs,
    [customFetch]: fetchKeySet(),
  });
  return {
    verify: (token) => verify(token, keySet),
    warm: async () => {
      try {
        await keySet.reload();
      } catch (error) {
        throw keysUnavailable(error);
      }
    },
    get ready() {
      return keySet.jwks() !== undefined;
    },
  };
}

const refused = (problem: string): VerifiedToken => ({ claims: undefined, problem });

async function verify(token: string, keySet: RemoteJWKSet): Promise<VerifiedToken> {
  if (token.length > maxTokenCharacters) return refused(`longer than ${maxTokenCharacters} characters`);
  if (!isCanonical(token)) return refused('malformed');
  const problem = headerProblem(token);
  if (problem !== undefined) return refused(problem);
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(token, keySet, { algorithms: ['RS256'] }));
  } catch (error) {
    const known = problemOf(error);
    if (known === undefined) throw keysUnavailable(error);
    return refused(known);
  }
  try {
    return { claims: parseTokenClaims(JSON.parse(Buffer.from(payload).toString('utf8'))), problem: undefined };
  } catch {
    return refused('the payload is not that of an ID token');
  }
}

/**
 * Whether each part is base64url without padding, as its bytes are written again: one token has one spelling. Decoders drop
 * the unused bits of a last character, so without this a token with another last character would verify. @see RFC 4648, 3.5
 */
const isCanonical = (token: string): boolean =>
  token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);

/** Refuses, before any key is looked up, what no key could verify. */
function headerProblem(token: string): string | undefined {
  let header: { alg?: unknown; kid?: unknown };
  try {
    header = decodeProtectedHeader(token);
  } catch {
    return 'malformed';
  }
  const { alg, kid } = header;
  if (alg !== 'RS256') return typeof alg === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(alg) ? `algorithm ${alg}` : 'unknown algorithm';
  return typeof kid === 'string' && kid !== '' ? undefined : 'no key id';
}

/** What is wrong with the token; undefined when the failure is about the key set. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad signature';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key id';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) return 'malformed';
  return undefined;
}

const keysUnavailable = (error: unknown): AppError =>
  new AppError('CLOUD_UNAVAILABLE', `the key set of Google could not be loaded: ${messageOf(error)}`, { cause: error });

/** Loads the set with bounds on its size; after a failure, others fail at once for a second instead of asking again. */
function fetchKeySet(): (url: string, init: RequestInit) => Promise<Response> {
  let failure: { readonly error: unknown; readonly at: number } | undefined;
  return async (url, init) => {
    if (failure !== undefined && Date.now() - failure.at < failureCoolDownMs) throw failure.error;
    try {
      const call = { what: 'key set', url, maxAnswerBytes: maxKeySetBytes };
      const response = await connect(call, init);
      const body = await readBounded(response, call);
      if (response.status !== 200) throw new AppError('CLOUD_UNAVAILABLE', `key set answered HTTP ${response.status}`);
      JSON.parse(body.toString('utf8'));
      failure = undefined;
      return new Response(body.toString('utf8'), { status: 200 });
    } catch (error) {
      failure = { error, at: Date.now() };
      throw error;
    }
  };
}
