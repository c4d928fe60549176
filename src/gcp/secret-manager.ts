import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { z } from 'zod';
import { AppError, Secret } from '../base/index.js';
import { readAnswer } from '../facts/index.js';
import type { SecretManager } from './cloud.js';
import { crc32c } from './crc32c.js';
import { withDeadline } from './deadline.js';
import { errorOfGrpcFailure } from './failures.js';
import type { GrpcAccess } from './grpc-access.js';
import { once } from './once.js';

const call = { what: 'secretmanager.accessSecretVersion', permission: 'secretmanager.versions.access' };
const secretName = /^projects\/[a-z0-9][a-z0-9.:-]{0,63}\/secrets\/[A-Za-z0-9_-]{1,255}(\/versions\/(?:latest|[A-Za-z0-9_-]{1,63}))?$/;

const answerSchema = z.object({
  name: z.string().regex(/\/versions\/[0-9]+$/),
  payload: z.object({ data: z.instanceof(Uint8Array), dataCrc32c: z.union([z.string(), z.number()]) }),
});

/** Secret Manager. Opens its client on first use. */
export function openSecretManager(access: GrpcAccess, deadlineMs: number): SecretManager & { close(): Promise<void> } {
  const client = once(async (): Promise<SecretManagerServiceClient> => {
    const { SecretManagerServiceClient: Client } = await import('@google-cloud/secret-manager');
    return new Client(access.options);
  });
  return {
    access: async (name, signal) => {
      const version = secretName.exec(name);
      if (version === null)
        throw new AppError('CONFIG_INVALID', 'a secret is named projects/P/secrets/S or projects/P/secrets/S/versions/V');
      const full = version[1] === undefined ? `${name}/versions/latest` : name;
      const secrets = await client.get();
      const answer = await withDeadline({ ...call, deadlineMs, signal }, async () => {
        const options = await access.callOptions();
        try {
          return (await secrets.accessSecretVersion({ name: full }, options))[0];
        } catch (error) {
          throw errorOfGrpcFailure(error, call);
        }
      });
      return checked(answer);
    },
    close: () => client.closeWith((secrets) => secrets.close()),
  };
}

/** The copy in Google's own buffer is wiped once it is ours. */
function checked(answer: unknown): { value: Secret; version: string } {
  const { name, payload } = readAnswer(answerSchema, answer, call.what);
  if (String(crc32c(payload.data)) !== String(payload.dataCrc32c)) {
    throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${call.what} was damaged on its way: its checksum differs`);
  }
  const value = new Secret(payload.data);
  payload.data.fill(0);
  return { value, version: name };
}
