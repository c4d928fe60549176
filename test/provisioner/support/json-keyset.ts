/** A keyset of one AES-128-GCM key, as Tink writes it in JSON and in clear text. */
export const jsonKeyset = JSON.stringify({
  primaryKeyId: 1,
  key: [
    {
      keyData: {
        typeUrl: 'type.googleapis.com/google.crypto.tink.AesGcmKey',
        keyMaterialType: 'SYMMETRIC',
        value: Buffer.concat([Buffer.from([0x1a, 16]), Buffer.alloc(16, 7)]).toString('base64'),
      },
      outputPrefixType: 'TINK',
      keyId: 1,
      status: 'ENABLED',
    },
  ],
});
