import { isIP } from 'node:net';
import { AppError, FlagReader, isAppError } from '../base/index.js';
import type { ApproveConfig, ProvisionerConfig, SealConfig, ShowConfig, StoreConfig, TargetConfig } from './config.js';
import { provisionerFlags } from './flags.js';
import { readInstant } from './lifetime.js';
import { readPcrPolicy, readSealingPcrs } from './pcr-choice.js';

const commands = ['approve', 'seal', 'show', 'list', 'revoke', 'help'] as const;
type Command = (typeof commands)[number];

/**
 * Reads the command line: an optional command word, then flags. Without a word it approves; with `--encryptToTPM` it seals,
 * as the reference does. Files that flags name are read (PCR policy), secrets are not.
 * @throws AppError CONFIG_INVALID with every problem at once, one per line
 */
export function readConfig(args: readonly string[], now: Date): ProvisionerConfig {
  const [command, flags] = splitCommand(args);
  const reader = new FlagReader(provisionerFlags, flags);
  if (command === 'help' || reader.flag('help')) return { command: 'help' };
  for (const word of reader.rest) reader.problem(`"${word}" is not expected: the command comes first, then flags`);
  switch (command) {
    case 'approve':
      return reader.isGiven('encryptToTPM') ? sealConfig(reader) : approveConfig(reader, now);
    case 'seal':
      return sealConfig(reader);
    case 'show':
    case 'list':
    case 'revoke':
      return showConfig(command, reader);
  }
}

function splitCommand(args: readonly string[]): readonly [Command, readonly string[]] {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) return ['approve', args];
  const command = commands.find((name) => name === first);
  if (command === undefined) throw new AppError('CONFIG_INVALID', `"${first}" is no command; commands are ${commands.join(', ')}`);
  return [command, rest];
}

const storeConfig = (reader: FlagReader): StoreConfig => ({
  firestoreProject: reader.requiredText('fireStoreProjectId'),
  collection: reader.requiredText('firestoreCollectionName'),
  endpoints: reader.text('endpoints'),
});

function targetConfig(reader: FlagReader): TargetConfig {
  const target = {
    project: reader.requiredText('clientProjectId'),
    zone: reader.requiredText('clientVMZone'),
    nameOrId: reader.requiredText('clientVMId'),
    projectNumber: reader.text('clientProjectNumber'),
  };
  if (target.projectNumber !== undefined && !/^[0-9]{1,20}$/.test(target.projectNumber)) {
    reader.problem(`--clientProjectNumber is a decimal number, not "${target.projectNumber}"`);
  }
  return target;
}

