// Original file: tokenservice.proto


export interface ActivateCredentialResponse {
  'responseID'?: (string);
  'inResponseTo'?: (string);
  'verified'?: (boolean);
}

export interface ActivateCredentialResponse__Output {
  'responseID': (string);
  'inResponseTo': (string);
  'verified': (boolean);
}
