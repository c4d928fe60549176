import { createLog } from '../base/index.js';
import type { ClientLife } from './client-life.js';
import type { ClientConfig } from './config.js';
import { deliver } from './deliver.js';
import { ExitCode, exitCodeOf } from './exit-codes.js';
import { fail, type Io } from './io.js';
import { conversationOf, prepare, runSettings, type Prepared } from './prepare.js';
import { runUntilReleased, type Asking, type RunOutcome } from './run.js';

/** The client's life: prepare, ask until there is a release, open it, hold it until it is told to end. @returns the exit code. */
export const runClient = (config: ClientConfig, io: Io): Promise<number> =>
  liveWith(config, io, (life) => askUntil(life, life.conversation, (release) => deliver(release, life)));

/** Prepares, lives, and closes what was opened. @returns the exit code of the life, or of the error that ended it. */
export async function liveWith(config: ClientConfig, io: Io, live: (life: ClientLife) => Promise<number>): Promise<number> {
  const log = createLog({ name: 'tokenclient', level: config.logLevel, write: io.stderr });
  let prepared: Prepared;
  try {
    prepared = await prepare(config, io, log);
  } catch (error) {
    return fail(io, error, ExitCode.badFiles);
  }
  const conversation = conversationOf(config, prepared, log);
  try {
    return await live({ config, io, log, prepared, conversation });
  } catch (error) {
    return fail(io, error, ExitCode.internal);
  } finally {
    conversation.dispose();
    prepared.server.close();
    await prepared.cloud.close();
  }
}

/** Asks until there is an answer and goes on with it; tells how it ended when there is none. @returns the exit code. */
export async function askUntil<T>(
  { config, io, log }: ClientLife,
  asking: Asking<T>,
  goOn: (answer: T) => Promise<number>,
): Promise<number> {
  const outcome = await runUntilReleased(asking, runSettings(config), { log, ...io });
  return outcome.kind === 'released' ? goOn(outcome.release) : ended(outcome, io);
}

function ended<T>(outcome: Exclude<RunOutcome<T>, { kind: 'released' }>, io: Io): ExitCode {
  switch (outcome.kind) {
    case 'refused':
      io.stderr(
        `tokenclient: refused for good: ${outcome.refusal.reason}: ${outcome.refusal.remedy} (decision ${outcome.refusal.decisionId})\n`,
      );
      return exitCodeOf(outcome.error, ExitCode.refusedForGood);
    case 'gave-up':
      io.stderr(`tokenclient: gave up after ${outcome.attempts} attempts (--maxLoop): ${outcome.because}\n`);
      return exitCodeOf(outcome.error, ExitCode.gaveUp);
    case 'stopped':
      io.stderr('tokenclient: stopped before there was a release\n');
      return ExitCode.stoppedBeforeRelease;
  }
}
