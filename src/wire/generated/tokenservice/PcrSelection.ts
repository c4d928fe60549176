// Original file: tokenservice.proto


export interface PcrSelection {
  'hashAlg'?: (number);
  'index'?: (number)[];
}

export interface PcrSelection__Output {
  'hashAlg': (number);
  'index': (number)[];
}
