// Original file: tokenservice.proto


export interface ProvideSigningKeyResponse {
  'responseID'?: (string);
  'inResponseTo'?: (string);
  'verified'?: (boolean);
}

export interface ProvideSigningKeyResponse__Output {
  'responseID': (string);
  'inResponseTo': (string);
  'verified': (boolean);
}
