import { helpText } from '../base/index.js';
import { runClient } from './client.js';
import { readConfig, type ClientConfig } from './config.js';
import { ExitCode, exitCodeLines } from './exit-codes.js';
import { clientFlags } from './flags.js';
import { fail, type Io } from './io.js';
import { runTpmCommand, tpmUsage } from './tpm-cli/index.js';

const usage: readonly string[] = [
  'tokenclient --address HOST:PORT --tsAudience AUDIENCE --tlsCertChain CA [flags]',
  '    Proves this VM to the TokenServer, receives what Alice approved for it and holds it until it is stopped.',
  ...tpmUsage,
  '',
  ...exitCodeLines,
];

/** The whole of `tokenclient`. @param args without program name. @returns the exit code (see exit-codes.ts). */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  if (args[0] === 'tpm') return runTpmCommand(args.slice(1), io);
  let config: ClientConfig | undefined;
  try {
    config = readConfig(args, io.env);
  } catch (error) {
    return fail(io, error, ExitCode.badFlags);
  }
  if (config === undefined) {
    io.stdout(helpText(usage, clientFlags));
    return ExitCode.done;
  }
  return runClient(config, io);
}
