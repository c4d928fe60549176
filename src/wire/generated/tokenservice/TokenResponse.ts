// Original file: tokenservice.proto

import type { Secret as _tokenservice_Secret, Secret__Output as _tokenservice_Secret__Output } from '../tokenservice/Secret.js';
import type { Long } from '@grpc/proto-loader';

export interface TokenResponse {
  'responseID'?: (string);
  'inResponseTo'?: (string);
  'secrets'?: (_tokenservice_Secret)[];
  'pcr'?: (number | string | Long);
  'sealedSecrets'?: (Buffer | Uint8Array | string);
}

export interface TokenResponse__Output {
  'responseID': (string);
  'inResponseTo': (string);
  'secrets': (_tokenservice_Secret__Output)[];
  'pcr': (string);
  'sealedSecrets': (Buffer);
}
