import { helpText } from '../base/index.js';
import { runClient } from './client.js';
import { flags, readConfig, type ClientCommand, type ClientConfig } from './config.js';
import { runDoctor } from './doctor/index.js';
import { ExitCode, exitCodeLines } from './exit-codes.js';
import { fail, type Io } from './io.js';
import { signOnce } from './sign.js';
import { runTpmCommand, tpmUsage } from './tpm-cli/index.js';

const usage: readonly string[] = [
  'tokenclient --address HOST:PORT --tsAudience AUDIENCE --tlsCertChain CA [flags]',
  '    Proves this VM to the TokenServer, receives what Alice approved for it and holds it until it is stopped.',
  'tokenclient run [flags] [--] CMD ARGS',
  '    The same, and starts a workload with the secrets; ends with its exit code.',
  'tokenclient run [flags] --payload NAME',
  '    The same with a workload that is itself a secret, started as Alice allowed.',
  'tokenclient sign [flags] --in FILE',
  '    Signs a file with a key in the TPM that the TokenServer verified.',
  'tokenclient doctor [flags]',
  '    Looks for what would keep a client with these flags from its secrets. Receives none, changes nothing.',
  ...tpmUsage,
  '',
  ...exitCodeLines,
];

const commands: Readonly<Record<ClientCommand, (config: ClientConfig, io: Io) => Promise<number>>> = {
  hold: runClient,
  run: runClient,
  sign: signOnce,
  doctor: runDoctor,
};

/** The whole of `tokenclient`. @param args without program name. @returns the exit code (see exit-codes.ts). */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  const [first, ...others] = args;
  if (first === 'tpm') return runTpmCommand(others, io);
  const isCommand = first === 'run' || first === 'sign' || first === 'doctor';
  const command: ClientCommand = isCommand ? first : 'hold';
  let config: ClientConfig | undefined;
  try {
    config = readConfig(isCommand ? others : args, io.env, command);
  } catch (error) {
    return fail(io, error, ExitCode.badFlags);
  }
  if (config === undefined) {
    io.stdout(helpText(usage, flags));
    return ExitCode.done;
  }
  return commands[command](config, io);
}
