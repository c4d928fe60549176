import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { ActivateCredentialRequest as _tokenservice_ActivateCredentialRequest, ActivateCredentialRequest__Output as _tokenservice_ActivateCredentialRequest__Output } from './tokenservice/ActivateCredentialRequest.js';
import type { ActivateCredentialResponse as _tokenservice_ActivateCredentialResponse, ActivateCredentialResponse__Output as _tokenservice_ActivateCredentialResponse__Output } from './tokenservice/ActivateCredentialResponse.js';
import type { MakeCredentialRequest as _tokenservice_MakeCredentialRequest, MakeCredentialRequest__Output as _tokenservice_MakeCredentialRequest__Output } from './tokenservice/MakeCredentialRequest.js';
import type { MakeCredentialResponse as _tokenservice_MakeCredentialResponse, MakeCredentialResponse__Output as _tokenservice_MakeCredentialResponse__Output } from './tokenservice/MakeCredentialResponse.js';
import type { OfferQuoteRequest as _tokenservice_OfferQuoteRequest, OfferQuoteRequest__Output as _tokenservice_OfferQuoteRequest__Output } from './tokenservice/OfferQuoteRequest.js';
import type { OfferQuoteResponse as _tokenservice_OfferQuoteResponse, OfferQuoteResponse__Output as _tokenservice_OfferQuoteResponse__Output } from './tokenservice/OfferQuoteResponse.js';
import type { PcrSelection as _tokenservice_PcrSelection, PcrSelection__Output as _tokenservice_PcrSelection__Output } from './tokenservice/PcrSelection.js';
import type { PcrValue as _tokenservice_PcrValue, PcrValue__Output as _tokenservice_PcrValue__Output } from './tokenservice/PcrValue.js';
import type { ProvideQuoteRequest as _tokenservice_ProvideQuoteRequest, ProvideQuoteRequest__Output as _tokenservice_ProvideQuoteRequest__Output } from './tokenservice/ProvideQuoteRequest.js';
import type { ProvideQuoteResponse as _tokenservice_ProvideQuoteResponse, ProvideQuoteResponse__Output as _tokenservice_ProvideQuoteResponse__Output } from './tokenservice/ProvideQuoteResponse.js';
import type { ProvideSigningKeyRequest as _tokenservice_ProvideSigningKeyRequest, ProvideSigningKeyRequest__Output as _tokenservice_ProvideSigningKeyRequest__Output } from './tokenservice/ProvideSigningKeyRequest.js';
import type { ProvideSigningKeyResponse as _tokenservice_ProvideSigningKeyResponse, ProvideSigningKeyResponse__Output as _tokenservice_ProvideSigningKeyResponse__Output } from './tokenservice/ProvideSigningKeyResponse.js';
import type { ReleasedSecrets as _tokenservice_ReleasedSecrets, ReleasedSecrets__Output as _tokenservice_ReleasedSecrets__Output } from './tokenservice/ReleasedSecrets.js';
import type { SealedRelease as _tokenservice_SealedRelease, SealedRelease__Output as _tokenservice_SealedRelease__Output } from './tokenservice/SealedRelease.js';
import type { Secret as _tokenservice_Secret, Secret__Output as _tokenservice_Secret__Output } from './tokenservice/Secret.js';
import type { TokenRequest as _tokenservice_TokenRequest, TokenRequest__Output as _tokenservice_TokenRequest__Output } from './tokenservice/TokenRequest.js';
import type { TokenResponse as _tokenservice_TokenResponse, TokenResponse__Output as _tokenservice_TokenResponse__Output } from './tokenservice/TokenResponse.js';
import type { TokenServiceClient as _tokenservice_TokenServiceClient, TokenServiceDefinition as _tokenservice_TokenServiceDefinition } from './tokenservice/TokenService.js';
import type { VerifierClient as _tokenservice_VerifierClient, VerifierDefinition as _tokenservice_VerifierDefinition } from './tokenservice/Verifier.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  tokenservice: {
    ActivateCredentialRequest: MessageTypeDefinition<_tokenservice_ActivateCredentialRequest, _tokenservice_ActivateCredentialRequest__Output>
    ActivateCredentialResponse: MessageTypeDefinition<_tokenservice_ActivateCredentialResponse, _tokenservice_ActivateCredentialResponse__Output>
    MakeCredentialRequest: MessageTypeDefinition<_tokenservice_MakeCredentialRequest, _tokenservice_MakeCredentialRequest__Output>
    MakeCredentialResponse: MessageTypeDefinition<_tokenservice_MakeCredentialResponse, _tokenservice_MakeCredentialResponse__Output>
    OfferQuoteRequest: MessageTypeDefinition<_tokenservice_OfferQuoteRequest, _tokenservice_OfferQuoteRequest__Output>
    OfferQuoteResponse: MessageTypeDefinition<_tokenservice_OfferQuoteResponse, _tokenservice_OfferQuoteResponse__Output>
    PcrSelection: MessageTypeDefinition<_tokenservice_PcrSelection, _tokenservice_PcrSelection__Output>
    PcrValue: MessageTypeDefinition<_tokenservice_PcrValue, _tokenservice_PcrValue__Output>
    ProvideQuoteRequest: MessageTypeDefinition<_tokenservice_ProvideQuoteRequest, _tokenservice_ProvideQuoteRequest__Output>
    ProvideQuoteResponse: MessageTypeDefinition<_tokenservice_ProvideQuoteResponse, _tokenservice_ProvideQuoteResponse__Output>
    ProvideSigningKeyRequest: MessageTypeDefinition<_tokenservice_ProvideSigningKeyRequest, _tokenservice_ProvideSigningKeyRequest__Output>
    ProvideSigningKeyResponse: MessageTypeDefinition<_tokenservice_ProvideSigningKeyResponse, _tokenservice_ProvideSigningKeyResponse__Output>
    ReleasedSecrets: MessageTypeDefinition<_tokenservice_ReleasedSecrets, _tokenservice_ReleasedSecrets__Output>
    SealedRelease: MessageTypeDefinition<_tokenservice_SealedRelease, _tokenservice_SealedRelease__Output>
    Secret: MessageTypeDefinition<_tokenservice_Secret, _tokenservice_Secret__Output>
    TokenRequest: MessageTypeDefinition<_tokenservice_TokenRequest, _tokenservice_TokenRequest__Output>
    TokenResponse: MessageTypeDefinition<_tokenservice_TokenResponse, _tokenservice_TokenResponse__Output>
    TokenService: SubtypeConstructor<typeof grpc.Client, _tokenservice_TokenServiceClient> & { service: _tokenservice_TokenServiceDefinition }
    Verifier: SubtypeConstructor<typeof grpc.Client, _tokenservice_VerifierClient> & { service: _tokenservice_VerifierDefinition }
  }
}

