import type { FlagSpec } from '../base/index.js';
import { commandHelp, type Command } from './commands.js';
import { provisionerFlags } from './flags.js';

/** What `provisioner COMMAND --help` tells beside the purpose of the command. */
interface Page {
  /** Lines without the indent; those that begin with a blank go on. */
  readonly examples: readonly string[];
  readonly flags: readonly string[];
}

const store = ['fireStoreProjectId', 'firestoreCollectionName', 'endpoints', 'json', 'help'];
const one = [...store, 'clientVMId'];
const target = ['clientProjectId', 'clientVMZone', 'clientVMId', 'clientProjectNumber'];
const entry = ['name', 'secretsFile', 'json', 'help'];

const vm = '--clientProjectId tc-4f4f5a70 --clientVMZone us-central1-a \\';
const id = '--clientVMId 8939838129032687278';
const stored = `--fireStoreProjectId ts-project ${id}`;
const pcr0 = '24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f';

const pages: Readonly<Record<Command, Page>> = {
  approve: {
    examples: [
      `provisioner --dryRun --fireStoreProjectId ts-project --releasePolicy observe \\`,
      `  ${vm}`,
      `  ${id}`,
      `provisioner --fireStoreProjectId ts-project --maxReleases 3 \\`,
      `  ${vm}`,
      `  ${id} --secretsFile secrets.json \\`,
      `  --secretsKeyset keyset.bin --peerAddress 34.121.225.36 \\`,
      `  --peerSerialNumber 5 --attestationPCRValue \\`,
      `  ${pcr0}`,
    ],
    flags: [
      ...[
        ...store,
        ...target,
        'peerAddress',
        'peerSerialNumber',
        'peerCertificateSha256',
        'useTPM',
        'attestationPCR',
        'attestationPCRValue',
      ],
      ...['pcrPolicy', 'allowSha1Pcrs', 'releasePolicy', 'bootPolicy', 'resetCount', 'restartPolicy', 'signingKeyRequired'],
      ...['payloadCommand', 'trustedBootImage', 'trustedImage', 'secretsFile', 'secretsKeyset', 'secretsKmsKey', 'acceptClearSecrets'],
      ...['maxReleases', 'notAfter', 'approvedBy', 'description', 'autoAccept', 'yes', 'waive', 'dryRun', 'full'],
    ],
  },
  seal: {
    examples: [
      `provisioner seal ${vm}`,
      `  ${id} --file key.bin \\`,
      '  --name key1 --secretsFile secrets.json',
      `provisioner seal ${vm}`,
      `  ${id} --ekAlgorithm ecc --file key.bin \\`,
      `  --pcrValues \\`,
      `  0=${pcr0}`,
    ],
    flags: [
      ...target,
      ...entry,
      'endpoints',
      'file',
      'encryptToTPM',
      'pcrValues',
      'allowSha1Pcrs',
      'indirect',
      'ekAlgorithm',
      'signingKey',
    ],
  },
  tink: {
    examples: [
      'provisioner tink --name keyset1 --secretsFile secrets.json',
      'provisioner tink --name signer --template ECDSA_P256 \\',
      '  --secretsFile secrets.json',
    ],
    flags: [...entry, 'file', 'template'],
  },
  'service-account-key': {
    examples: [
      'provisioner service-account-key --name worker --secretsFile secrets.json \\',
      '  --serviceAccount worker@ts-project.iam.gserviceaccount.com',
    ],
    flags: [...entry, 'endpoints', 'file', 'serviceAccount'],
  },
  pending: { examples: ['provisioner pending --fireStoreProjectId ts-project'], flags: [...store, 'clientProjectId'] },
  list: { examples: ['provisioner list --fireStoreProjectId ts-project'], flags: store },
  show: { examples: ['provisioner show \\', `  ${stored}`], flags: one },
  diff: { examples: ['provisioner diff \\', `  ${stored}`], flags: one },
  history: { examples: ['provisioner history \\', `  ${stored}`], flags: one },
  extend: {
    examples: [`provisioner extend --notAfter 60d \\`, `  ${stored}`],
    flags: [...one, 'notAfter', 'approvedBy'],
  },
  revoke: { examples: [`provisioner revoke --why 'Bob left' \\`, `  ${stored}`], flags: [...one, 'why', 'approvedBy'] },
  rewrap: {
    examples: ['provisioner rewrap --secretsKeyset keyset.bin --newSecretsKeyset new.bin \\', `  ${stored}`],
    flags: [...one, 'secretsKeyset', 'newSecretsKeyset', 'newSecretsKmsKey', 'approvedBy'],
  },
  baseline: {
    examples: ['provisioner baseline --fireStoreProjectId ts-project \\', '  --from 8939838129032687278 > policy.json'],
    flags: [...one, 'from'],
  },
  'verify-signature': {
    examples: ['provisioner verify-signature --file data.bin --signature data.sig \\', `  ${stored}`],
    flags: [...one, 'file', 'signature', 'publicKey'],
  },
  completion: { examples: ['source <(provisioner completion)'], flags: [] },
  help: { examples: ['provisioner help seal'], flags: [] },
};

/** Usage and the flags that a command looks at. */
export function commandPage(command: Command): { readonly usage: readonly string[]; readonly flags: readonly FlagSpec[] } {
  const { examples, flags } = pages[command];
  const usage = [
    `usage: provisioner ${command}${flags.length === 0 ? '' : ' FLAGS'}`,
    '',
    `  ${commandHelp[command]}`,
    '',
    'for example:',
    ...examples.map((line) => `  ${line}`),
  ];
  return { usage, flags: provisionerFlags.filter(({ name }) => flags.includes(name)) };
}
