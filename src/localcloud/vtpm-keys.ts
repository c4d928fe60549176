import { createPublicKey } from 'node:crypto';
import { commands, thenFlush, type Tpm } from '../tpm-device/index.js';
import type { ShieldedKeys } from './machine.js';

/** TPM_RH_ENDORSEMENT and TPM_RH_PLATFORM (TPM 2.0 Part 2, section 7.4). */
const endorsement = 0x4000000b;
const platform = 0x4000000c;

// TPMT_PUBLIC (Part 2, section 12.2.4), spelled out here so that this side of the network owes nothing to our encoder.
const ekAttributesAndPolicy = '000300b2' + '0020' + '837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa';
const zeros = (size: number): string => size.toString(16).padStart(4, '0') + '00'.repeat(size);
const templates = {
  /** TCG EK Credential Profile, template L-1 (314 bytes) and L-2 (122 bytes). */
  ekRsa: Buffer.from('0001' + '000b' + ekAttributesAndPolicy + '0006' + '0080' + '0043' + '0010' + '0800' + '00000000' + zeros(256), 'hex'),
  ekEcc: Buffer.from(
    '0023' + '000b' + ekAttributesAndPolicy + '0006' + '0080' + '0043' + '0010' + '0003' + '0010' + zeros(32) + zeros(32),
    'hex',
  ),
  /** What a GCE vTPM keeps in its NV memory: restricted signing, RSASSA with SHA-256 (280 bytes), and ECDSA P-256 (88 bytes). */
  akRsa: Buffer.from('0001' + '000b' + '00050072' + '0000' + '0010' + '0014' + '000b' + '0800' + '00000000' + zeros(256), 'hex'),
  akEcc: Buffer.from('0023' + '000b' + '00050072' + '0000' + '0010' + '0018' + '000b' + '0003' + '0010' + zeros(32) + zeros(32), 'hex'),
} as const;

/**
 * Attributes of GCE's NV indices without TPMA_NV_WRITTEN, which the TPM sets: platformcreate, no_da, authread, ownerread,
 * ppread, writedefine, ppwrite (Part 2, section 13.4). Read back they are 62072001.
 */
const nvAttributes = 0x42072001;

/** Writes the AK templates to NV 01c10001 and 01c10003. Certificates are absent, as on VMs without a licence for them. */
export async function writeTemplates(tpm: Tpm): Promise<void> {
  await writeIndex(tpm, 0x01c10001, templates.akRsa);
  await writeIndex(tpm, 0x01c10003, templates.akEcc);
}

async function writeIndex(tpm: Tpm, index: number, data: Buffer): Promise<void> {
  const nv = { index, nameAlg: 'sha256', attributes: nvAttributes, authPolicy: Buffer.alloc(0), size: data.length } as const;
  await commands.nvDefineSpace(tpm, platform, nv);
  await commands.nvWrite(tpm, platform, index, data);
}

/** The public keys of the EK and AK primaries, as Google knows them. */
export async function readShieldedKeys(tpm: Tpm): Promise<ShieldedKeys> {
  return {
    ekRsa: rsaPem(await primary(tpm, templates.ekRsa)),
    ekEcc: eccPem(await primary(tpm, templates.ekEcc), templates.ekEcc),
    akRsa: rsaPem(await primary(tpm, templates.akRsa)),
    akEcc: eccPem(await primary(tpm, templates.akEcc), templates.akEcc),
  };
}

async function primary(tpm: Tpm, template: Buffer): Promise<Buffer> {
  const { handle, publicArea } = await commands.createPrimary(tpm, endorsement, template);
  return thenFlush(tpm, handle, () => Promise.resolve(publicArea));
}

/** A TPMT_PUBLIC of RSA-2048 ends in the 256 bytes of the modulus; the exponent is 65537. */
const rsaPem = (area: Buffer): string => pem({ kty: 'RSA', n: area.subarray(-256).toString('base64url'), e: 'AQAB' });

/** A TPMT_PUBLIC of P-256 ends in `size x size y`, where its template has 68 bytes. The sizes tell of leading zeros left out. */
function eccPem(area: Buffer, template: Buffer): string {
  const point = area.subarray(template.length - 68);
  const xSize = point.readUInt16BE(0);
  const x = point.subarray(2, 2 + xSize);
  const y = point.subarray(4 + xSize);
  return pem({ kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) });
}

const coordinate = (bytes: Buffer): string => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]).toString('base64url');

const pem = (jwk: Record<string, string>): string =>
  createPublicKey({ format: 'jwk', key: jwk }).export({ type: 'spki', format: 'pem' }).toString();
