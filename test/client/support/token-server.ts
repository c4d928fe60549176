import { randomBytes } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { Secret, type HealedBy } from '../../../src/base/index.js';
import {
  certifyChecks,
  decodeAttest,
  decodePublic,
  decodeSignature,
  hashId,
  makeCredential,
  nameOf,
  pcrDigest,
  verifySignature,
  type PublicArea,
} from '../../../src/tpm/index.js';
import {
  refusalMetadata,
  releaseBinding,
  sealRelease,
  signingKeyBinding,
  spkiSha256,
  tokenServiceDefinition,
  verifierDefinition,
  type ActivateCredentialRequest__Output,
  type MakeCredentialRequest__Output,
  type MakeCredentialResponse,
  type ProvideSigningKeyRequest__Output,
  type SecretType,
  type TokenRequest__Output,
  type TokenResponse,
} from '../../../src/wire/index.js';
import type { ChainFiles } from '../../support/chain.js';

/** A refusal as a test scripts it. */
interface ScriptedRefusal {
  readonly reason: string;
  readonly healedBy: HealedBy;
  readonly grpcCode?: number;
  readonly retryAfterSeconds?: number;
}

interface SecretToSend {
  readonly name: string;
  readonly type: SecretType;
  readonly data: Buffer;
}

/**
 * A TokenServer for the tests of the client: real gRPC over TLS on port 0. It verifies the quote and the certification for
 * real (with the TPM room and node:crypto), and everything else it does is scripted.
 */
export interface TestTokenServer {
  readonly address: string;
  /** Every bearer token that came, in order. */
  readonly tokens: readonly string[];
  /** Names of the calls that came, in order. */
  readonly calls: readonly string[];
  /** Refusals to give to the next calls of a method, first in first out. */
  refuseNext(method: string, ...refusals: readonly ScriptedRefusal[]): void;
  secrets: readonly SecretToSend[];
  /** Send the secrets in the clear, as a reference server does; `too` also seals them. */
  unsealed: boolean | 'too';
  /** 24 random bytes as base64url, and 32 random bytes, unless a test replaces them. */
  newChallenge: () => string;
  newSessionId: () => Buffer;
  /** The server key that quotes have to name; the server's own unless a test plays a relay. */
  spkiSha256: Buffer;
  /** What quotes have to cover. */
  pcrSelection: readonly { readonly hashAlg: number; readonly index: readonly number[] }[];
  /** The credential is made for this EK instead of the caller's. */
  approvedEk: PublicArea | undefined;
  stop(): Promise<void>;
}

export const testInstanceId = '8939838129032687278';
const quoted = [0, 4, 7];

interface Session {
  readonly ak: PublicArea;
  readonly challenge: string;
  readonly releaseKey: Buffer;
  attested: boolean;
}

class Refused extends Error {
  constructor(readonly refusal: ScriptedRefusal) {
    super(refusal.reason);
  }
}

