import type { Logging } from '@google-cloud/logging';
import { credentials as channelCredentials } from '@grpc/grpc-js';
import { messageOf, type Log } from '../base/index.js';
import type { DecisionLog } from './cloud.js';
import type { Credentials } from './credentials.js';
import { withDeadline } from './deadline.js';
import { hostAndPort } from './endpoints.js';
import { grpcAccess } from './grpc-access.js';
import { once } from './once.js';

export interface DecisionLogOptions {
  /** Name of the log in the project; undefined: decisions are not copied. */
  readonly name: string | undefined;
  readonly projectId: string | undefined;
  readonly credentials: Credentials;
  /** Plaintext `host:port` of local mode. */
  readonly address: string | undefined;
  readonly deadlineMs: number;
  /** Told, without the payload, when a copy could not be written. */
  readonly log: Log;
}

/** Copies decisions to Cloud Logging. Copies that fail are lost: the process's own log is the record. The library adds one entry about itself. */
export function openDecisionLog(options: DecisionLogOptions): DecisionLog & { close(): Promise<void> } {
  const pending = new Set<Promise<void>>();
  const access = grpcAccess(options.credentials, options.address, options.deadlineMs);
  const client = once(() => openLogging(options));
  const send = async (severity: string, payload: Readonly<Record<string, unknown>>): Promise<void> => {
    try {
      const log = (await client.get()).log(options.name ?? '');
      await withDeadline({ what: 'logging.write', deadlineMs: options.deadlineMs }, async () => {
        const entry = log.entry({ severity, resource: { type: 'global' } }, { ...payload });
        await log.write(entry, { resource: { type: 'global' }, gaxOptions: await access.callOptions() });
      });
    } catch (error) {
      options.log.warn('decision-log.write-failed', { problem: messageOf(error) });
    }
  };
  return {
    write: (severity, payload) => {
      if (options.name === undefined) return;
      const sent = send(severity, payload).finally(() => pending.delete(sent));
      pending.add(sent);
    },
    close: async () => {
      await Promise.all(pending);
      await client.closeWith(closeChannels);
    },
  };
}

/**
 * This package brings an older copy of the auth library and cannot use our client: it is given the key file's content, or
 * finds the default credentials itself. In local mode it needs none, only a universe so that it does not look for any.
 */
async function openLogging({ projectId, credentials, address }: DecisionLogOptions): Promise<Logging> {
  const { Logging: Client } = await import('@google-cloud/logging');
  const project = projectId === undefined ? {} : { projectId };
  if (address !== undefined) {
    const { host, port } = hostAndPort(address);
    const local = {
      apiEndpoint: host,
      port,
      sslCreds: channelCredentials.createInsecure(),
      clientOptions: { universeDomain: 'googleapis.com' },
    };
    return new Client({ ...project, ...local });
  }
  const { serviceAccountKey } = credentials;
  return new Client({ ...project, ...(serviceAccountKey === undefined ? {} : { credentials: serviceAccountKey }) });
}

/** The package types its clients as anything; each has a `close`. */
async function closeChannels(logging: Logging): Promise<void> {
  const clients: readonly unknown[] = [logging.loggingService, logging.configService];
  await Promise.all(clients.map((client) => (client as { close(): Promise<void> }).close()));
}
