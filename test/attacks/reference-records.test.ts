import { Firestore } from '@google-cloud/firestore';
import { story, type Vm } from '../../src/localcloud/index.js';
import { identityToken } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// Records that the Go reference wrote name too little to release anything; a client of the reference is served by an approval of ours.

let siege: Siege;
let vm: Vm;
let database: Firestore;

beforeAll(async () => {
  siege = await Siege.open();
  vm = await siege.insertVm();
  const { alice, cloud } = siege.world.stage.cast;
  database = new Firestore({ projectId: story.alice.project.id, host: cloud.endpointsFor(alice).firestore, ssl: false });
}, 60_000);
afterAll(async () => {
  await database.terminate();
  await siege.close();
});

/** The fields of the reference's struct tags; its secrets are in clear text. */
const referenceDocument = (): Record<string, unknown> => ({
  done: false,
  instanceid: vm.id,
  client_project: vm.project,
  client_zone: vm.zone,
  service_account_name: `tokenclient@${vm.project}.iam.gserviceaccount.com`,
  ek_encryption_cert: '',
  ak_signing_cert: '',
  ek_encryption_key: '',
  ak_signing_key: '',
  init_script_hash: 'v7SftwlRj75WRXCq0Q/buov8D7t+Sg08fRqaylohfiI=',
  image_fingerprint: 'sSHMqlnfdVM=',
  secrets: [{ Name: 'secret1', Type: 0, Data: Buffer.from('canary-of-the-reference') }],
  provided_at: new Date(),
  peer_address: '127.0.0.1',
  peer_serial_number: '5',
  pcr: 0,
  pcr_value: '24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f',
});

/** What a client of the reference sends: a request id and a process id, and no session. */
const getToken = () =>
  siege.as(
    () => identityToken(vm),
    (caller) => caller.getToken({ requestId: 'e1e7', processID: 'p1' }),
  );

it.each([
  ['a record of the reference', {}, 'written by the reference'],
  ['one of its older generation', { rsa_key: Buffer.from('x') }, 'rsa_key of an older generation'],
  ['one with raw_key', { raw_key: Buffer.from('x') }, 'raw_key of an older generation'],
  ['one with aes_key', { aes_key: Buffer.from('x') }, 'aes_key of an older generation'],
  ['one that calls itself ours', { schema_version: 1 }, 'stored record: '],
])('%s releases nothing; Alice reads why, and the caller does not', async (_what, fields, why) => {
  await database
    .collection('foo')
    .doc(vm.id)
    .set({ ...referenceDocument(), ...fields });
  const before = siege.cloudCalls;
  await expect(getToken()).resolves.toEqual({ status: 'INTERNAL', reason: 'INTERNAL', healedBy: 'alice' });
  await expect(
    siege.world.server.waitForEvent('call.failed', ({ error }) => typeof error === 'string' && error.includes(why)),
  ).resolves.toMatchObject({ code: 'RECORD_MALFORMED' });
  expect(siege.cloudCalls).toEqual(before);
  expect(siege.serverOutput).not.toContain('canary-of-the-reference');
});

it('an approval of the same VM for its identity serves a client of the reference, with the secrets of the approval', async () => {
  await database.collection('foo').doc(vm.id).set(referenceDocument());
  await siege.world.mustApprove(['--releasePolicy', 'identity'], vm);
  const answer = await getToken();
  expect(answer).toMatchObject({
    value: {
      inResponseTo: 'e1e7',
      secrets: [
        { name: 'secret1', type: 'RAW', data: Buffer.from('canary-raw-5e1f') },
        { name: 'secret2', type: 'TINK' },
      ],
    },
  });
});
