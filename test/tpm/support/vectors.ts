import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Reads a file of test/vectors. The caller names the shape; test/vectors/PROVENANCE.md says where the bytes come from. */
export const vectors = <T>(file: string): T =>
  JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'vectors', `${file}.json`), 'utf8')) as T;

export const b64 = (text: string): Buffer => Buffer.from(text, 'base64');
export const unhex = (text: string): Buffer => Buffer.from(text, 'hex');

export interface PcrValueVector {
  readonly bank: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly pcr: number;
  readonly value_hex: string;
}

export interface QuoteVector {
  readonly name: string;
  readonly ak: string;
  readonly ak_tpmt_public_b64: string;
  readonly nonce_b64: string;
  readonly selection_hex: string;
  readonly attest_b64: string;
  readonly signature_tpmt_b64: string;
  readonly raw_signature_b64: string;
  readonly pcr_values: readonly PcrValueVector[];
  readonly pcr_digest_hex: string;
  readonly attest_decoded: {
    readonly qualifiedSigner: string;
    readonly extraData: string;
    readonly clock: string | number;
    readonly resetCount: number;
    readonly restartCount: number;
    readonly safe: number;
    readonly firmwareVersion: string | number;
    readonly pcrSelect: readonly (readonly [number, string])[];
    readonly pcrDigest: string;
  };
}

interface KeyVector {
  readonly parent: string;
  readonly tpmt_public_b64: string;
  readonly name_hex: string;
  readonly qualified_name_hex: string;
  readonly pem: string;
  readonly attributes_hex: string;
}

export interface KeysFile {
  readonly templates: Readonly<Record<string, { readonly tpmt_public_b64: string; readonly size: number }>>;
  readonly keys: Readonly<Record<string, KeyVector>>;
}

export interface QuotesFile {
  readonly cases: readonly QuoteVector[];
  readonly sign: readonly { readonly name: string; readonly key: string; readonly data_b64: string; readonly signature_tpmt_b64: string }[];
}
