// Original file: tokenservice.proto


export interface ProvideSigningKeyRequest {
  'requestId'?: (string);
  'signingkey'?: (Buffer | Uint8Array | string);
  'attestation'?: (Buffer | Uint8Array | string);
  'signature'?: (Buffer | Uint8Array | string);
  'sessionId'?: (Buffer | Uint8Array | string);
  'signatureTpmt'?: (Buffer | Uint8Array | string);
  'signingKeyPublic'?: (Buffer | Uint8Array | string);
}

export interface ProvideSigningKeyRequest__Output {
  'requestId': (string);
  'signingkey': (Buffer);
  'attestation': (Buffer);
  'signature': (Buffer);
  'sessionId': (Buffer);
  'signatureTpmt': (Buffer);
  'signingKeyPublic': (Buffer);
}
