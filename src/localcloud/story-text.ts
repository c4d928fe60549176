import { join } from 'node:path';
import { audience, clientArguments, pcr0, story, type ClientSetting } from './story.js';
import type { WorldFile } from './world-directory.js';

/** A command line over several lines, as a person would type it. */
const command = (program: string, ...args: readonly string[]): string => [`npx ${program}`, ...args].join(' \\\n      ');

const secretNames = (project: string): readonly string[] =>
  ['tls_crt', 'tls_key', 'tls-ca'].map((name) => `projects/${project}/secrets/${name}`);

/** What `npm run local` prints once the world is up: what to type in two other terminals. */
export function storyText(directory: string, { vm }: WorldFile, setting: ClientSetting): string {
  const { alice, bob } = story;
  const [certificate = '', key = '', ca = ''] = secretNames(alice.project.number);
  const server = command(
    'tokenserver',
    `--endpoints ${join(directory, 'server.json')} --grpcport ${setting.address} --tsAudience ${audience}`,
    `--useMTLS --useSecrets --tlsCert ${certificate} --tlsKey ${key} --tlsCertChain ${ca}`,
    `--firestoreProjectId ${alice.project.id} --settleSeconds 5`,
  );
  const client = command(
    'tokenclient',
    `--endpoints ${join(directory, 'vm.json')} --tpm ${vm.tpm} --pollWaitSeconds 3`,
    clientArguments(setting).join(' '),
  );
  const where = `--clientProjectId ${bob.project.id} --clientVMZone ${vm.zone} --clientVMId ${vm.id}`;
  const approve = command(
    'provisioner',
    `--endpoints ${join(directory, 'alice.json')} --fireStoreProjectId ${alice.project.id} ${where}`,
    `--secretsFile secrets.json --acceptClearSecrets --peerSerialNumber 5 --attestationPCR 0`,
    `--attestationPCRValue ${pcr0}`,
  );
  return `The local cloud is up. LOCAL MODE: nothing here is Google, and nothing leaves this machine.

  Alice's project   ${alice.project.id} (${alice.project.number})
  Bob's project     ${bob.project.id} (${bob.project.number})
  Bob's VM          ${vm.name} in ${vm.zone}, instance id ${vm.id}

Alice, in one terminal, runs her server:

    ${server}

Bob's VM, in another, runs the client. It will ask, be refused, and go on asking:

    ${client}

Alice, in a third, writes secrets.json, looks at the VM, and answers:

    echo '[{"name": "secret1", "type": "RAW", "data": "Zm9vb2Jhcg=="}]' > secrets.json
    ${approve}

Bob changes something, and the next client is refused:

    npm run local -- act                  lists what can be done
    npm run local -- act edit-metadata startup-script='id > /dev/ttyS0'

Ctrl-C here ends the world.
`;
}
