// Original file: tokenservice.proto


export interface SealedRelease {
  'ephemeralKey'?: (Buffer | Uint8Array | string);
  'nonce'?: (Buffer | Uint8Array | string);
  'ciphertext'?: (Buffer | Uint8Array | string);
  'decisionId'?: (string);
}

export interface SealedRelease__Output {
  'ephemeralKey': (Buffer);
  'nonce': (Buffer);
  'ciphertext': (Buffer);
  'decisionId': (string);
}
