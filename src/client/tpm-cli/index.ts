// tokenclient tpm: a TPM for people. It asks no server and needs no Google Cloud.
import { AppError, FlagReader, helpText, isAppError, type FlagSpec } from '../../base/index.js';
import { findTpmDevice, Tpm } from '../../tpm-device/index.js';
import { ExitCode, exitCodeLines } from '../exit-codes.js';
import { fail, type Io } from '../io.js';
import { commonFlags, ekFlags, pcrsFlags, quoteFlags, signFlags, unsealFlags } from './flags.js';
import { showInfo } from './info.js';
import { showEk, showPcrs, type Shown } from './show.js';
import { makeQuote, signFile, unsealFile } from './use.js';

interface TpmCommand {
  readonly flags: readonly FlagSpec[];
  readonly doc: string;
  readonly run: (tpm: Tpm, flags: FlagReader) => Promise<Shown>;
}

const tpmCommands: ReadonlyMap<string, TpmCommand> = new Map([
  ['info', { flags: commonFlags, doc: 'maker, firmware, banks of registers, what is stored in it', run: showInfo }],
  ['pcrs', { flags: pcrsFlags, doc: 'the registers and what each measures', run: showPcrs }],
  ['ek', { flags: ekFlags, doc: 'the endorsement key and its fingerprint', run: showEk }],
  ['quote', { flags: quoteFlags, doc: 'a signed statement of registers', run: makeQuote }],
  ['sign', { flags: signFlags, doc: 'sign a file with the attestation key', run: signFile }],
  ['unseal', { flags: unsealFlags, doc: 'open an import blob that was sealed to this TPM', run: unsealFile }],
]);

/** The flags of each command, by its name. */
export const tpmFlags: ReadonlyMap<string, readonly FlagSpec[]> = new Map([...tpmCommands].map(([name, { flags }]) => [name, flags]));

/** Lines for --help. */
export const tpmUsage: readonly string[] = [...tpmCommands].map(([name, { doc }]) => `tokenclient tpm ${name.padEnd(7)} ${doc}`);

/** Runs one `tokenclient tpm` command. @returns the exit code. */
export async function runTpmCommand(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name = '', ...words] = args;
  const command = tpmCommands.get(name);
  if (command === undefined) {
    const isHelp = ['', '-h', '--help', '-help', 'help'].includes(name);
    const known = [...tpmCommands.keys()].join(', ');
    if (!isHelp)
      return fail(
        io,
        new AppError('CONFIG_INVALID', `there is no command "tokenclient tpm ${name}": say one of ${known}`),
        ExitCode.badFlags,
      );
    io.stdout(helpText([...tpmUsage, '', ...exitCodeLines], commonFlags));
    return ExitCode.done;
  }
  try {
    const flags = new FlagReader(command.flags, words);
    if (flags.flag('help')) {
      io.stdout(helpText([`tokenclient tpm ${name} [flags]`, `    ${command.doc}`, '', ...exitCodeLines], command.flags));
      return ExitCode.done;
    }
    for (const word of flags.rest) flags.problem(`"${word}" is not a flag: --help lists all`);
    flags.finish();
    const { text, json } = await withTpm(flags.text('tpm'), io.signal, (tpm) => command.run(tpm, flags));
    io.stdout(`${flags.flag('json') ? JSON.stringify(json, undefined, 2) : text}\n`);
    return ExitCode.done;
  } catch (error) {
    return fail(io, error, isAppError(error, 'CONFIG_INVALID') ? ExitCode.badFlags : ExitCode.badSecret);
  }
}

async function withTpm<T>(location: string | undefined, signal: AbortSignal, use: (tpm: Tpm) => Promise<T>): Promise<T> {
  const tpm = await Tpm.open(location ?? (await findTpmDevice()), { signal });
  try {
    return await use(tpm);
  } finally {
    await tpm.close();
  }
}
