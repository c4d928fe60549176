// Original file: refusal.proto

import type { DetailAny as _google_rpc_DetailAny, DetailAny__Output as _google_rpc_DetailAny__Output } from '../../google/rpc/DetailAny.js';

export interface Status {
  'code'?: (number);
  'message'?: (string);
  'details'?: (_google_rpc_DetailAny)[];
}

export interface Status__Output {
  'code': (number);
  'message': (string);
  'details': (_google_rpc_DetailAny__Output)[];
}
