import { randomBytes } from 'node:crypto';

/** A new cleartext AES-256-GCM keyset as JSON, as `tinkey create-keyset --key-template AES256_GCM` writes it. */
export function newJsonKeyset(): string {
  const keyId = randomBytes(4).readUInt32BE();
  // AesGcmKey: field 3, key_value, 32 bytes.
  const value = Buffer.concat([Buffer.from([0x1a, 32]), randomBytes(32)]).toString('base64');
  const keyData = { typeUrl: 'type.googleapis.com/google.crypto.tink.AesGcmKey', value, keyMaterialType: 'SYMMETRIC' };
  return JSON.stringify({ primaryKeyId: keyId, key: [{ keyData, status: 'ENABLED', keyId, outputPrefixType: 'TINK' }] });
}
