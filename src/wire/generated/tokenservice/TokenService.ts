// Original file: tokenservice.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { TokenRequest as _tokenservice_TokenRequest, TokenRequest__Output as _tokenservice_TokenRequest__Output } from '../tokenservice/TokenRequest.js';
import type { TokenResponse as _tokenservice_TokenResponse, TokenResponse__Output as _tokenservice_TokenResponse__Output } from '../tokenservice/TokenResponse.js';

export interface TokenServiceClient extends grpc.Client {
  GetToken(argument: _tokenservice_TokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  GetToken(argument: _tokenservice_TokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  GetToken(argument: _tokenservice_TokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  GetToken(argument: _tokenservice_TokenRequest, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  getToken(argument: _tokenservice_TokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  getToken(argument: _tokenservice_TokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  getToken(argument: _tokenservice_TokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  getToken(argument: _tokenservice_TokenRequest, callback: grpc.requestCallback<_tokenservice_TokenResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface TokenServiceHandlers extends grpc.UntypedServiceImplementation {
  GetToken: grpc.handleUnaryCall<_tokenservice_TokenRequest__Output, _tokenservice_TokenResponse>;
  
}

export interface TokenServiceDefinition extends grpc.ServiceDefinition {
  GetToken: MethodDefinition<_tokenservice_TokenRequest, _tokenservice_TokenResponse, _tokenservice_TokenRequest__Output, _tokenservice_TokenResponse__Output>
}
