import { AppError, dangerousEnvironment, helpText } from '../base/index.js';
import { approve } from './approve.js';
import { runApprovals } from './approvals.js';
import type { ProvisionerConfig, SealConfig } from './config.js';
import { exitCodes, failureOf, type ExitCode } from './exit.js';
import { provisionerFlags } from './flags.js';
import type { Program } from './program.js';
import { dataToSeal, sealForVm, sealWarnings } from './seal.js';

const usage = [
  'usage: provisioner [approve] FLAGS   review one VM and approve it',
  '       provisioner seal FLAGS        seal a few bytes to the TPM of a VM; prints the blob',
  '       provisioner show FLAGS        what is approved for --clientVMId',
  '       provisioner list FLAGS        ids of all approved VMs',
  '       provisioner revoke FLAGS      end an approval at once, with --why',
  '',
  'for example:',
  '  provisioner --fireStoreProjectId ts --clientProjectId tc \\',
  '    --clientVMZone us-central1-a --clientVMId 8939838129032687278 \\',
  '    --secretsFile secrets.json --secretsKeyset keyset.bin \\',
  '    --peerAddress 34.121.225.36 --peerSerialNumber 5 \\',
  '    --attestationPCRValue 24af... --maxReleases 3',
  '',
  'exit codes: 0 done, 1 declined, 2 flags or files, 3 review failed, 4 Google did',
  'not answer or may not, 5 the VM changed meanwhile, 6 no such VM or approval,',
  '70 our own mistake',
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
    return { exitCode, lines };
  } finally {
    program?.terminal.close();
  }
}

async function runCommand(config: ProvisionerConfig, program: Program): Promise<ExitCode> {
  switch (config.command) {
    case 'help':
      program.print(helpText(usage, provisionerFlags));
      return exitCodes.done;
    case 'approve':
      return approve(config, program);
    case 'seal':
      return seal(config, program);
    case 'show':
    case 'list':
    case 'revoke':
      return runApprovals(config, program);
  }
}

/** The blob alone goes to standard output, so that it can be redirected. */
async function seal(config: SealConfig, program: Program): Promise<ExitCode> {
  for (const line of sealWarnings(config)) program.complain(`warning: ${line}`);
  const data = await dataToSeal(config, program.input);
  const cloud = program.openCloud({ endpoints: config.endpoints });
  try {
    program.print(`${await sealForVm(config, cloud, data)}\n`);
    return exitCodes.done;
  } finally {
    data.fill(0);
    await cloud.close();
  }
}

function refuseDangerousEnvironment(config: ProvisionerConfig, env: Readonly<Record<string, string | undefined>>): void {
  if (config.command === 'help' || config.endpoints !== undefined) return;
  const names = dangerousEnvironment(env);
  if (names.length > 0)
    throw new AppError(
      'CONFIG_INVALID',
      `${names.join(', ')} changes whom this program trusts; unset it, or use --endpoints for local mode`,
    );
}
