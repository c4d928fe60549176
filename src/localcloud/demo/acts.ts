import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '../program.js';
import { eventOf } from '../program.js';
import { pcr0, story, type ClientSetting } from '../story.js';
import type { Vm } from '../vm.js';
import type { Narrator } from './narrator.js';
import type { Stage } from './stage.js';

/** The Tink keyset that the article prints. */
const articleKeyset =
  'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB';

/** What Alice wants to reach the workload, and how it is called. */
export interface Treasure {
  readonly raw: Buffer;
  readonly sealed: Buffer;
  readonly keyset: Buffer;
}

export const newTreasure = (): Treasure => ({
  raw: Buffer.from(`raw-${randomBytes(9).toString('base64url')}`),
  sealed: Buffer.from(`tpm-${randomBytes(9).toString('base64url')}`),
  keyset: Buffer.from(articleKeyset, 'base64'),
});

/** The story's people, at one moment. */
export interface Scene {
  readonly stage: Stage;
  readonly narrator: Narrator;
  readonly vm: Vm;
  readonly setting: ClientSetting;
  readonly server: Program;
}

const whichVm = (vm: Vm): readonly string[] => ['--clientProjectId', vm.project, '--clientVMZone', vm.zone, '--clientVMId', vm.id];

/** The client asks and is told that nobody knows it. It goes on asking. */
export async function ask({ stage, narrator, vm, setting }: Scene, flags: readonly string[]): Promise<Program> {
  const client = stage.startClient(vm, setting, ['--pollWaitSeconds', '1', ...flags], {
    onLine: (line) => {
      const event = eventOf(line);
      if (event !== undefined && /^client\.(?:state|will-retry|delivered)$/.test(String(event['event'])))
        narrator.shows('Bob  ', summary(event));
    },
  });
  await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'INSTANCE_UNKNOWN');
  narrator.check(true, 'the server refuses a VM that Alice has not approved: INSTANCE_UNKNOWN');
  return client;
}

const summary = (event: Readonly<Record<string, unknown>>): string =>
  ['event', 'state', 'reason', 'remedy', 'decisionId', 'secrets']
    .flatMap((key) => (key in event ? `${key}=${JSON.stringify(event[key])}` : []))
    .join(' ');

/** Alice seals one secret to the VM's TPM, reviews the VM, and approves it. */
export async function approve({ stage, narrator, vm }: Scene, treasure: Treasure): Promise<void> {
  const endpoints = ['--endpoints', stage.path('alice.json')];
  const seal = stage.start('provisioner', ['seal', ...endpoints, ...whichVm(vm), '--pcrValues', `0=${pcr0}`], {
    input: treasure.sealed.toString(),
  });
  narrator.check((await seal.ended) === 0, "Alice seals a secret to the VM's TPM and its PCR 0");
  const blob = seal.lines.find((line) => /^[A-Za-z0-9+/]{200,}=*$/.test(line)) ?? '';
  const secrets = [
    { name: 'secret-raw', type: 'RAW', data: treasure.raw.toString('base64') },
    { name: 'secret-tpm', type: 'TPM', data: blob },
    { name: 'secret-tink', type: 'TINK', data: treasure.keyset.toString('base64') },
  ];
  const review = stage.start(
    'provisioner',
    [
      ...endpoints,
      ...['--fireStoreProjectId', story.alice.project.id, '--firestoreCollectionName', 'foo'],
      ...whichVm(vm),
      ...['--secretsFile', await stage.write('secrets.json', JSON.stringify(secrets)), '--secretsKeyset', stage.path('keyset.json')],
      ...['--attestationPCR', '0', '--attestationPCRValue', pcr0, '--peerSerialNumber', '5', '--peerAddress', vm.address],
      ...['--maxReleases', '2', '--notAfter', '1h', '--signingKeyRequired', '--approvedBy', story.alice.person, '--yes'],
    ],
    {
      onLine: (line) => {
        narrator.shows('Alice', line);
      },
    },
  );
  narrator.check((await review.ended) === 0, 'Alice reads the review and approves; the record is written and read back');
}

/** The client notices the approval, attests, waits for late log entries, and receives. */
export async function receive({ stage, narrator }: Scene, client: Program, treasure: Treasure): Promise<void> {
  narrator.check((await client.ended) === 0, 'the client attests with its TPM and receives the secrets');
  const read = (name: string): Promise<Buffer> => readFile(join(stage.memoryDirectory, name));
  narrator.check((await read('secret-raw')).equals(treasure.raw), 'the RAW secret arrived');
  narrator.check(
    (await read('secret-tpm')).equals(treasure.sealed),
    'the TPM-sealed secret was imported and unsealed by the TPM, and arrived',
  );
  narrator.check((await read('secret-tink')).equals(treasure.keyset), 'the TINK keyset arrived');
  const leaked = [treasure.raw, treasure.sealed, treasure.keyset].some((secret) =>
    [secret.toString(), secret.toString('base64'), secret.toString('hex')].some((form) => client.output.includes(form)),
  );
  narrator.check(!leaked, 'none of the three is in the log of the client');
}

/** Bob changes the VM; the next client is refused and told why. */
export async function tamper(scene: Scene): Promise<void> {
  const { stage, narrator, vm, setting, server } = scene;
  await vm.addMetadata({ 'startup-script': 'cat /proc/*/environ > /dev/ttyS0' });
  narrator.act('Bob has added a startup-script to the metadata. His client asks again');
  const client = stage.startClient(vm, setting, ['--pollWaitSeconds', '1', '--maxLoop', '1', '--exitAfterRelease']);
  narrator.check((await client.ended) === 4, 'the client gives up after the one attempt it was allowed');
  const said = client.lines.find((line) => line.includes('gave up')) ?? '';
  narrator.shows('Bob  ', said);
  const decision = await server.waitForEvent('release.decided', ({ outcome, stage }) => outcome === 'refused' && stage !== 'record');
  narrator.shows('Alice', refusedChecks(decision));
  narrator.check(/the TokenServer refused: METADATA_/.test(said), 'Bob is told a reason code and what to do, and no expected value');
  narrator.check(refusedChecks(decision).includes('metadata-instance'), "Alice's log names every check that the changed VM failed");
}

/** The refused checks of a decision, with what the server found. */
const refusedChecks = ({ findings }: Readonly<Record<string, unknown>>): string =>
  (Array.isArray(findings) ? (findings as readonly Readonly<Record<string, unknown>>[]) : [])
    .filter(({ outcome }) => outcome === 'refused')
    .map(({ check, reason, detail }) => `${String(check)}: ${String(reason)} (${String(detail)})`)
    .join('; ');
