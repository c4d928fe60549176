import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../base/index.js';
import { commands, Tpm } from '../tpm-device/index.js';
import { bootEvents } from './boot-events.js';
import type { BootMeasurements, MachineTpm } from './machine.js';
import { SwtpmProcess } from './swtpm-process.js';
import { readShieldedKeys, writeTemplates } from './vtpm-keys.js';

/** Banks that a GCE vTPM has active. */
const banks = ['sha1', 'sha256', 'sha384'] as const;

/** An operator of the guest may hold the only connection; then power goes without TPM2_Shutdown. */
const shutdownTimeoutMs = 500;

/**
 * A vTPM like GCE's: swtpm with a fresh endorsement seed in a directory of its own, AK templates in NV, nothing persistent.
 * It is off when this returns.
 * @throws AppError CONFIG_INVALID when swtpm is missing
 */
export async function createVtpm(): Promise<MachineTpm> {
  const directory = await mkdtemp(join(tmpdir(), 'localcloud-vtpm-'));
  const location = `unix:${SwtpmProcess.socketPath(directory)}`;
  let process: SwtpmProcess | undefined;

  const powerOff = async (): Promise<void> => {
    if (process === undefined) return;
    await shutDown(location);
    await process.stop();
    process = undefined;
  };
  const destroy = async (): Promise<void> => {
    await powerOff();
    await rm(directory, { recursive: true, force: true });
  };

  try {
    process = await SwtpmProcess.start(directory);
    const keys = await withTpm(location, async (tpm) => {
      await writeTemplates(tpm);
      return readShieldedKeys(tpm);
    });
    await powerOff();
    return {
      location,
      keys,
      powerOn: async (boot) => {
        await powerOff();
        process = await SwtpmProcess.start(directory);
        await withTpm(location, (tpm) => measure(tpm, boot));
      },
      powerOff,
      destroy,
    };
  } catch (error) {
    await destroy();
    throw error;
  }
}

async function measure(tpm: Tpm, boot: BootMeasurements): Promise<void> {
  for (const { pcr, data } of bootEvents(boot)) {
    const digests = banks.map((bank) => [bank, createHash(bank).update(data).digest()] as const);
    await commands.pcrExtend(tpm, pcr, new Map(digests));
  }
}

async function shutDown(location: string): Promise<void> {
  try {
    await withTpm(location, (tpm) => commands.shutdown(tpm), shutdownTimeoutMs);
  } catch (error) {
    if (!isAppError(error, 'TPM_UNAVAILABLE', 'TPM_COMMAND_FAILED')) throw error;
  }
}

async function withTpm<T>(location: string, use: (tpm: Tpm) => Promise<T>, commandTimeoutMs?: number): Promise<T> {
  const tpm = await Tpm.open(location, commandTimeoutMs === undefined ? {} : { commandTimeoutMs });
  try {
    return await use(tpm);
  } finally {
    await tpm.close();
  }
}
