// Original file: refusal.proto

import type { RetryDelay as _google_rpc_RetryDelay, RetryDelay__Output as _google_rpc_RetryDelay__Output } from '../../google/rpc/RetryDelay.js';

export interface RetryInfo {
  'retry_delay'?: (_google_rpc_RetryDelay | null);
}

export interface RetryInfo__Output {
  'retry_delay': (_google_rpc_RetryDelay__Output | null);
}
