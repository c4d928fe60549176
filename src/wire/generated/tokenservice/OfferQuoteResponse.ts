// Original file: tokenservice.proto

import type { PcrSelection as _tokenservice_PcrSelection, PcrSelection__Output as _tokenservice_PcrSelection__Output } from '../tokenservice/PcrSelection.js';

export interface OfferQuoteResponse {
  'responseID'?: (string);
  'inResponseTo'?: (string);
  'pcr'?: (number);
  'nonce'?: (string);
  'sessionId'?: (Buffer | Uint8Array | string);
  'pcrSelection'?: (_tokenservice_PcrSelection)[];
  'expiresInSeconds'?: (number);
}

export interface OfferQuoteResponse__Output {
  'responseID': (string);
  'inResponseTo': (string);
  'pcr': (number);
  'nonce': (string);
  'sessionId': (Buffer);
  'pcrSelection': (_tokenservice_PcrSelection__Output)[];
  'expiresInSeconds': (number);
}
