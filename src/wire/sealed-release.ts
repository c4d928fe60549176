import { createCipheriv, createDecipheriv, createECDH, ECDH, hkdfSync, randomBytes } from 'node:crypto';
import { AppError, Secret } from '../base/index.js';
import { releaseKeyLength, sessionIdLength } from './binding.js';
import { releasedSecretsCodec, sealedReleaseCodec } from './services.js';

export type SecretType = 'RAW' | 'TPM' | 'TINK';

/** One secret on its way. `data` is the value for RAW, an ImportBlob for TPM, a binary keyset for TINK. */
export interface ReleasedSecret {
  readonly name: string;
  readonly type: SecretType;
  readonly data: Secret;
}

/** What a release carries. */
export interface ReleaseContents {
  readonly secrets: readonly ReleasedSecret[];
  /** The argv that Alice allowed for an archive among the secrets (`payload_command` of the record); empty: none. */
  readonly payloadCommand: readonly string[];
}

interface Context {
  readonly decisionId: string;
  readonly instanceId: string;
  readonly sessionId: Uint8Array;
}

const curve = 'prime256v1';
const tagLength = 16;
const nonceLength = 12;

const isUncompressed = (point: Uint8Array): boolean => point.length === releaseKeyLength && point[0] === 4;

/** Is this an uncompressed point of P-256 that lies on the curve? */
export function isReleaseKey(point: Uint8Array): boolean {
  if (!isUncompressed(point)) return false;
  try {
    ECDH.convertKey(point, curve);
    return true;
  } catch {
    return false;
  }
}

/**
 * Encrypts secrets, and the command that goes with them, to one session's release key: ECDH with a fresh key, HKDF-SHA256, AES-256-GCM. The associated data names
 * decision, instance and session, so that the answer of one release cannot stand for another's.
 * @throws AppError CRYPTO_FAILED when the release key is not a point of P-256.
 * @returns an encoded SealedRelease (proto/tokenservice.proto).
 */
export function sealRelease(release: Context & ReleaseContents & { readonly releaseKey: Uint8Array }): Buffer {
  const ephemeral = createECDH(curve);
  const ephemeralKey = ephemeral.generateKeys();
  const nonce = randomBytes(nonceLength);
  const key = deriveKey(ephemeral, release.releaseKey, ephemeralKey, release.releaseKey);
  const plaintext = releasedSecretsCodec.encode({
    secrets: release.secrets.map(({ name, type, data }) => ({ name, type, data: data.expose() })),
    payloadCommand: [...release.payloadCommand],
  });
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData(release));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  plaintext.fill(0);
  key.fill(0);
  return sealedReleaseCodec.encode({ ephemeralKey, nonce, ciphertext, decisionId: release.decisionId });
}

/** The client's half: a P-256 key that lives for one session and opens what was sealed to it. */
export class ReleaseKey {
  /** Uncompressed point, 65 bytes: what the server seals to. */
  readonly publicPoint: Buffer;
  #ecdh: ECDH | undefined;

  constructor() {
    const ecdh = createECDH(curve);
    this.publicPoint = ecdh.generateKeys();
    this.#ecdh = ecdh;
  }

  /**
   * Opens a sealed release.
   * @throws AppError BYTES_MALFORMED when it does not decode; CRYPTO_FAILED when it was sealed to another key, instance or
   * session, or was changed on the way.
   */
  open(sealed: Uint8Array, context: Omit<Context, 'decisionId'>): ReleaseContents & { readonly decisionId: string } {
    if (this.#ecdh === undefined) throw new AppError('CRYPTO_FAILED', 'this release key was disposed of');
    const { ephemeralKey, nonce, ciphertext, decisionId } = sealedReleaseCodec.decode(sealed);
    if (!isUncompressed(ephemeralKey) || nonce.length !== nonceLength || ciphertext.length < tagLength) {
      throw new AppError('BYTES_MALFORMED', 'sealed release: a field has the wrong size');
    }
    const key = deriveKey(this.#ecdh, ephemeralKey, ephemeralKey, this.publicPoint);
    const plaintext = decrypt(key, nonce, ciphertext, associatedData({ ...context, decisionId }));
    key.fill(0);
    const { secrets, payloadCommand } = releasedSecretsCodec.decode(plaintext);
    const received = secrets.map(({ name, type, data }) => ({ name, type, data: new Secret(data) }));
    for (const { data } of secrets) data.fill(0);
    plaintext.fill(0);
    return { decisionId, secrets: received, payloadCommand };
  }

  /** Forgets the private key: nothing sealed to it opens any more. */
  dispose(): void {
    this.#ecdh = undefined;
  }
}

/** @throws AppError CRYPTO_FAILED for a peer that is no uncompressed point of the curve: Node refuses one that does not lie on it. */
function sharedSecret(own: ECDH, peer: Uint8Array): Buffer {
  try {
    if (isUncompressed(peer)) return own.computeSecret(peer);
  } catch (cause) {
    throw new AppError('CRYPTO_FAILED', 'the public key is not a point of P-256', { cause });
  }
  throw new AppError('CRYPTO_FAILED', 'the public key is not an uncompressed point of P-256');
}

function deriveKey(own: ECDH, peer: Uint8Array, ephemeralKey: Uint8Array, releaseKey: Uint8Array): Buffer {
  const shared = sharedSecret(own, peer);
  const info = Buffer.concat([Buffer.from('tokenservice sealed release v1'), ephemeralKey, releaseKey]);
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), info, 32));
  shared.fill(0);
  return key;
}

function decrypt(key: Buffer, nonce: Buffer, ciphertext: Buffer, aad: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  decipher.setAAD(aad);
  decipher.setAuthTag(ciphertext.subarray(ciphertext.length - tagLength));
  const start = decipher.update(ciphertext.subarray(0, ciphertext.length - tagLength));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch (error) {
    start.fill(0);
    throw new AppError(
      'CRYPTO_FAILED',
      'the sealed release does not open: it was sealed to another key or session, or changed on the way',
      { cause: error },
    );
  }
}

/** Each part with its length before it (u16, big-endian), so that no two contexts give the same bytes. */
function associatedData({ decisionId, instanceId, sessionId }: Context): Buffer {
  if (sessionId.length !== sessionIdLength) throw new AppError('CRYPTO_FAILED', `a session id has ${sessionIdLength} bytes`);
  return Buffer.concat(
    [Buffer.from(decisionId), Buffer.from(instanceId), Buffer.from(sessionId)].flatMap((part) => {
      const size = Buffer.alloc(2);
      size.writeUInt16BE(part.length);
      return [size, part];
    }),
  );
}
