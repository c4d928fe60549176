import { AppError, hex, type Log } from '../base/index.js';
import { decodePublic, publicKeyOf, type PcrSelection } from '../tpm/index.js';
import {
  activateCredential,
  certifyKey,
  createSigningKey,
  ekPublicArea,
  failedWith,
  openAk,
  quote,
  Rc,
  type AttestationKey,
  type SigningKey,
  type Tpm,
} from '../tpm-device/index.js';
import { releaseBinding, ReleaseKey, sessionIdLength, signingKeyBinding, type MakeCredentialResponse__Output } from '../wire/index.js';
import type { TokenServer } from './obtain.js';
import { currentValues, selectionsOf } from './quoted-registers.js';
import { RefusedError } from './server-trouble.js';

/** What the server now believes of this VM, and the key that it will seal to. */
export interface AttestedSession {
  readonly sessionId: Buffer;
  readonly releaseKey: ReleaseKey;
  /** TPM name of the key that signed. */
  readonly akName: Buffer;
  /** Present when it was asked for and the server accepted it. */
  readonly signingKey: SigningKey | undefined;
}

/** How the challenge looks that the server hides in the credential: 24 random bytes as base64url. */
const challengePattern = /^[A-Za-z0-9_-]{32}$/;

/**
 * Proves this VM to the server, from the endorsement key to the quote:
 * 1. send EK, AK and a fresh release key; 2. open the credential that the server made for exactly this EK and AK;
 * 3. quote the registers it asks for, bound to challenge, release key and the server's own key; 4. if asked, have the AK
 * certify a signing key. Everything that is loaded into the TPM is flushed.
 * @throws RefusedError, AppError SERVER_UNREACHABLE, TPM_UNAVAILABLE, TPM_COMMAND_FAILED, BYTES_MALFORMED
 */
export async function attest(
  server: TokenServer,
  tpm: Tpm,
  options: { readonly exchangeSigningKey: boolean; readonly log: Log },
): Promise<AttestedSession> {
  const { exchangeSigningKey, log } = options;
  const releaseKey = new ReleaseKey();
  const ekPublic = await ekPublicArea(tpm, 'rsa');
  const ak = await openAk(tpm);
  try {
    log.debug('attest.keys', { akName: hex(ak.name), akOrigin: ak.origin });
    const offer = await server.makeCredential({
      akName: hex(ak.name),
      ekPublic,
      akPublic: ak.publicArea,
      releaseKey: releaseKey.publicPoint,
    });
    const sessionId = sessionOf(offer);
    const challenge = await openChallenge(tpm, ak, offer);
    log.debug('attest.credential-opened');
    await proveState(server, tpm, ak, { sessionId, challenge, releaseKey, selections: selectionsOf(offer.pcrSelection) });
    log.debug('attest.activated');
    const signingKey = exchangeSigningKey ? await offerSigningKey(server, tpm, ak, sessionId) : undefined;
    return { sessionId, releaseKey, akName: ak.name, signingKey };
  } catch (error) {
    releaseKey.dispose();
    throw error;
  } finally {
    await ak.close();
  }
}

function sessionOf({ sessionId }: MakeCredentialResponse__Output): Buffer {
  if (sessionId.length !== sessionIdLength) {
    throw new AppError(
      'BYTES_MALFORMED',
      `the server sent a session id of ${sessionId.length} bytes, not ${sessionIdLength}: it is not a TokenServer of this version`,
    );
  }
  return sessionId;
}

async function openChallenge(tpm: Tpm, ak: AttestationKey, { credBlob, encryptedSecret }: MakeCredentialResponse__Output): Promise<string> {
  const secret = await activateCredential(tpm, ak, credBlob, encryptedSecret).catch((error: unknown) => {
    throw failedWith(error, Rc.integrity, Rc.failure, Rc.value) ? madeForAnotherTpm(error) : error;
  });
  const challenge = secret.toString('latin1');
  secret.fill(0);
  if (!challengePattern.test(challenge))
    throw new AppError('BYTES_MALFORMED', 'the challenge of the server is not 32 characters of base64url');
  return challenge;
}

/** The server makes the credential from the EK in Alice's record: a VM with another vTPM cannot open it. */
const madeForAnotherTpm = (cause: unknown): RefusedError =>
  new RefusedError(
    {
      grpcCode: 7,
      reason: 'CREDENTIAL_FOR_ANOTHER_TPM',
      decisionId: '',
      remedy: 'this TPM is not the one that Alice approved: she has to look at this VM and approve it anew',
      healedBy: 'alice',
      retryAfterSeconds: undefined,
    },
    cause,
  );

async function proveState(
  server: TokenServer,
  tpm: Tpm,
  ak: AttestationKey,
  parts: { sessionId: Buffer; challenge: string; releaseKey: ReleaseKey; selections: readonly PcrSelection[] },
): Promise<void> {
  const { sessionId, challenge, releaseKey, selections } = parts;
  const pcrValues = await currentValues(tpm, selections);
  const qualifyingData = releaseBinding({ challenge, releaseKey: releaseKey.publicPoint, serverSpkiSha256: server.serverSpkiSha256() });
  const { attestation, signature } = await quote(tpm, ak, qualifyingData, selections);
  if (!(await server.activateCredential({ sessionId, challenge, attestation, signature, pcrValues }))) throw notVerified('activation');
}

async function offerSigningKey(server: TokenServer, tpm: Tpm, ak: AttestationKey, sessionId: Buffer): Promise<SigningKey> {
  const key = await createSigningKey(tpm);
  const { attestation, signature } = await certifyKey(tpm, ak, key, signingKeyBinding(sessionId));
  const publicKeyPem = publicKeyOf(decodePublic(key.publicArea)).export({ type: 'spki', format: 'pem' }).toString();
  const accepted = await server.provideSigningKey({ sessionId, publicKeyPem, publicArea: key.publicArea, attestation, signature });
  if (!accepted) throw notVerified('signing key');
  return key;
}

const notVerified = (what: string): AppError => new AppError('SERVER_REFUSED', `the server did not verify the ${what} and did not say why`);
