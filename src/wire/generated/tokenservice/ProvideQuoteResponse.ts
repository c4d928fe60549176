// Original file: tokenservice.proto


export interface ProvideQuoteResponse {
  'responseID'?: (string);
  'inResponseTo'?: (string);
  'verified'?: (boolean);
}

export interface ProvideQuoteResponse__Output {
  'responseID': (string);
  'inResponseTo': (string);
  'verified': (boolean);
}
