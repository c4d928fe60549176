import type { FlagReader } from '../base/index.js';
import { keysetTemplates } from '../keyset/index.js';
import type { Command } from './commands.js';
import type { EntryTarget, LifeConfig, PendingConfig, SealConfig, ServiceAccountKeyConfig, TinkConfig } from './config.js';
import { readInstant } from './lifetime.js';
import { readSealingPcrs } from './pcr-choice.js';
import { collect, oneOf, storeConfig, targetConfig } from './read-target.js';

/** @throws AppError CONFIG_INVALID with every problem at once */
export function sealConfig(reader: FlagReader): SealConfig {
  const config: SealConfig = {
    command: 'seal',
    target: targetConfig(reader),
    endpoints: reader.text('endpoints'),
    text: reader.text('encryptToTPM'),
    file: reader.text('file'),
    pcrs: collect(reader, () => readSealingPcrs(reader)),
    ekAlgorithm: oneOf(reader, 'ekAlgorithm', ['rsa', 'ecc']),
    indirect: reader.flag('indirect'),
    signingKey: reader.text('signingKey'),
    ...entryTarget(reader),
  };
  reader.forbidTogether('encryptToTPM', 'file', 'one of them says what to seal');
  reader.forbidTogether('encryptToTPM', 'signingKey', 'one of them says what to seal');
  reader.forbidTogether('file', 'signingKey', 'one of them says what to seal');
  if (config.indirect && config.signingKey !== undefined)
    reader.problem('--indirect and --signingKey exclude each other: a key that the TPM uses is sealed as a whole');
  if (config.indirect && config.name === undefined)
    reader.problem('--name is missing: the two parts of an indirect secret are found by its name');
  if (config.secretsFile !== undefined && config.name === undefined)
    reader.problem('--name is missing: it names the secret in --secretsFile');
  if (reader.isGiven('encryptToTPM') && config.text === undefined) reader.problem('--encryptToTPM is empty: there is nothing to seal');
  reader.finish();
  return config;
}

/** @throws AppError CONFIG_INVALID with every problem at once */
export function tinkConfig(reader: FlagReader): TinkConfig {
  const template = oneOf(reader, 'template', keysetTemplates);
  reader.forbidTogether('file', 'template', 'one takes a keyset, the other makes one');
  const config = {
    command: 'tink' as const,
    ...entryTarget(reader),
    name: reader.requiredText('name'),
    file: reader.text('file'),
    template,
  };
  reader.finish();
  return config;
}

/** @throws AppError CONFIG_INVALID with every problem at once */
export function serviceAccountKeyConfig(reader: FlagReader): ServiceAccountKeyConfig {
  const [file, account] = [reader.text('file'), reader.text('serviceAccount')];
  if (file === undefined && account === undefined)
    reader.problem('one of --file (a key that you have) and --serviceAccount (Google makes one) is needed');
  reader.forbidTogether('file', 'serviceAccount', 'one takes a key, the other makes one');
  const config = {
    command: 'service-account-key' as const,
    ...entryTarget(reader),
    name: reader.requiredText('name'),
    secretsFile: reader.requiredText('secretsFile'),
    endpoints: reader.text('endpoints'),
    file,
    account,
  };
  reader.finish();
  return config;
}

function entryTarget(reader: FlagReader): EntryTarget {
  const name = reader.text('name');
  if (name !== undefined && !/^[A-Za-z0-9_.-]{1,100}$/.test(name)) reader.problem('--name is 1 to 100 letters, digits, _ . or -');
  return { name, secretsFile: reader.text('secretsFile'), json: reader.flag('json') };
}

/** @throws AppError CONFIG_INVALID with every problem at once */
export function pendingConfig(reader: FlagReader): PendingConfig {
  const config = {
    command: 'pending' as const,
    ...storeConfig(reader),
    project: reader.text('clientProjectId'),
    json: reader.flag('json'),
  };
  reader.finish();
  return config;
}

/** @throws AppError CONFIG_INVALID with every problem at once */
export function lifeConfig(command: LifeCommand, reader: FlagReader, now: Date): Exclude<LifeConfig, PendingConfig> {
  const config = readLifeConfig(command, reader, now);
  if (command !== 'list' && !/^[0-9]{1,20}$/.test(config.instanceId))
    reader.problem(`--clientVMId is the numeric instance id here, not "${config.instanceId}"`);
  reader.finish();
  return config;
}

type LifeCommand = Exclude<Command, 'approve' | 'pending' | 'seal' | 'help' | 'completion' | 'tink' | 'service-account-key'>;

function readLifeConfig(command: LifeCommand, reader: FlagReader, now: Date): Exclude<LifeConfig, PendingConfig> {
  const instanceId = command === 'list' ? '' : command === 'baseline' ? baselineOf(reader) : reader.requiredText('clientVMId');
  const common = { ...storeConfig(reader), instanceId, json: reader.flag('json') };
  const approvedBy = reader.text('approvedBy');
  switch (command) {
    case 'list':
    case 'show':
    case 'history':
    case 'diff':
    case 'baseline':
      return { command, ...common };
    case 'revoke':
      return { command, ...common, approvedBy, why: reader.requiredText('why') };
    case 'extend': {
      if (!reader.isGiven('notAfter')) reader.problem('--notAfter is missing: until when shall the approval hold?');
      return {
        command,
        ...common,
        approvedBy,
        notAfter: collect(reader, () => readInstant('notAfter', reader.requiredText('notAfter'), now)) ?? now,
      };
    }
    case 'rewrap': {
      const [newSecretsKeyset, newSecretsKmsKey] = [reader.text('newSecretsKeyset'), reader.text('newSecretsKmsKey')];
      if ((newSecretsKeyset === undefined) === (newSecretsKmsKey === undefined))
        reader.problem('one of --newSecretsKeyset and --newSecretsKmsKey says what the secrets go to');
      return { command, ...common, approvedBy, secretsKeyset: reader.text('secretsKeyset'), newSecretsKeyset, newSecretsKmsKey };
    }
    case 'verify-signature':
      return {
        command,
        ...common,
        file: reader.requiredText('file'),
        signature: reader.requiredText('signature'),
        publicKey: reader.text('publicKey'),
      };
  }
}

/** `--from`, or `--clientVMId` as everywhere else. */
const baselineOf = (reader: FlagReader): string => reader.text('from') ?? reader.requiredText('clientVMId');
