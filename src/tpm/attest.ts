import { Reader } from './codec.js';
import { AttestType, Limit, TPM_GENERATED } from './constants.js';
import { readPcrSelections, type PcrSelection } from './pcr.js';

/** The fields that every TPMS_ATTEST has (Part 2, 10.12.12). */
export interface AttestCommon {
  /** Qualified name of the signing key. */
  readonly qualifiedSigner: Buffer;
  /** The caller's qualifyingData as attested, at most 66 bytes. */
  readonly extraData: Buffer;
  /** TPMS_CLOCK_INFO (Part 2, 10.11.1): milliseconds the TPM was powered, in this boot and before. */
  readonly clock: bigint;
  /** TPM resets (boots) since the last TPM2_Clear. With a key of the owner hierarchy this and the next are obfuscated by a constant. */
  readonly resetCount: number;
  /** TPM restarts or resumes since the last reset. */
  readonly restartCount: number;
  /** False: the clock may have gone back. */
  readonly safe: boolean;
  /** Vendor-specific. Obfuscated with a key of the owner hierarchy. */
  readonly firmwareVersion: bigint;
}

/** TPMS_QUOTE_INFO (Part 2, 10.12.1). */
export interface QuoteAttest extends AttestCommon {
  readonly type: 'quote';
  readonly pcrSelections: readonly PcrSelection[];
  /** Over the selected values in selection order, by the hash of the signing scheme. */
  readonly pcrDigest: Buffer;
}

/** TPMS_CERTIFY_INFO (Part 2, 10.12.3). */
export interface CertifyAttest extends AttestCommon {
  readonly type: 'certify';
  readonly name: Buffer;
  readonly qualifiedName: Buffer;
}

/** TPMS_CREATION_INFO (Part 2, 10.12.6). */
export interface CreationAttest extends AttestCommon {
  readonly type: 'creation';
  readonly objectName: Buffer;
  readonly creationHash: Buffer;
}

export type Attest = QuoteAttest | CertifyAttest | CreationAttest;

/** TPMU_ATTEST (Part 2, 10.12.11): what differs by type. */
type AttestBody =
  Omit<QuoteAttest, keyof AttestCommon> | Omit<CertifyAttest, keyof AttestCommon> | Omit<CreationAttest, keyof AttestCommon>;

/**
 * Reads a whole TPMS_ATTEST: the bytes that a TPM signed, without the TPM2B length.
 * It proves nothing: the signature, the nonce and the values are for the checks.
 * @throws AppError BYTES_MALFORMED if the magic is not TPM_GENERATED, the type is none of quote, certify and creation, a
 * length runs past the end or over its limit, `safe` is neither 0 nor 1, or bytes are left over.
 */
export function decodeAttest(bytes: Uint8Array): Attest {
  const reader = new Reader(bytes, 'attest');
  const magic = reader.u32('magic');
  if (magic !== TPM_GENERATED) throw reader.malformed('magic', `is 0x${magic.toString(16)}, not made by a TPM`);
  const type = reader.u16('type');
  const common = readCommon(reader);
  const body = readBody(reader, type);
  reader.finish();
  return Object.assign(common, body); // spreading both into a third object took longer than all reading
}

function readCommon(reader: Reader): AttestCommon {
  return {
    qualifiedSigner: reader.sized('qualifiedSigner', Limit.name),
    extraData: reader.sized('extraData', Limit.data),
    clock: reader.u64('clock'),
    resetCount: reader.u32('resetCount'),
    restartCount: reader.u32('restartCount'),
    safe: readYesNo(reader, 'safe'),
    firmwareVersion: reader.u64('firmwareVersion'),
  };
}

function readBody(reader: Reader, type: number): AttestBody {
  switch (type) {
    case AttestType.QUOTE:
      return { type: 'quote', pcrSelections: readPcrSelections(reader), pcrDigest: reader.sized('pcrDigest', Limit.digest) };
    case AttestType.CERTIFY:
      return { type: 'certify', name: reader.sized('name', Limit.name), qualifiedName: reader.sized('qualifiedName', Limit.name) };
    case AttestType.CREATION:
      return {
        type: 'creation',
        objectName: reader.sized('objectName', Limit.name),
        creationHash: reader.sized('creationHash', Limit.digest),
      };
    default:
      throw reader.malformed('type', `0x${type.toString(16)} is neither a quote (0x8018), a certify (0x8017) nor a creation (0x801a)`);
  }
}

/** TPMI_YES_NO (Part 2, 9.2). */
function readYesNo(reader: Reader, field: string): boolean {
  const value = reader.u8(field);
  if (value > 1) throw reader.malformed(field, `is ${value}, must be 0 or 1`);
  return value === 1;
}
