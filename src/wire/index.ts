// wire: the messages between client and server, the channel they travel in, and how a release is sealed. Only this room
// and the gRPC edges know grpc-js. It imports base and record. Start with proto/tokenservice.proto.
export * from './binding.js';
export * from './channel.js';
export * from './refusal.js';
export * from './sealed-release.js';
export { TokenServiceClient, VerifierClient, tokenServiceDefinition, verifierDefinition } from './services.js';
export type { TokenServiceClient as TokenServiceStub, TokenServiceHandlers } from './generated/tokenservice/TokenService.js';
export type { VerifierClient as VerifierStub, VerifierHandlers } from './generated/tokenservice/Verifier.js';
export type { ActivateCredentialRequest__Output } from './generated/tokenservice/ActivateCredentialRequest.js';
export type { MakeCredentialRequest__Output } from './generated/tokenservice/MakeCredentialRequest.js';
export type { MakeCredentialResponse, MakeCredentialResponse__Output } from './generated/tokenservice/MakeCredentialResponse.js';
export type { OfferQuoteResponse, OfferQuoteResponse__Output } from './generated/tokenservice/OfferQuoteResponse.js';
export type { OfferQuoteRequest__Output } from './generated/tokenservice/OfferQuoteRequest.js';
export type { PcrSelection, PcrSelection__Output } from './generated/tokenservice/PcrSelection.js';
export type { PcrValue, PcrValue__Output } from './generated/tokenservice/PcrValue.js';
export type { ProvideQuoteRequest__Output } from './generated/tokenservice/ProvideQuoteRequest.js';
export type { ProvideSigningKeyRequest__Output } from './generated/tokenservice/ProvideSigningKeyRequest.js';
export type { TokenRequest__Output } from './generated/tokenservice/TokenRequest.js';
export type { TokenResponse, TokenResponse__Output } from './generated/tokenservice/TokenResponse.js';
