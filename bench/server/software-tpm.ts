// A TPM in software, as much of it as an attestation needs: thousands of clients of a bench cannot have a swtpm process each.
// All VMs of a bench share one endorsement key and one attestation key; the server looks at each VM for itself and cannot tell.
import {
  constants,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  sign,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { MachineTpm } from '../../src/localcloud/index.js';
import {
  akRsaTemplate,
  ekPublicFromSpki,
  encodePcrSelections,
  encodePublic,
  encodeSignature,
  Handle,
  handleName,
  kdfa,
  labelBytes,
  nameOf,
  pcrDigest,
  qualifiedNameOf,
  TPM_GENERATED,
  Writer,
  type PublicArea,
  type RsaPublic,
} from '../../src/tpm/index.js';

/** Private keys, PEM. They live as long as the bench. */
export interface TpmKeys {
  readonly ek: string;
  readonly ak: string;
}

export function newTpmKeys(): TpmKeys {
  const pem = (): string =>
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { ek: pem(), ak: pem() };
}

const publicPem = (privatePem: string): string => createPublicKey(privatePem).export({ type: 'spki', format: 'pem' }).toString();

/** Its twin of the other algorithm, which nobody uses here. */
const eccPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** What the local cloud is told to put behind its VMs. */
export const machineTpm = ({ ek, ak }: TpmKeys): MachineTpm => ({
  location: 'none',
  keys: { ekRsa: publicPem(ek), ekEcc: eccPem(), akRsa: publicPem(ak), akEcc: eccPem() },
  powerOn: () => Promise.resolve(),
  powerOff: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
});

/** TPM_ST_ATTEST_QUOTE (Part 2, section 6.9). */
const quoteTag = 0x8018;

export class SoftwareTpm {
  readonly ekPub: Buffer;
  readonly akPub: Buffer;
  readonly akName: Buffer;
  readonly #ekPublic: PublicArea;
  readonly #ek: KeyObject;
  readonly #ak: KeyObject;
  readonly #registers: ReadonlyMap<number, Buffer>;

  /** @param registers SHA-256 bank: what the machine measured. */
  constructor({ ek, ak }: TpmKeys, registers: ReadonlyMap<number, Buffer>) {
    this.#ek = createPrivateKey(ek);
    this.#ak = createPrivateKey(ak);
    this.#registers = registers;
    this.#ekPublic = ekPublicFromSpki(createPublicKey(ek));
    const modulus = Buffer.from(String(createPublicKey(ak).export({ format: 'jwk' }).n), 'base64url');
    const akPublic: RsaPublic = { ...akRsaTemplate, modulus };
    this.ekPub = encodePublic(this.#ekPublic);
    this.akPub = encodePublic(akPublic);
    this.akName = nameOf(akPublic);
  }

  /** TPM2_ActivateCredential (Part 1, section 24): the secret inside a credential made to our EK for our AK. */
  activate(credentialBlob: Buffer, encryptedSecret: Buffer): Buffer {
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: labelBytes('IDENTITY') };
    const seed = privateDecrypt({ key: this.#ek, ...padding }, encryptedSecret);
    const integrityKey = kdfa('sha256', seed, 'INTEGRITY', Buffer.alloc(0), Buffer.alloc(0), 256);
    const encrypted = credentialBlob.subarray(2 + 32);
    const integrity = createHmac('sha256', integrityKey).update(encrypted).update(this.akName).digest();
    if (!integrity.equals(credentialBlob.subarray(2, 2 + 32))) throw new Error('the credential is not for this TPM');
    const key = kdfa('sha256', seed, 'STORAGE', this.akName, Buffer.alloc(0), 128);
    const decipher = createDecipheriv('aes-128-cfb', key, Buffer.alloc(16));
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).subarray(2);
  }

  /** TPM2_Quote over all registers, and its TPMT_SIGNATURE (RSASSA, SHA-256). */
  quote(extraData: Buffer): { readonly attestation: Buffer; readonly signatureTpmt: Buffer } {
    const endorsement = handleName(Handle.ENDORSEMENT);
    const attestation = new Writer()
      .u32(TPM_GENERATED)
      .u16(quoteTag)
      .sized(qualifiedNameOf(endorsement, this.akName))
      .sized(extraData)
      .u64(1000n)
      .u32(1)
      .u32(0)
      .u8(1)
      .u64(1n)
      .bytes(encodePcrSelections([{ bank: 'sha256', indices: [...this.#registers.keys()] }]))
      .sized(pcrDigest('sha256', [...this.#registers.values()]))
      .done();
    const signature = sign('sha256', attestation, this.#ak);
    return { attestation, signatureTpmt: encodeSignature({ alg: 'rsassa', hash: 'sha256', signature }) };
  }
}
