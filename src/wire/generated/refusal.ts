import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { DetailAny as _google_rpc_DetailAny, DetailAny__Output as _google_rpc_DetailAny__Output } from './google/rpc/DetailAny.js';
import type { ErrorInfo as _google_rpc_ErrorInfo, ErrorInfo__Output as _google_rpc_ErrorInfo__Output } from './google/rpc/ErrorInfo.js';
import type { RetryDelay as _google_rpc_RetryDelay, RetryDelay__Output as _google_rpc_RetryDelay__Output } from './google/rpc/RetryDelay.js';
import type { RetryInfo as _google_rpc_RetryInfo, RetryInfo__Output as _google_rpc_RetryInfo__Output } from './google/rpc/RetryInfo.js';
import type { Status as _google_rpc_Status, Status__Output as _google_rpc_Status__Output } from './google/rpc/Status.js';


export interface ProtoGrpcType {
  google: {
    rpc: {
      DetailAny: MessageTypeDefinition<_google_rpc_DetailAny, _google_rpc_DetailAny__Output>
      ErrorInfo: MessageTypeDefinition<_google_rpc_ErrorInfo, _google_rpc_ErrorInfo__Output>
      RetryDelay: MessageTypeDefinition<_google_rpc_RetryDelay, _google_rpc_RetryDelay__Output>
      RetryInfo: MessageTypeDefinition<_google_rpc_RetryInfo, _google_rpc_RetryInfo__Output>
      Status: MessageTypeDefinition<_google_rpc_Status, _google_rpc_Status__Output>
    }
  }
}

