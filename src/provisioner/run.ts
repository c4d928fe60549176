import { AppError, dangerousEnvironment, helpText } from '../base/index.js';
import { approve } from './approve.js';
import { commandPage } from './command-pages.js';
import { commandHelp, type Command } from './commands.js';
import { bashCompletion } from './completion.js';
import type { ProvisionerConfig } from './config.js';
import { exitCodes, failureOf, type ExitCode } from './exit.js';
import { provisionerFlags } from './flags.js';
import { runLife } from './life/index.js';
import type { Program } from './program.js';
import { seal } from './seal.js';
import { serviceAccountKey } from './service-account-key.js';
import { tink } from './tink.js';

const exitCodeLines = [
  'exit codes: 0 done, 1 declined, 2 flags or files, 3 review failed, 4 Google did',
  'not answer or may not, 5 the VM or its approval changed meanwhile, 6 no such VM',
  'or approval, 70 our own mistake',
];

const usage = [
  'usage: provisioner [COMMAND] FLAGS; without a command: approve',
  '',
  ...Object.entries(commandHelp).map(([command, help]) => `  ${command.padEnd(20)} ${help}`),
  '',
  'provisioner COMMAND --help has examples of each, and the flags that it takes',
  '',
  ...exitCodeLines,
];

/** Runs one command. Everything that goes wrong ends as lines on standard error and an exit code; nothing is thrown. */
export async function run(
  read: () => ProvisionerConfig,
  env: Readonly<Record<string, string | undefined>>,
  programFor: (config: ProvisionerConfig) => Program,
): Promise<{ readonly exitCode: ExitCode; readonly lines: readonly string[] }> {
  let program: Program | undefined;
  try {
    const config = read();
    refuseDangerousEnvironment(config, env);
    program = programFor(config);
    return { exitCode: await runCommand(config, program), lines: [] };
  } catch (error) {
    const { lines, exitCode } = failureOf(error);
    program?.result({ outcome: 'error', exitCode, problems: lines });
    return { exitCode, lines };
  } finally {
    program?.terminal.close();
  }
}

async function runCommand(config: ProvisionerConfig, program: Program): Promise<ExitCode> {
  switch (config.command) {
    case 'help':
      program.print(helpFor(config.about));
      return exitCodes.done;
    case 'completion':
      program.print(bashCompletion(provisionerFlags));
      return exitCodes.done;
    case 'approve':
      return approve(config, program);
    case 'seal':
      return seal(config, program);
    case 'tink':
      return tink(config, program);
    case 'service-account-key':
      return serviceAccountKey(config, program);
    case 'pending':
    case 'list':
    case 'show':
    case 'history':
    case 'diff':
    case 'baseline':
    case 'revoke':
    case 'extend':
    case 'rewrap':
    case 'verify-signature':
      return runLife(config, program);
  }
}

function helpFor(command: Command | undefined): string {
  if (command === undefined) return helpText(usage, provisionerFlags);
  const page = commandPage(command);
  return helpText([...page.usage, '', ...exitCodeLines], page.flags);
}

function refuseDangerousEnvironment(config: ProvisionerConfig, env: Readonly<Record<string, string | undefined>>): void {
  if (config.command === 'help' || config.command === 'completion') return;
  if ('endpoints' in config && config.endpoints !== undefined) return;
  const names = dangerousEnvironment(env);
  if (names.length > 0)
    throw new AppError(
      'CONFIG_INVALID',
      `${names.join(', ')} changes whom this program trusts; unset it, or use --endpoints for local mode`,
    );
}
