// Original file: tokenservice.proto


export interface MakeCredentialRequest {
  'requestId'?: (string);
  'akName'?: (string);
  'ekPub'?: (Buffer | Uint8Array | string);
  'akPub'?: (Buffer | Uint8Array | string);
  'akPubCert'?: (Buffer | Uint8Array | string);
  'releaseKey'?: (Buffer | Uint8Array | string);
}

export interface MakeCredentialRequest__Output {
  'requestId': (string);
  'akName': (string);
  'ekPub': (Buffer);
  'akPub': (Buffer);
  'akPubCert': (Buffer);
  'releaseKey': (Buffer);
}
