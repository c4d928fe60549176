import type { InstancesClient } from '@google-cloud/compute';
import { z } from 'zod';
import { found, readAnswer, type Lookup, type ShieldedIdentity, type VtpmKeys } from '../facts/index.js';
import type { Credentials } from './credentials.js';
import { withDeadline } from './deadline.js';
import { lookupOfClientFailure } from './failures.js';
import { onceMore } from './http.js';
import { once } from './once.js';

export interface ShieldedIdentityOptions {
  readonly credentials: Pick<Credentials, 'client'>;
  readonly baseUrl: string;
  readonly deadlineMs: number;
}

const keyEntry = z.object({ ekPub: z.string().min(1), ekCert: z.string().nullish() });
/** A twin that is there names a key. Google's client gives null for one that is not. */
const identitySchema = z.object({
  signingKey: keyEntry,
  encryptionKey: keyEntry,
  eccP256SigningKey: keyEntry.nullish(),
  eccP256EncryptionKey: keyEntry.nullish(),
});
type KeyEntry = z.infer<typeof keyEntry> | null | undefined;

const call = { what: 'instances.getShieldedInstanceIdentity', permission: 'compute.instances.getShieldedInstanceIdentity' };

/**
 * Reads the keys that GCE names for a VM's vTPM, through Google's Compute client; its answer has no member to miss. For
 * programs of people: a server asks for each release, and the client takes several times what the call does (docs/performance.md).
 */
export function openShieldedIdentityReader(options: ShieldedIdentityOptions): {
  read(project: string, zone: string, instanceId: string, signal: AbortSignal | undefined): Promise<Lookup<ShieldedIdentity>>;
  close(): Promise<void>;
} {
  const client = once(() => openInstancesClient(options));
  return {
    read: async (project, zone, instance, signal) => {
      const instances = await client.get();
      return withDeadline({ ...call, deadlineMs: options.deadlineMs, signal }, async (deadline) => {
        let answer: unknown;
        try {
          const request = { project, zone, instance };
          [answer] = await onceMore(() => instances.getShieldedInstanceIdentity(request, { timeout: options.deadlineMs }), deadline);
        } catch (error) {
          return lookupOfClientFailure(error, call);
        }
        return found(readIdentity(answer));
      });
    },
    close: () => client.closeWith(async (instances) => instances.close()),
  };
}

const keysOf = (encryption: KeyEntry, signing: KeyEntry): VtpmKeys => ({
  ekPublicPem: encryption?.ekPub ?? '',
  ekCertificatePem: encryption?.ekCert ?? '',
  akPublicPem: signing?.ekPub ?? '',
  akCertificatePem: signing?.ekCert ?? '',
});

/** What getShieldedInstanceIdentity answered, as it came or as Google's client gives it. @throws AppError CLOUD_UNAVAILABLE */
export function readIdentity(json: unknown): ShieldedIdentity {
  const answer = readAnswer(identitySchema, json, call.what);
  const ecc = keysOf(answer.eccP256EncryptionKey, answer.eccP256SigningKey);
  const isNamed = ecc.ekPublicPem !== '' || ecc.akPublicPem !== '';
  return { ...keysOf(answer.encryptionKey, answer.signingKey), ...(isNamed ? { ecc } : {}) };
}

/** The package as a whole takes two seconds to load: only the one client is, and only when it is needed. */
async function openInstancesClient(options: ShieldedIdentityOptions): Promise<InstancesClient> {
  const module = await import('@google-cloud/compute/build/src/v1/instances_client.js');
  const url = new URL(options.baseUrl);
  const local = url.protocol === 'http:' ? { protocol: 'http', apiEndpoint: url.hostname, port: Number(url.port) } : {};
  return new module.InstancesClient({ ...options.credentials.client, ...local });
}
