import { AppError, type Log } from '../base/index.js';
import { openChannel } from '../wire/index.js';
import type { ClientConfig } from './config.js';
import type { Trouble } from './exit-codes.js';
import { checkHygiene } from './hygiene.js';
import type { ClientCloud, Io } from './io.js';
import { checkSocketPath } from './local-socket.js';
import { connectTokenServer, type TokenServer } from './obtain.js';
import { ReleaseConversation } from './release.js';
import type { RunSettings } from './run.js';
import { checkDirectory } from './secret-files.js';
import { loadTlsMaterial } from './tls-material.js';
import { answeringTpm } from './tpm-access.js';
import { findCommand } from './workload/find-command.js';
import { findLeftovers } from './workload/leftovers.js';
import { memoryDirectory } from './workload/memory-directory.js';
import { writesToMemory } from './workload/plan.js';

/** What is ready before the first attempt. */
export interface Prepared {
  readonly cloud: ClientCloud;
  readonly server: TokenServer;
  readonly tpmLocation: string | undefined;
  /** Path of the program of `run`; undefined for a payload, whose program is not there yet. */
  readonly workloadCommand: string | undefined;
}

/** Everything that can be wrong without the server is found here, before anything is asked. @throws AppError */
export async function prepare(config: ClientConfig, io: Io, log: Log): Promise<Prepared> {
  if (config.endpointsFile !== undefined) log.warn('LOCAL MODE', { endpoints: config.endpointsFile });
  if (config.pins.length === 0)
    log.warn('client.no-pin', { remedy: 'whoever can change --tlsCertChain can stand in for the server: add --tlsServerPin' });
  requireHygiene(config, io, log);
  if (config.outDirectory !== undefined) await checkDirectory(config.outDirectory);
  if (config.workload !== undefined && writesToMemory(config.workload))
    await tellLeftovers(config.outDirectory ?? (await memoryDirectory()), log);
  if (config.socketPath !== undefined) await checkSocketPath(config.socketPath);
  const start = config.workload?.start;
  const workloadCommand = start === undefined || 'payload' in start ? undefined : await findCommand(start.command, io.env['PATH']);
  const tpmLocation = config.useTpm ? await answeringTpm(config.tpmLocation) : undefined;
  return { ...(await connect(config, io, log)), tpmLocation, workloadCommand };
}

/** The cloud and the server as the client speaks to them. @throws AppError CONFIG_INVALID, and as loadTlsMaterial. */
export async function connect(config: ClientConfig, io: Io, log: Log): Promise<Pick<Prepared, 'cloud' | 'server'>> {
  const cloud = io.openCloud(config, log);
  try {
    const { ca, client } = await loadTlsMaterial(config.tls, cloud.secretManager, io.now());
    const own = client === undefined ? {} : { certificate: client.certificate, key: client.key };
    const channel = openChannel({ serverName: config.serverName, ca, ...own, pins: config.pins });
    client?.key.dispose();
    const identityToken = (): Promise<string> => cloud.metadataServer.identityToken(config.audience, io.signal);
    return { cloud, server: connectTokenServer({ address: config.address, channel, identityToken, signal: io.signal }) };
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

async function tellLeftovers(parent: string, log: Log): Promise<void> {
  const directories = await findLeftovers(parent);
  if (directories.length === 0) return;
  const remedy = 'a client that was killed left secrets there: remove them, unless another client of this user runs now';
  log.warn('client.leftovers', { directories, remedy });
}

function requireHygiene({ strictHygiene }: ClientConfig, io: Io, log: Log): void {
  const findings = checkHygiene(io.readProc);
  for (const { what, problem, remedy } of findings) log.warn('client.hygiene', { what, problem, remedy });
  if (!strictHygiene || findings.length === 0) return;
  const lines = findings.map(({ problem, remedy }) => `--strictHygiene: ${problem}: ${remedy}`);
  throw new AppError('CONFIG_INVALID', lines.join('\n'), { context: { trouble: 'hygiene' satisfies Trouble } });
}

export function conversationOf(config: ClientConfig, { cloud, server, tpmLocation }: Prepared, log: Log): ReleaseConversation {
  const { attest, exchangeSigningKey } = config;
  return new ReleaseConversation({
    server,
    instanceId: async () => (await cloud.metadataServer.value('instance/id')).trim(),
    attestation: attest && tpmLocation !== undefined ? { tpmLocation, exchangeSigningKey } : undefined,
    log,
  });
}

export const runSettings = ({ maxAttempts, pollWaitSeconds, pollWaitIsGiven }: ClientConfig): RunSettings => ({
  maxAttempts,
  pollWaitSeconds,
  pollWaitIsGiven,
});
