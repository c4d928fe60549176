// Original file: tokenservice.proto

import type { PcrValue as _tokenservice_PcrValue, PcrValue__Output as _tokenservice_PcrValue__Output } from '../tokenservice/PcrValue.js';

export interface ActivateCredentialRequest {
  'requestId'?: (string);
  'secret'?: (string);
  'attestation'?: (Buffer | Uint8Array | string);
  'signature'?: (Buffer | Uint8Array | string);
  'sessionId'?: (Buffer | Uint8Array | string);
  'signatureTpmt'?: (Buffer | Uint8Array | string);
  'pcrValues'?: (_tokenservice_PcrValue)[];
}

export interface ActivateCredentialRequest__Output {
  'requestId': (string);
  'secret': (string);
  'attestation': (Buffer);
  'signature': (Buffer);
  'sessionId': (Buffer);
  'signatureTpmt': (Buffer);
  'pcrValues': (_tokenservice_PcrValue__Output)[];
}
