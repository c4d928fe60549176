// Original file: tokenservice.proto


export interface OfferQuoteRequest {
  'requestId'?: (string);
  'sessionId'?: (Buffer | Uint8Array | string);
}

export interface OfferQuoteRequest__Output {
  'requestId': (string);
  'sessionId': (Buffer);
}
