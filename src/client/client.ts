import { createLog, type Log } from '../base/index.js';
import { findTpmDevice, readPcrs, Tpm } from '../tpm-device/index.js';
import { openChannel } from '../wire/index.js';
import type { ClientConfig } from './config.js';
import { deliver } from './deliver.js';
import { ExitCode } from './exit-codes.js';
import { fail, type ClientCloud, type Io } from './io.js';
import { connectTokenServer, type TokenServer } from './obtain.js';
import { ReleaseConversation } from './release.js';
import { runUntilReleased, type RunOutcome } from './run.js';
import { checkDirectory } from './secret-files.js';
import { loadTlsMaterial } from './tls-material.js';

/** What is ready before the first attempt. */
interface Prepared {
  readonly cloud: ClientCloud;
  readonly server: TokenServer;
  readonly tpmLocation: string | undefined;
}

/** The client's life: prepare, ask until there is a release, open it, hold it until it is told to end. @returns the exit code. */
export async function runClient(config: ClientConfig, io: Io): Promise<ExitCode> {
  const log = createLog({ name: 'tokenclient', level: config.logLevel, write: io.stderr });
  let prepared: Prepared;
  try {
    prepared = await prepare(config, io, log);
  } catch (error) {
    return fail(io, error, ExitCode.badFiles);
  }
  const conversation = conversationOf(config, prepared, log);
  try {
    const outcome = await runUntilReleased(conversation, runSettings(config), { log, ...io });
    if (outcome.kind !== 'released') return ended(outcome, io);
    return await deliver(outcome.release, { config, io, log, conversation, tpmLocation: prepared.tpmLocation });
  } catch (error) {
    return fail(io, error, ExitCode.internal);
  } finally {
    conversation.dispose();
    prepared.server.close();
    await prepared.cloud.close();
  }
}

const runSettings = ({ maxAttempts, pollWaitSeconds, pollWaitIsGiven }: ClientConfig) => ({
  maxAttempts,
  pollWaitSeconds,
  pollWaitIsGiven,
});

/** Everything that can be wrong without the server is found here, before anything is asked. */
async function prepare(config: ClientConfig, io: Io, log: Log): Promise<Prepared> {
  if (config.endpointsFile !== undefined) log.warn('LOCAL MODE', { endpoints: config.endpointsFile });
  if (config.pins.length === 0)
    log.warn('client.no-pin', { remedy: 'whoever can change --tlsCertChain can stand in for the server: add --tlsServerPin' });
  if (config.outDirectory !== undefined) await checkDirectory(config.outDirectory);
  const tpmLocation = config.useTpm ? await answeringTpm(config.tpmLocation) : undefined;
  const cloud = io.openCloud(config, log);
  try {
    const { ca, client } = await loadTlsMaterial(config.tls, cloud.secretManager, io.now());
    const own = client === undefined ? {} : { certificate: client.certificate, key: client.key };
    const channel = openChannel({ serverName: config.serverName, ca, ...own, pins: config.pins });
    client?.key.dispose();
    const identityToken = (): Promise<string> => cloud.metadataServer.identityToken(config.audience, io.signal);
    return { cloud, tpmLocation, server: connectTokenServer({ address: config.address, channel, identityToken, signal: io.signal }) };
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

/** A TPM that is there and answers. @throws AppError TPM_UNAVAILABLE, TPM_COMMAND_FAILED */
async function answeringTpm(given: string | undefined): Promise<string> {
  const location = given ?? (await findTpmDevice());
  const tpm = await Tpm.open(location);
  try {
    await readPcrs(tpm, 'sha256', [0]);
  } finally {
    await tpm.close();
  }
  return location;
}

function conversationOf(config: ClientConfig, { cloud, server, tpmLocation }: Prepared, log: Log): ReleaseConversation {
  const { attest, exchangeSigningKey } = config;
  return new ReleaseConversation({
    server,
    instanceId: async () => (await cloud.metadataServer.value('instance/id')).trim(),
    attestation: attest && tpmLocation !== undefined ? { tpmLocation, exchangeSigningKey } : undefined,
    log,
  });
}

function ended(outcome: Exclude<RunOutcome, { kind: 'released' }>, io: Io): ExitCode {
  switch (outcome.kind) {
    case 'refused':
      io.stderr(
        `tokenclient: refused for good: ${outcome.refusal.reason}: ${outcome.refusal.remedy} (decision ${outcome.refusal.decisionId})\n`,
      );
      return ExitCode.refusedForGood;
    case 'gave-up':
      io.stderr(`tokenclient: gave up after ${outcome.attempts} attempts (--maxLoop): ${outcome.because}\n`);
      return ExitCode.gaveUp;
    case 'stopped':
      io.stderr('tokenclient: stopped before there was a release\n');
      return ExitCode.stoppedBeforeRelease;
  }
}
