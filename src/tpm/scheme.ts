import type { Reader, Writer } from './codec.js';
import { Alg } from './constants.js';
import { hashId, readHash, type HashName } from './hash.js';

/** TPMT_RSA_SCHEME (Part 2, 11.2.4.2). RSAES carries no hash. */
export type RsaScheme = { readonly alg: 'rsassa' | 'rsapss' | 'oaep'; readonly hash: HashName } | { readonly alg: 'rsaes' };

/** TPMT_ECC_SCHEME (Part 2, 11.2.5.6). */
export interface EccScheme {
  readonly alg: 'ecdsa';
  readonly hash: HashName;
}

/** TPMT_KEYEDHASH_SCHEME (Part 2, 11.1.20). XOR obfuscation is refused: nothing here makes or uses it. */
export interface KeyedHashScheme {
  readonly alg: 'hmac';
  readonly hash: HashName;
}

export type Scheme = RsaScheme | EccScheme | KeyedHashScheme;

const ids = {
  rsassa: Alg.RSASSA,
  rsapss: Alg.RSAPSS,
  rsaes: Alg.RSAES,
  oaep: Alg.OAEP,
  ecdsa: Alg.ECDSA,
  hmac: Alg.HMAC,
} as const;

/** @throws AppError BYTES_MALFORMED for a scheme that is not NULL, RSASSA, RSAPSS, RSAES or OAEP. */
export function readRsaScheme(reader: Reader): RsaScheme | undefined {
  const id = reader.u16('scheme');
  switch (id) {
    case Alg.NULL:
      return undefined;
    case Alg.RSAES:
      return { alg: 'rsaes' };
    case Alg.RSASSA:
      return { alg: 'rsassa', hash: readHash(reader, 'scheme/hash') };
    case Alg.RSAPSS:
      return { alg: 'rsapss', hash: readHash(reader, 'scheme/hash') };
    case Alg.OAEP:
      return { alg: 'oaep', hash: readHash(reader, 'scheme/hash') };
    default:
      throw reader.malformed('scheme', `0x${id.toString(16)} is not an RSA scheme known here`);
  }
}

/** @throws AppError BYTES_MALFORMED for a scheme that is not NULL or ECDSA. */
export function readEccScheme(reader: Reader): EccScheme | undefined {
  const id = reader.u16('scheme');
  if (id === Alg.NULL) return undefined;
  if (id !== Alg.ECDSA) throw reader.malformed('scheme', `0x${id.toString(16)} is neither ECDSA nor NULL`);
  return { alg: 'ecdsa', hash: readHash(reader, 'scheme/hash') };
}

/** @throws AppError BYTES_MALFORMED for a scheme that is not NULL or HMAC. */
export function readKeyedHashScheme(reader: Reader): KeyedHashScheme | undefined {
  const id = reader.u16('scheme');
  if (id === Alg.NULL) return undefined;
  if (id !== Alg.HMAC) throw reader.malformed('scheme', `0x${id.toString(16)} is neither HMAC nor NULL`);
  return { alg: 'hmac', hash: readHash(reader, 'scheme/hash') };
}

/** Writes any scheme: TPM_ALG_NULL alone, or the algorithm and, where it has one, its hash. */
export function writeScheme(writer: Writer, scheme: Scheme | undefined): void {
  if (scheme === undefined) {
    writer.u16(Alg.NULL);
    return;
  }
  writer.u16(ids[scheme.alg]);
  if ('hash' in scheme) writer.u16(hashId(scheme.hash));
}
