import { constants, KeyObject, verify as verifySignature, type webcrypto } from 'node:crypto';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, type RemoteJWKSet } from 'jose';
import { AppError, messageOf, onceForEach, Recent } from '../base/index.js';
import { parseTokenClaims, type TokenClaims, type VerifiedToken } from '../facts/index.js';
import type { TokenVerifier } from './cloud.js';
import { connect, readBounded } from './http.js';

/** Google's keys for ID tokens, as a JWK set. @see https://accounts.google.com/.well-known/openid-configuration */
export const googleKeySetUrl = 'https://www.googleapis.com/oauth2/v3/certs';

const maxTokenCharacters = 8192;
const maxKeySetBytes = 256 * 1024;
const failureCoolDownMs = 1000;
const minModulusBits = 2048;

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
  const [header = '', payload = '', signature, ...others] = token.split('.');
  if (signature === undefined || others.length > 0) return refused('malformed');
  const read = goodHeaders.get(token) ?? readHeader(token);
  if ('problem' in read) return refused(read.problem);
  let key: KeyObject;
  try {
    key = keyObjectOf(await keySet({ ...read }, { payload, signature }));
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return refused('unknown key id');
    throw keysUnavailable(error);
  }
  const before = verifiedBy(key).get(token);
  if (before !== undefined) return { claims: before, problem: undefined };
  const signed = Buffer.from(`${header}.${payload}`, 'ascii');
  const byKey = { key, padding: constants.RSA_PKCS1_PADDING };
  if (!verifySignature('sha256', signed, byKey, Buffer.from(signature, 'base64url'))) return refused('bad signature');
  try {
    const claims = parseTokenClaims(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    verifiedBy(key).set(token, claims);
    goodHeaders.set(token, read);
    return { claims, problem: undefined };
  } catch {
    return refused('the payload is not that of an ID token');
  }
}

/** A client asks with the same token for as long as that is young enough. */
const maxVerified = 4096;

/** Of tokens whose signature was verified by some key: which key it must be now is asked by the key id in it. */
const goodHeaders = new Recent<string, TokenHeader>(maxVerified);

/**
 * The claims of tokens, character for character, whose signature was verified by this very key. When the set is loaded anew
 * its keys are new objects, and nothing is known of them: a key that Google took back verifies no more.
 */
const verifiedBy = onceForEach((_key: KeyObject) => new Recent<string, TokenClaims>(maxVerified));

/** The set keeps its keys for WebCrypto, which does each signature on another thread (docs/performance.md). */
const keyObjects = new WeakMap<webcrypto.CryptoKey, KeyObject>();

/** @throws AppError CLOUD_UNAVAILABLE for a key that RS256 must not use. @see RFC 7518, 3.3 */
function keyObjectOf(cryptoKey: webcrypto.CryptoKey): KeyObject {
  const known = keyObjects.get(cryptoKey);
  if (known !== undefined) return known;
  const key = KeyObject.from(cryptoKey);
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  // jose gives out public RSA keys alone; it is said again here, where one is used.
  if (key.type !== 'public' || key.asymmetricKeyType !== 'rsa' || modulusLength < minModulusBits)
    throw new AppError('CLOUD_UNAVAILABLE', 'the key set of Google holds a key that cannot verify RS256');
  keyObjects.set(cryptoKey, key);
  return key;
}

/**
 * Whether each part is base64url without padding, as its bytes are written again: one token has one spelling. Decoders drop
 * the unused bits of a last character, so without this a token with another last character would verify. @see RFC 4648, 3.5
 */
const isCanonical = (token: string): boolean =>
  token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);

interface TokenHeader {
  readonly alg: 'RS256';
  readonly kid: string;
}

/** Refuses, before any key is looked up, what no key could verify, and what is not spelled as it must be. Extensions that must be understood (`crit`) are not. @see RFC 7515, 4.1.11 */
function readHeader(token: string): TokenHeader | { readonly problem: string } {
  if (!isCanonical(token)) return { problem: 'malformed' };
  let header: Readonly<Record<string, unknown>>;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    return { problem: 'malformed' };
  }
  const { alg, kid } = header;
  if (alg !== 'RS256')
    return { problem: typeof alg === 'string' && /^[A-Za-z0-9-]{1,16}$/.test(alg) ? `algorithm ${alg}` : 'unknown algorithm' };
  if ('crit' in header || 'b64' in header) return { problem: 'malformed' };
  return typeof kid === 'string' && kid !== '' ? { alg, kid } : { problem: 'no key id' };
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