function approveConfig(reader: FlagReader, now: Date): ApproveConfig {
  const releasePolicy = oneOf(reader, 'releasePolicy', ['attested', 'identity', 'observe']);
  const useTpm = reader.isGiven('useTPM') ? reader.flag('useTPM') : undefined;
  if (releasePolicy !== 'identity' && useTpm === false) {
    reader.problem(
      `--useTPM=false and --releasePolicy ${releasePolicy} exclude each other: attestation needs the TPM; --releasePolicy identity does without`,
    );
  }
  if (releasePolicy === 'identity' && useTpm === true) {
    reader.problem('--useTPM and --releasePolicy identity exclude each other: a release by identity asks for no attestation');
  }
  const bootPolicy = oneOf(reader, 'bootPolicy', ['any_boot', 'same_boot']);
  if (bootPolicy === 'same_boot' && !reader.isGiven('resetCount'))
    reader.problem('--resetCount is missing: --bootPolicy same_boot compares with it');
  const config: ApproveConfig = {
    command: 'approve',
    ...storeConfig(reader),
    target: targetConfig(reader),
    secretsFile: reader.requiredText('secretsFile'),
    secretsKeyset: reader.text('secretsKeyset'),
    secretsKmsKey: reader.text('secretsKmsKey'),
    acceptClearSecrets: reader.flag('acceptClearSecrets'),
    releasePolicy,
    ...pcrConfig(reader, releasePolicy),
    bootPolicy,
    resetCount: reader.number('resetCount'),
    restartPolicy: oneOf(reader, 'restartPolicy', ['refuse', 'allow']),
    signingKeyRequired: reader.flag('signingKeyRequired'),
    payloadCommand: reader.text('payloadCommand'),
    ...peerConfig(reader),
    trustedBootImages: matching(reader, 'trustedBootImage', /^projects\/[a-z0-9.:-]+\/global\/images\/[a-z0-9-]+$/),
    trustedImages: matching(reader, 'trustedImage', /^[a-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$/),
    maxReleases: maxReleases(reader),
    notAfter: collect(reader, () => readInstant('notAfter', reader.requiredText('notAfter'), now)) ?? now,
    approvedBy: reader.text('approvedBy'),
    description: reader.text('description') ?? '',
    answer: { by: reader.flag('yes') || reader.flag('autoAccept') ? 'flag' : 'terminal', autoAccept: reader.flag('autoAccept') },
    dryRun: reader.flag('dryRun'),
    json: reader.flag('json'),
    notes: notesOn(reader),
  };
  if (config.answer.by === 'flag' && config.maxReleases === undefined && !config.dryRun) {
    reader.problem('--maxReleases is missing: nobody is asked with --yes or --autoAccept');
  }
  checkStorage(reader);
  reader.finish();
  return config;
}

function checkStorage(reader: FlagReader): void {
  reader.forbidTogether('secretsKeyset', 'acceptClearSecrets', 'the secrets are either encrypted or clear');
  reader.forbidTogether('secretsKmsKey', 'acceptClearSecrets', 'the secrets are either encrypted or clear');
  reader.forbidTogether('secretsKeyset', 'secretsKmsKey', 'the secrets are encrypted under one of them');
  const key = reader.text('secretsKmsKey');
  if (key !== undefined && !/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(key)) {
    reader.problem(`--secretsKmsKey is projects/P/locations/L/keyRings/R/cryptoKeys/K, not "${key}"`);
  }
}

function pcrConfig(
  reader: FlagReader,
  releasePolicy: ApproveConfig['releasePolicy'],
): Pick<ApproveConfig, 'pcrPolicy' | 'attestationPcr' | 'attestationPcrValue'> {
  const pcrPolicy = collect(reader, () => readPcrPolicy(reader));
  if (releasePolicy === 'attested' && !reader.isGiven('attestationPCRValue') && !reader.isGiven('pcrPolicy')) {
    reader.problem(
      `--attestationPCRValue is missing: the value that PCR ${reader.numberOrDefault('attestationPCR')} must have (or several by --pcrPolicy FILE); to learn the values of this VM first, use --releasePolicy observe`,
    );
  }
  return {
    pcrPolicy,
    attestationPcr: Math.min(reader.numberOrDefault('attestationPCR'), 23),
    attestationPcrValue: (reader.text('attestationPCRValue') ?? '').toLowerCase(),
  };
}

function peerConfig(reader: FlagReader): Pick<ApproveConfig, 'peerAddress' | 'peerSerialNumber' | 'peerCertificateSha256'> {
  const given = reader.text('peerAddress');
  const address = given?.replace(/^::ffff:(?=\d+\.)/i, '');
  if (address !== undefined && address !== 'any' && isIP(address) === 0)
    reader.problem(`--peerAddress is an IP address or "any", not "${address}"`);
  const serial = reader.text('peerSerialNumber') ?? 'any';
  if (!/^(?:any|0|[1-9][0-9]{0,59})$/.test(serial)) {
    reader.problem(
      `--peerSerialNumber is a decimal number or "any", not "${serial}"; certificates print it in hexadecimal, and npm run certs in both`,
    );
  }
  const fingerprints = reader.list('peerCertificateSha256').map((text) => text.replaceAll(':', '').toLowerCase());
  for (const text of fingerprints) {
    if (!/^[0-9a-f]{64}$/.test(text)) reader.problem(`--peerCertificateSha256 is 64 hexadecimal characters, not "${text.slice(0, 80)}"`);
  }
  return {
    peerAddress: isIP(address ?? '') === 6 ? address?.toLowerCase() : address,
    peerSerialNumber: serial,
    peerCertificateSha256: fingerprints,
  };
}

function notesOn(reader: FlagReader): readonly string[] {
  const notes: string[] = [];
  if (reader.isGiven('pcrValues')) notes.push('--pcrValues is for sealing (--encryptToTPM, seal) and has no effect on an approval');
  return notes;
}

function sealConfig(reader: FlagReader): SealConfig {
  const config: SealConfig = {
    command: 'seal',
    target: targetConfig(reader),
    endpoints: reader.text('endpoints'),
    text: reader.text('encryptToTPM'),
    file: reader.text('file'),
    pcrs: collect(reader, () => readSealingPcrs(reader)),
  };
  reader.forbidTogether('encryptToTPM', 'file', 'one of them says what to seal');
  if (reader.isGiven('encryptToTPM') && config.text === undefined) reader.problem('--encryptToTPM is empty: there is nothing to seal');
  reader.finish();
  return config;
}

function showConfig(command: ShowConfig['command'], reader: FlagReader): ShowConfig {
  const config: ShowConfig = {
    command,
    ...storeConfig(reader),
    instanceId: command === 'list' ? '' : reader.requiredText('clientVMId'),
    why: command === 'revoke' ? reader.requiredText('why') : '',
    approvedBy: reader.text('approvedBy'),
    json: reader.flag('json'),
  };
  if (command !== 'list' && !/^[0-9]{1,20}$/.test(config.instanceId))
    reader.problem(`--clientVMId is the numeric instance id here, not "${config.instanceId}"`);
  reader.finish();
  return config;
}

function maxReleases(reader: FlagReader): number | 'unlimited' | undefined {
  const text = reader.text('maxReleases');
  if (text === undefined || text === 'unlimited') return text;
  if (/^[1-9][0-9]{0,6}$/.test(text) && Number(text) <= 1_000_000) return Number(text);
  reader.problem(`--maxReleases is a number from 1 to 1000000 or "unlimited", not "${text}"`);
  return undefined;
}

function oneOf<T extends string>(reader: FlagReader, name: string, values: readonly [T, ...T[]]): T {
  const text = reader.text(name);
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) reader.problem(`--${name} is one of ${values.join(', ')}, not "${text ?? ''}"`);
  return value ?? values[0];
}

function matching(reader: FlagReader, name: string, pattern: RegExp): readonly string[] {
  const values = reader.list(name);
  for (const value of values) if (!pattern.test(value)) reader.problem(`--${name} does not look like one: "${value.slice(0, 160)}"`);
  return values;
}

/** Turns a thrown problem of one flag into one of the list, so that all are shown together. */
function collect<T>(reader: FlagReader, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isAppError(error, 'CONFIG_INVALID')) throw error;
    reader.problem(error.message);
    return undefined;
  }
}