export async function startTokenServer(
  chain: ChainFiles,
  options: { readonly clientCertificates?: boolean } = {},
): Promise<TestTokenServer> {
  const server = new Server();
  const sessions = new Map<string, Session>();
  const scripts = new Map<string, ScriptedRefusal[]>();
  const tokens: string[] = [];
  const calls: string[] = [];

  const sessionOf = (sessionId: Buffer): Session => {
    const session = sessions.get(sessionId.toString('hex'));
    if (session === undefined) throw new Refused({ reason: 'SESSION_UNKNOWN', healedBy: 'time', grpcCode: status.FAILED_PRECONDITION });
    return session;
  };
  const handlers: Record<string, (request: never) => object> = {
    MakeCredential: (request: MakeCredentialRequest__Output): MakeCredentialResponse => {
      const ak = decodePublic(request.akPub);
      const challenge = running.newChallenge();
      const sessionId = running.newSessionId();
      sessions.set(sessionId.toString('hex'), { ak, challenge, releaseKey: request.releaseKey, attested: false });
      const ekPublic = running.approvedEk ?? decodePublic(request.ekPub);
      const { credentialBlob, encryptedSecret } = makeCredential({ ekPublic, akName: nameOf(ak), credential: Buffer.from(challenge) });
      const pcrSelection = running.pcrSelection.map(({ hashAlg, index }) => ({ hashAlg, index: [...index] }));
      return { credBlob: credentialBlob, encryptedSecret, sessionId, pcrSelection, expiresInSeconds: 60 };
    },
    ActivateCredential: (request: ActivateCredentialRequest__Output) => {
      const session = sessionOf(request.sessionId);
      session.attested = isGoodQuote(request, session, running.spkiSha256);
      return { verified: session.attested };
    },
    ProvideSigningKey: (request: ProvideSigningKeyRequest__Output) => ({
      verified: isGoodSigningKey(request, sessionOf(request.sessionId)),
    }),
    GetToken: (request: TokenRequest__Output): TokenResponse => {
      const secrets = running.secrets.map(({ name, type, data }) => ({ name, type, data }));
      if (request.sessionId.length === 0 || running.unsealed === true) return { secrets };
      const { attested, releaseKey } = sessionOf(request.sessionId);
      if (!attested) throw new Refused({ reason: 'NOT_ATTESTED', healedBy: 'nobody' });
      const held = secrets.map((secret) => ({ ...secret, data: new Secret(secret.data) }));
      const context = { decisionId: 'decision-1', instanceId: testInstanceId, sessionId: request.sessionId };
      const sealedSecrets = sealRelease({ ...context, releaseKey, secrets: held, payloadCommand: [] });
      return running.unsealed === 'too' ? { secrets, sealedSecrets } : { sealedSecrets };
    },
  };
  const answer = (method: string): UntypedHandleCall => {
    const handle = (call: ServerUnaryCall<never, object>, callback: sendUnaryData<object>): void => {
      calls.push(method);
      tokens.push(String(call.metadata.get('authorization')[0]));
      try {
        const refusal = scripts.get(method)?.shift();
        if (refusal !== undefined) throw new Refused(refusal);
        callback(null, handlers[method]!(call.request));
      } catch (error) {
        callback(
          error instanceof Refused ? wireError(error.refusal) : { code: status.INTERNAL, details: 'test server', metadata: new Metadata() },
        );
      }
    };
    return handle as unknown as UntypedHandleCall;
  };
  server.addService(tokenServiceDefinition, { GetToken: answer('GetToken') });
  server.addService(verifierDefinition, Object.fromEntries(Object.keys(handlers).map((method) => [method, answer(method)])));
  const credentials = ServerCredentials.createSsl(
    chain.read('tls-ca.crt'),
    [{ private_key: chain.read('tokenservice.key'), cert_chain: chain.read('tokenservice.crt') }],
    options.clientCertificates ?? true,
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  const running: TestTokenServer = {
    address: `127.0.0.1:${port}`,
    tokens,
    calls,
    refuseNext: (method, ...refusals) => void scripts.set(method, [...(scripts.get(method) ?? []), ...refusals]),
    secrets: [],
    unsealed: false,
    newChallenge: () => randomBytes(24).toString('base64url'),
    newSessionId: () => randomBytes(32),
    approvedEk: undefined,
    spkiSha256: spkiSha256(chain.read('tokenservice.crt')),
    pcrSelection: [{ hashAlg: hashId('sha256'), index: quoted }],
    stop: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
  return running;
}

function wireError({ reason, healedBy, grpcCode = status.PERMISSION_DENIED, retryAfterSeconds }: ScriptedRefusal) {
  const refusal = { grpcCode, reason, decisionId: 'decision-1', remedy: `remedy of ${reason}`, healedBy, retryAfterSeconds };
  return { code: grpcCode, details: reason, metadata: refusalMetadata(refusal, reason) };
}

/** Signature, binding, selection and the claimed values, as a verifier checks them. */
function isGoodQuote(request: ActivateCredentialRequest__Output, session: Session, serverSpkiSha256: Buffer): boolean {
  const { challenge, releaseKey, ak } = session;
  const attest = decodeAttest(request.attestation);
  if (attest.type !== 'quote' || request.secret !== challenge) return false;
  const values = [...request.pcrValues].sort((a, b) => a.index - b.index);
  return (
    verifySignature(ak, decodeSignature(request.signatureTpmt), request.attestation) &&
    attest.extraData.equals(releaseBinding({ challenge, releaseKey, serverSpkiSha256 })) &&
    values.map(({ index }) => index).join() === quoted.join() &&
    attest.pcrDigest.equals(
      pcrDigest(
        'sha256',
        values.map(({ digest }) => digest),
      ),
    )
  );
}

function isGoodSigningKey(request: ProvideSigningKeyRequest__Output, session: Session): boolean {
  const evidence = {
    akPublic: session.ak,
    keyPublic: decodePublic(request.signingKeyPublic),
    attestation: request.attestation,
    signature: decodeSignature(request.signatureTpmt),
    expectedExtraData: signingKeyBinding(request.sessionId),
  };
  return session.attested && certifyChecks.every((check) => check.judge(evidence).kind !== 'refuse');
}
