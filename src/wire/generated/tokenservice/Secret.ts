// Original file: tokenservice.proto


// Original file: tokenservice.proto

export const _tokenservice_Secret_SecretType = {
  RAW: 'RAW',
  TPM: 'TPM',
  TINK: 'TINK',
} as const;

export type _tokenservice_Secret_SecretType =
  | 'RAW'
  | 0
  | 'TPM'
  | 1
  | 'TINK'
  | 2

export type _tokenservice_Secret_SecretType__Output = typeof _tokenservice_Secret_SecretType[keyof typeof _tokenservice_Secret_SecretType]

export interface Secret {
  'name'?: (string);
  'type'?: (_tokenservice_Secret_SecretType);
  'data'?: (Buffer | Uint8Array | string);
}

export interface Secret__Output {
  'name': (string);
  'type': (_tokenservice_Secret_SecretType__Output);
  'data': (Buffer);
}
