// Original file: tokenservice.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ActivateCredentialRequest as _tokenservice_ActivateCredentialRequest, ActivateCredentialRequest__Output as _tokenservice_ActivateCredentialRequest__Output } from '../tokenservice/ActivateCredentialRequest.js';
import type { ActivateCredentialResponse as _tokenservice_ActivateCredentialResponse, ActivateCredentialResponse__Output as _tokenservice_ActivateCredentialResponse__Output } from '../tokenservice/ActivateCredentialResponse.js';
import type { MakeCredentialRequest as _tokenservice_MakeCredentialRequest, MakeCredentialRequest__Output as _tokenservice_MakeCredentialRequest__Output } from '../tokenservice/MakeCredentialRequest.js';
import type { MakeCredentialResponse as _tokenservice_MakeCredentialResponse, MakeCredentialResponse__Output as _tokenservice_MakeCredentialResponse__Output } from '../tokenservice/MakeCredentialResponse.js';
import type { OfferQuoteRequest as _tokenservice_OfferQuoteRequest, OfferQuoteRequest__Output as _tokenservice_OfferQuoteRequest__Output } from '../tokenservice/OfferQuoteRequest.js';
import type { OfferQuoteResponse as _tokenservice_OfferQuoteResponse, OfferQuoteResponse__Output as _tokenservice_OfferQuoteResponse__Output } from '../tokenservice/OfferQuoteResponse.js';
import type { ProvideQuoteRequest as _tokenservice_ProvideQuoteRequest, ProvideQuoteRequest__Output as _tokenservice_ProvideQuoteRequest__Output } from '../tokenservice/ProvideQuoteRequest.js';
import type { ProvideQuoteResponse as _tokenservice_ProvideQuoteResponse, ProvideQuoteResponse__Output as _tokenservice_ProvideQuoteResponse__Output } from '../tokenservice/ProvideQuoteResponse.js';
import type { ProvideSigningKeyRequest as _tokenservice_ProvideSigningKeyRequest, ProvideSigningKeyRequest__Output as _tokenservice_ProvideSigningKeyRequest__Output } from '../tokenservice/ProvideSigningKeyRequest.js';
import type { ProvideSigningKeyResponse as _tokenservice_ProvideSigningKeyResponse, ProvideSigningKeyResponse__Output as _tokenservice_ProvideSigningKeyResponse__Output } from '../tokenservice/ProvideSigningKeyResponse.js';

export interface VerifierClient extends grpc.Client {
  ActivateCredential(argument: _tokenservice_ActivateCredentialRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  ActivateCredential(argument: _tokenservice_ActivateCredentialRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  ActivateCredential(argument: _tokenservice_ActivateCredentialRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  ActivateCredential(argument: _tokenservice_ActivateCredentialRequest, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  activateCredential(argument: _tokenservice_ActivateCredentialRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  activateCredential(argument: _tokenservice_ActivateCredentialRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  activateCredential(argument: _tokenservice_ActivateCredentialRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  activateCredential(argument: _tokenservice_ActivateCredentialRequest, callback: grpc.requestCallback<_tokenservice_ActivateCredentialResponse__Output>): grpc.ClientUnaryCall;
  
  MakeCredential(argument: _tokenservice_MakeCredentialRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  MakeCredential(argument: _tokenservice_MakeCredentialRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  MakeCredential(argument: _tokenservice_MakeCredentialRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  MakeCredential(argument: _tokenservice_MakeCredentialRequest, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  makeCredential(argument: _tokenservice_MakeCredentialRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  makeCredential(argument: _tokenservice_MakeCredentialRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  makeCredential(argument: _tokenservice_MakeCredentialRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  makeCredential(argument: _tokenservice_MakeCredentialRequest, callback: grpc.requestCallback<_tokenservice_MakeCredentialResponse__Output>): grpc.ClientUnaryCall;
  
  OfferQuote(argument: _tokenservice_OfferQuoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  OfferQuote(argument: _tokenservice_OfferQuoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  OfferQuote(argument: _tokenservice_OfferQuoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  OfferQuote(argument: _tokenservice_OfferQuoteRequest, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  offerQuote(argument: _tokenservice_OfferQuoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  offerQuote(argument: _tokenservice_OfferQuoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  offerQuote(argument: _tokenservice_OfferQuoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  offerQuote(argument: _tokenservice_OfferQuoteRequest, callback: grpc.requestCallback<_tokenservice_OfferQuoteResponse__Output>): grpc.ClientUnaryCall;
  
  ProvideQuote(argument: _tokenservice_ProvideQuoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  ProvideQuote(argument: _tokenservice_ProvideQuoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  ProvideQuote(argument: _tokenservice_ProvideQuoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  ProvideQuote(argument: _tokenservice_ProvideQuoteRequest, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  provideQuote(argument: _tokenservice_ProvideQuoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  provideQuote(argument: _tokenservice_ProvideQuoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  provideQuote(argument: _tokenservice_ProvideQuoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  provideQuote(argument: _tokenservice_ProvideQuoteRequest, callback: grpc.requestCallback<_tokenservice_ProvideQuoteResponse__Output>): grpc.ClientUnaryCall;
  
  ProvideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  ProvideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  ProvideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  ProvideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  provideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  provideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  provideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  provideSigningKey(argument: _tokenservice_ProvideSigningKeyRequest, callback: grpc.requestCallback<_tokenservice_ProvideSigningKeyResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface VerifierHandlers extends grpc.UntypedServiceImplementation {
  ActivateCredential: grpc.handleUnaryCall<_tokenservice_ActivateCredentialRequest__Output, _tokenservice_ActivateCredentialResponse>;
  
  MakeCredential: grpc.handleUnaryCall<_tokenservice_MakeCredentialRequest__Output, _tokenservice_MakeCredentialResponse>;
  
  OfferQuote: grpc.handleUnaryCall<_tokenservice_OfferQuoteRequest__Output, _tokenservice_OfferQuoteResponse>;
  
  ProvideQuote: grpc.handleUnaryCall<_tokenservice_ProvideQuoteRequest__Output, _tokenservice_ProvideQuoteResponse>;
  
  ProvideSigningKey: grpc.handleUnaryCall<_tokenservice_ProvideSigningKeyRequest__Output, _tokenservice_ProvideSigningKeyResponse>;
  
}

export interface VerifierDefinition extends grpc.ServiceDefinition {
  ActivateCredential: MethodDefinition<_tokenservice_ActivateCredentialRequest, _tokenservice_ActivateCredentialResponse, _tokenservice_ActivateCredentialRequest__Output, _tokenservice_ActivateCredentialResponse__Output>
  MakeCredential: MethodDefinition<_tokenservice_MakeCredentialRequest, _tokenservice_MakeCredentialResponse, _tokenservice_MakeCredentialRequest__Output, _tokenservice_MakeCredentialResponse__Output>
  OfferQuote: MethodDefinition<_tokenservice_OfferQuoteRequest, _tokenservice_OfferQuoteResponse, _tokenservice_OfferQuoteRequest__Output, _tokenservice_OfferQuoteResponse__Output>
  ProvideQuote: MethodDefinition<_tokenservice_ProvideQuoteRequest, _tokenservice_ProvideQuoteResponse, _tokenservice_ProvideQuoteRequest__Output, _tokenservice_ProvideQuoteResponse__Output>
  ProvideSigningKey: MethodDefinition<_tokenservice_ProvideSigningKeyRequest, _tokenservice_ProvideSigningKeyResponse, _tokenservice_ProvideSigningKeyRequest__Output, _tokenservice_ProvideSigningKeyResponse__Output>
}
