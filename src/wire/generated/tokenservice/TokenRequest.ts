// Original file: tokenservice.proto


export interface TokenRequest {
  'requestId'?: (string);
  'processID'?: (string);
  'sessionId'?: (Buffer | Uint8Array | string);
}

export interface TokenRequest__Output {
  'requestId': (string);
  'processID': (string);
  'sessionId': (Buffer);
}
