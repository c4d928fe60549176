// Original file: tokenservice.proto

import type { PcrSelection as _tokenservice_PcrSelection, PcrSelection__Output as _tokenservice_PcrSelection__Output } from '../tokenservice/PcrSelection.js';

export interface MakeCredentialResponse {
  'responseID'?: (string);
  'inResponseTo'?: (string);
  'pcr'?: (number);
  'credBlob'?: (Buffer | Uint8Array | string);
  'encryptedSecret'?: (Buffer | Uint8Array | string);
  'sessionId'?: (Buffer | Uint8Array | string);
  'pcrSelection'?: (_tokenservice_PcrSelection)[];
  'expiresInSeconds'?: (number);
}

export interface MakeCredentialResponse__Output {
  'responseID': (string);
  'inResponseTo': (string);
  'pcr': (number);
  'credBlob': (Buffer);
  'encryptedSecret': (Buffer);
  'sessionId': (Buffer);
  'pcrSelection': (_tokenservice_PcrSelection__Output)[];
  'expiresInSeconds': (number);
}
