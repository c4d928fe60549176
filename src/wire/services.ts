import { loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON, type MessageTypeDefinition } from '@grpc/proto-loader';
import { AppError, messageOf } from '../base/index.js';
import type { ProtoGrpcType as RefusalTypes } from './generated/refusal.js';
import { schema } from './generated/schema.js';
import type { ProtoGrpcType as ServiceTypes } from './generated/tokenservice.js';

/** One protobuf message by itself, for bytes that travel inside another message. */
export interface MessageCodec<In, Out> {
  encode(message: In): Buffer;
  /** Unknown fields are dropped, as protobuf does; what must be present is the caller's to check. @throws AppError BYTES_MALFORMED */
  decode(bytes: Uint8Array): Out;
}

// protobufjs writes this JSON itself; its type for it asks for members that it leaves out.
const definition = fromJSON(schema as Parameters<typeof fromJSON>[0], {
  longs: String,
  enums: String,
  bytes: Buffer,
  defaults: true,
  arrays: true,
  keepCase: true,
  oneofs: true,
});

// The generated types describe exactly the schema that is loaded here: scripts/gen.mjs makes both from proto/.
const { tokenservice, google } = loadPackageDefinition(definition) as unknown as ServiceTypes & RefusalTypes;

export const { TokenService: TokenServiceClient, Verifier: VerifierClient } = tokenservice;
export const tokenServiceDefinition = TokenServiceClient.service;
export const verifierDefinition = VerifierClient.service;

export const sealedReleaseCodec = codec(tokenservice.SealedRelease, 'SealedRelease');
export const releasedSecretsCodec = codec(tokenservice.ReleasedSecrets, 'ReleasedSecrets');
export const statusCodec = codec(google.rpc.Status, 'google.rpc.Status');
export const errorInfoCodec = codec(google.rpc.ErrorInfo, 'google.rpc.ErrorInfo');
export const retryInfoCodec = codec(google.rpc.RetryInfo, 'google.rpc.RetryInfo');

function codec<In extends object, Out extends object>(type: MessageTypeDefinition<In, Out>, name: string): MessageCodec<In, Out> {
  return {
    encode: (message) => type.serialize(message),
    decode: (bytes) => {
      try {
        return type.deserialize(Buffer.from(bytes));
      } catch (error) {
        throw new AppError('BYTES_MALFORMED', `${name}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}
