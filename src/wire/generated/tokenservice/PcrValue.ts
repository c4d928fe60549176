// Original file: tokenservice.proto


export interface PcrValue {
  'index'?: (number);
  'digest'?: (Buffer | Uint8Array | string);
  'hashAlg'?: (number);
}

export interface PcrValue__Output {
  'index': (number);
  'digest': (Buffer);
  'hashAlg': (number);
}
