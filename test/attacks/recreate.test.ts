import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// A VM that is deleted and made anew under its name is another VM.

let siege: Siege;

beforeAll(async () => {
  siege = await Siege.open();
}, 60_000);

afterAll(() => siege.close());

it('Bob deletes the approved VM and makes another one of the same name: neither of the two obtains anything', async () => {
  const approved = await siege.approvedVm([], { name: 'twin' });
  const caller = new Caller(siege.world, { token: () => Promise.resolve(token) });
  const attester = await Attester.open(caller, approved);
  let token = await identityToken(approved);
  const { offer } = await attester.attest();
  await expect(caller.getToken({ sessionId: offer.sessionId })).resolves.toHaveProperty('value');
  await attester.close();
  await approved.delete();
  const twin = await siege.insertVm({ name: 'twin' });

  // The old token and the attested session of the old VM: looked up by id, which is never used again.
  expect(await siege.refusedBy(() => caller.getToken({ sessionId: offer.sessionId }))).toEqual(['instance-exists']);
  // The new VM's own token.
  token = await identityToken(twin);
  expect(await siege.refusedBy(() => caller.getToken({ sessionId: offer.sessionId }))).toEqual(['record-exists']);
  caller.close();
});

it('the approval copied to the new VM does not help: endorsement key, disk and history are others', async () => {
  const approved = await siege.approvedVm([], { name: 'copied' });
  const record = await siege.record(approved);
  await approved.delete();
  const twin = await siege.insertVm({ name: 'copied' });
  await siege.alice.records.save({ ...record, instanceid: twin.id });
  expect(await siege.refusedBy(() => siege.ask(twin))).toEqual(['created-at-matches']);
  await siege.approveAs(twin, twin);
  const refused = await siege.refusedBy(() => siege.ask(twin));
  expect(refused).toEqual(expect.arrayContaining(['boot-disk-created-by-insert', 'only-approved-disks', 'instance-fingerprint']));
});
