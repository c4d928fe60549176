import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { z } from 'zod';
import { AppError } from '../base/index.js';
import { readAnswer } from '../facts/index.js';
import type { KeyWrapper } from './cloud.js';
import { crc32c } from './crc32c.js';
import { withDeadline } from './deadline.js';
import { errorOfGrpcFailure, type FailedCall } from './failures.js';
import type { CallOptions, GrpcAccess } from './grpc-access.js';
import { once } from './once.js';

const keyName =
  /^projects\/[a-z0-9][a-z0-9.:-]{0,63}\/locations\/[a-z0-9-]{1,63}\/keyRings\/[A-Za-z0-9_-]{1,63}\/cryptoKeys\/[A-Za-z0-9_-]{1,63}$/;
const encryptCall = { what: 'cloudkms.encrypt', permission: 'cloudkms.cryptoKeyVersions.useToEncrypt' };
const decryptCall = { what: 'cloudkms.decrypt', permission: 'cloudkms.cryptoKeyVersions.useToDecrypt' };

const checksum = z.object({ value: z.union([z.string(), z.number()]) });
const encryptAnswer = z.object({
  ciphertext: z.instanceof(Uint8Array),
  ciphertextCrc32c: checksum,
  verifiedPlaintextCrc32c: z.literal(true),
  verifiedAdditionalAuthenticatedDataCrc32c: z.literal(true),
});
const decryptAnswer = z.object({ plaintext: z.instanceof(Uint8Array), plaintextCrc32c: checksum });

type Run = (client: KeyManagementServiceClient, options: CallOptions) => Promise<unknown>;

/**
 * Cloud KMS. Both ways carry CRC-32C of what was sent and of what came back.
 * unwrap: @throws AppError CRYPTO_FAILED when key, ciphertext and associated data do not belong together.
 */
export function openKms(access: GrpcAccess, deadlineMs: number): KeyWrapper & { close(): Promise<void> } {
  const client = once(async (): Promise<KeyManagementServiceClient> => {
    const { KeyManagementServiceClient: Client } = await import('@google-cloud/kms');
    return new Client(access.options);
  });
  const run = async (key: string, call: FailedCall, signal: AbortSignal | undefined, send: Run): Promise<unknown> => {
    if (!keyName.test(key)) throw new AppError('CONFIG_INVALID', 'a KMS key is named projects/P/locations/L/keyRings/R/cryptoKeys/K');
    const kms = await client.get();
    return withDeadline({ ...call, deadlineMs, signal }, async () => {
      const options = await access.callOptions();
      try {
        return await send(kms, options);
      } catch (error) {
        throw errorOfGrpcFailure(error, call, 'CRYPTO_FAILED');
      }
    });
  };
  return {
    wrap: async (key, plaintext, associatedData, signal) => {
      const request = { name: key, plaintext, plaintextCrc32c: { value: crc32c(plaintext) }, ...withChecksum(associatedData) };
      const answer = readAnswer(
        encryptAnswer,
        await run(key, encryptCall, signal, async (kms, options) => (await kms.encrypt(request, options))[0]),
        encryptCall.what,
      );
      return verified(answer.ciphertext, answer.ciphertextCrc32c, encryptCall);
    },
    unwrap: async (key, ciphertext, associatedData, signal) => {
      const request = { name: key, ciphertext, ciphertextCrc32c: { value: crc32c(ciphertext) }, ...withChecksum(associatedData) };
      const answer = readAnswer(
        decryptAnswer,
        await run(key, decryptCall, signal, async (kms, options) => (await kms.decrypt(request, options))[0]),
        decryptCall.what,
      );
      return verified(answer.plaintext, answer.plaintextCrc32c, decryptCall);
    },
    close: () => client.closeWith((kms) => kms.close()),
  };
}

const withChecksum = (associatedData: Uint8Array) => ({
  additionalAuthenticatedData: associatedData,
  additionalAuthenticatedDataCrc32c: { value: crc32c(associatedData) },
});

function verified(bytes: Uint8Array, expected: z.infer<typeof checksum>, call: FailedCall): Buffer {
  if (String(crc32c(bytes)) !== String(expected.value)) {
    throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${call.what} was damaged on its way: its checksum differs`);
  }
  return Buffer.from(bytes);
}
