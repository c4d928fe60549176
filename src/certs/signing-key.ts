import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto, type KeyObject } from 'node:crypto';
import { AppError, messageOf } from '../base/index.js';

/** A private key that signs certificates or requests, with its public key. It is written to a file of mode 0600 and nowhere else. */
export interface SigningKey {
  readonly pair: webcrypto.CryptoKeyPair;
  readonly algorithm: { readonly name: string; readonly hash: string; readonly namedCurve?: string };
  readonly keyObject: KeyObject;
  /** PKCS #8 PEM, unencrypted. */
  readonly pem: string;
}

/** A new ECDSA P-256 key. */
export const newKey = (): Promise<SigningKey> => signingKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

/**
 * A private key of a PEM file: P-256, P-384, or RSA of 2048 bits or more.
 * @param what names the file in errors
 * @throws AppError CONFIG_INVALID when it is none of these, or is encrypted
 */
export async function readKey(pem: Buffer, what: string): Promise<SigningKey> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${what} is not an unencrypted private key in PEM: ${messageOf(error)}`);
  }
  const problem = keyProblem(key);
  if (problem !== undefined) throw new AppError('CONFIG_INVALID', `${what} ${problem}`);
  return signingKey(key);
}

/** Why a key, public or private, is not good enough; undefined when it is. */
export function keyProblem({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | undefined {
  const curve = details?.namedCurve;
  if (type === 'ec') return curve === 'prime256v1' || curve === 'secp384r1' ? undefined : `is on the curve ${curve}; use P-256`;
  if (type !== 'rsa') return `is of type ${type}; use P-256`;
  const bits = details?.modulusLength ?? 0;
  return bits >= 2048 && bits <= 4096 ? undefined : `is RSA with ${bits} bits; use P-256, or RSA with 2048 to 4096`;
}

/** How WebCrypto is told what kind of key this is. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningKey['algorithm'] {
  if (asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const large = asymmetricKeyDetails?.namedCurve === 'secp384r1';
  return { name: 'ECDSA', namedCurve: large ? 'P-384' : 'P-256', hash: large ? 'SHA-384' : 'SHA-256' };
}

async function signingKey(key: KeyObject): Promise<SigningKey> {
  const algorithm = algorithmOf(key);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  return { pair: { privateKey, publicKey }, algorithm, keyObject: key, pem: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
