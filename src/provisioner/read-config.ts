import { isIP } from 'node:net';
import { AppError, FlagReader } from '../base/index.js';
import { parsePayloadCommand } from '../record/index.js';
import { commands, type Command } from './commands.js';
import type { ApproveConfig, ProvisionerConfig } from './config.js';
import { provisionerFlags } from './flags.js';
import { readInstant } from './lifetime.js';
import { readPcrPolicy } from './pcr-choice.js';
import { collect, oneOf, storeConfig, targetConfig } from './read-target.js';
import { lifeConfig, pendingConfig, sealConfig, serviceAccountKeyConfig, tinkConfig } from './read-commands.js';

/**
 * Reads the command line: an optional command word, then flags. Without a word it approves; with `--encryptToTPM` it seals,
 * as the reference does. Files that flags name are read (PCR policy), secrets are not.
 * @throws AppError CONFIG_INVALID with every problem at once, one per line
 */
export function readConfig(args: readonly string[], now: Date): ProvisionerConfig {
  const [command, flags] = splitCommand(args);
  const reader = new FlagReader(provisionerFlags, flags);
  if (command === 'help') return { command, about: commandNamed(reader.rest[0]) };
  if (reader.flag('help')) return { command: 'help', about: commandNamed(args[0]) };
  for (const word of reader.rest) reader.problem(`"${word}" is not expected: the command comes first, then flags`);
  switch (command) {
    case 'approve':
      return reader.isGiven('encryptToTPM') ? sealConfig(reader) : approveConfig(reader, now);
    case 'seal':
      return sealConfig(reader);
    case 'tink':
      return tinkConfig(reader);
    case 'service-account-key':
      return serviceAccountKeyConfig(reader);
    case 'completion':
      return { command };
    case 'pending':
      return pendingConfig(reader);
    case 'list':
    case 'show':
    case 'history':
    case 'diff':
    case 'baseline':
    case 'revoke':
    case 'extend':
    case 'rewrap':
    case 'verify-signature':
      return lifeConfig(command, reader, now);
  }
}

const commandNamed = (word: string | undefined): Command | undefined => commands.find((name) => name === word);

function splitCommand(args: readonly string[]): readonly [Command, readonly string[]] {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) return ['approve', args];
  const command = commands.find((name) => name === first);
  if (command === undefined) throw new AppError('CONFIG_INVALID', `"${first}" is no command; commands are ${commands.join(', ')}`);
  return [command, rest];
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
    secretsFile: reader.flag('dryRun') ? reader.text('secretsFile') : reader.requiredText('secretsFile'),
    secretsKeyset: reader.text('secretsKeyset'),
    secretsKmsKey: reader.text('secretsKmsKey'),
    acceptClearSecrets: reader.flag('acceptClearSecrets'),
    releasePolicy,
    ...pcrConfig(reader, releasePolicy),
    bootPolicy,
    resetCount: reader.number('resetCount'),
    restartPolicy: oneOf(reader, 'restartPolicy', ['refuse', 'allow']),
    signingKeyRequired: reader.flag('signingKeyRequired'),
    payloadCommand: payloadCommand(reader),
    ...peerConfig(reader),
    trustedBootImages: matching(reader, 'trustedBootImage', /^projects\/[a-z0-9.:-]+\/global\/images\/[a-z0-9-]+$/),
    trustedImages: matching(reader, 'trustedImage', /^[a-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$/),
    maxReleases: maxReleases(reader),
    notAfter: collect(reader, () => readInstant('notAfter', reader.requiredText('notAfter'), now)) ?? now,
    approvedBy: reader.text('approvedBy'),
    description: reader.text('description') ?? '',
    answer: answerConfig(reader),
    dryRun: reader.flag('dryRun'),
    full: reader.flag('full'),
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

function payloadCommand(reader: FlagReader): readonly string[] | undefined {
  const text = reader.text('payloadCommand');
  return text === undefined ? undefined : collect(reader, () => parsePayloadCommand(text));
}

function answerConfig(reader: FlagReader): ApproveConfig['answer'] {
  const autoAccept = reader.flag('autoAccept');
  const by = autoAccept || reader.flag('yes') ? 'flag' : 'terminal';
  const waive = reader.list('waive');
  if (by === 'terminal' && waive.length > 0) reader.problem('--waive is for --yes and --autoAccept: on a terminal you are asked');
  return { by, autoAccept, waive };
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

function maxReleases(reader: FlagReader): number | 'unlimited' | undefined {
  const text = reader.text('maxReleases');
  if (text === undefined || text === 'unlimited') return text;
  if (/^[1-9][0-9]{0,6}$/.test(text) && Number(text) <= 1_000_000) return Number(text);
  reader.problem(`--maxReleases is a number from 1 to 1000000 or "unlimited", not "${text}"`);
  return undefined;
}

function matching(reader: FlagReader, name: string, pattern: RegExp): readonly string[] {
  const values = reader.list(name);
  for (const value of values) if (!pattern.test(value)) reader.problem(`--${name} does not look like one: "${value.slice(0, 160)}"`);
  return values;
}
