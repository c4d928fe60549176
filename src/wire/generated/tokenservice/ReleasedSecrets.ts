// Original file: tokenservice.proto

import type { Secret as _tokenservice_Secret, Secret__Output as _tokenservice_Secret__Output } from '../tokenservice/Secret.js';

export interface ReleasedSecrets {
  'secrets'?: (_tokenservice_Secret)[];
  'payloadCommand'?: (string)[];
}

export interface ReleasedSecrets__Output {
  'secrets': (_tokenservice_Secret__Output)[];
  'payloadCommand': (string)[];
}
