import { createDecipheriv } from 'node:crypto';
import { AppError, Secret } from '../base/index.js';
import type { OpenedSecret } from './opened-secret.js';

// A secret in two halves, for VMs whose memory the hypervisor cannot read while it can see what the vTPM does: the
// ciphertext travels as RAW, its one-time key sealed to the TPM. Format version 1:
//
//   NAME_ciphertext   RAW   nonce (12 bytes) || AES-256-GCM ciphertext || tag (16 bytes)
//   NAME_key          TPM   the key, 32 bytes
//
// with NAME, as ASCII, for associated data, so that a ciphertext opens under its own name only. The names of the article,
// sX_ciphertext and kX_ciphertext, are the same for the secret sX.

const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;

/** Is this the name of a ciphertext? Then the name of the whole, and the names its key may have. */
function wholeOf(name: string): { readonly name: string; readonly keyNames: readonly string[] } | undefined {
  const whole = /^(.+)_ciphertext$/.exec(name)?.[1];
  if (whole === undefined) return undefined;
  const suffix = /^s(.*)$/.exec(whole)?.[1];
  return { name: whole, keyNames: [`${whole}_key`, ...(suffix === undefined ? [] : [`k${suffix}_ciphertext`])] };
}

/**
 * Joins each pair of a RAW ciphertext and its TPM-sealed key to the one secret that it is, in the place of the ciphertext,
 * and wipes both halves. All other secrets stay as they are, also a half without the other.
 * @throws AppError CRYPTO_FAILED or BYTES_MALFORMED naming the secret when a pair does not open, or when its name is taken.
 */
export function joinIndirect(opened: readonly OpenedSecret[]): readonly OpenedSecret[] {
  const pairs = new Map<OpenedSecret, { readonly key: OpenedSecret; readonly name: string }>();
  for (const ciphertext of opened) {
    const whole = ciphertext.type === 'RAW' ? wholeOf(ciphertext.name) : undefined;
    const key = opened.find(({ name, type }) => type === 'TPM' && whole?.keyNames.includes(name) === true);
    if (whole !== undefined && key !== undefined) pairs.set(ciphertext, { key, name: whole.name });
  }
  const keys = new Set([...pairs.values()].map(({ key }) => key));
  const joined: OpenedSecret[] = [];
  try {
    for (const secret of opened) {
      const pair = pairs.get(secret);
      if (pair !== undefined) joined.push(joinPair(pair.name, secret, pair.key));
      else if (!keys.has(secret)) joined.push(secret);
    }
    checkUnique(joined);
  } catch (error) {
    for (const { value } of joined) value.dispose();
    throw error;
  }
  for (const half of [...pairs.keys(), ...keys]) half.value.dispose();
  return joined;
}

function joinPair(name: string, ciphertext: OpenedSecret, key: OpenedSecret): OpenedSecret {
  const keyBytes = key.value.expose();
  const sealed = ciphertext.value.expose();
  if (keyBytes.length !== keyLength)
    throw new AppError(
      'BYTES_MALFORMED',
      `secret ${key.name} is the key of ${ciphertext.name} and has ${keyBytes.length} bytes, not ${keyLength}`,
    );
  if (sealed.length < nonceLength + tagLength)
    throw new AppError('BYTES_MALFORMED', `secret ${ciphertext.name} is shorter than a nonce and a tag: seal it again`);
  const decipher = createDecipheriv('aes-256-gcm', keyBytes, sealed.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(name, 'ascii'));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  const bytes = decipher.update(sealed.subarray(nonceLength, sealed.length - tagLength));
  try {
    decipher.final();
    return { name, type: 'INDIRECT', value: new Secret(bytes), aead: undefined };
  } catch (error) {
    const what = `secret ${ciphertext.name} does not open with the key in ${key.name} under the name ${name}: seal it again`;
    throw new AppError('CRYPTO_FAILED', what, { cause: error });
  } finally {
    bytes.fill(0);
  }
}

function checkUnique(secrets: readonly OpenedSecret[]): void {
  const names = new Set<string>();
  for (const { name } of secrets) {
    if (names.has(name))
      throw new AppError('BYTES_MALFORMED', `a pair of secrets is joined to ${name}, and there is another secret of this name`);
    names.add(name);
  }
}
