import { parseRecord, type ProvisioningRecord } from '../../src/record/index.js';
import { recordDocument } from '../record/support/record.js';
import { startFarSide, valueOf, type FarSide } from './support/far-side.js';

let far: FarSide;
beforeAll(async () => {
  far = await startFarSide();
  // The first call loads the client and opens the channel.
  await far.open({ deadlineMs: 20_000 }).state.get('warm');
  await far.cloud.state.get('warm').catch(() => undefined);
}, 60_000);
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

let counter = 1000;
const newId = (): string => String(counter++);
const recordOf = (id: string, overrides: Readonly<Record<string, unknown>> = {}): ProvisioningRecord =>
  parseRecord(recordDocument({ instanceid: id, ...overrides }));

describe('records', () => {
  it('come back as they were saved', async () => {
    const record = recordOf(newId(), { reset_count: 3, boot_policy: 'same_boot', max_releases: 'unlimited' });
    await far.cloud.records.save(record);
    const stored = valueOf(await far.cloud.records.load(record.instanceid));
    expect({ ...stored.record, secrets: [] }).toEqual({ ...record, secrets: [] });
    expect(stored.record.secrets.map(({ Data }) => Buffer.from(Data))).toEqual(record.secrets.map(({ Data }) => Buffer.from(Data)));
    expect(stored.record.not_after).toEqual(record.not_after);
    expect(stored.revocation).toBeUndefined();
  });

  it('are the same object while they stay as they are, and another one as soon as they changed', async () => {
    const record = recordOf(newId());
    await far.cloud.records.save(record);
    const load = async () => valueOf(await far.cloud.records.load(record.instanceid)).record;
    const before = await load();
    expect(await load()).toBe(before);
    await far.cloud.records.save({ ...record, max_releases: 7 });
    expect((await load()).max_releases).toBe(7);
    expect(before.max_releases).toBe(record.max_releases);
  });

  it('are replaced as a whole', async () => {
    const record = recordOf(newId(), { reset_count: 3 });
    await far.cloud.records.save(record);
    await far.cloud.records.save(recordOf(record.instanceid, { reset_count: undefined }));
    expect(await far.cloud.records.loadRaw(record.instanceid)).not.toHaveProperty('reset_count');
  });

  it('are absent where there is none, and for what is no instance id', async () => {
    expect(await far.cloud.records.load('999')).toEqual({ kind: 'absent' });
    expect(await far.cloud.records.loadRaw('999')).toBeUndefined();
    const before = far.world.calls('firestore');
    for (const id of ['', 'a/b', '../x', '1'.repeat(21)]) expect(await far.cloud.records.load(id)).toEqual({ kind: 'absent' });
    expect(far.world.calls('firestore')).toBe(before);
  });

  it('of another shape are malformed, and can still be looked at', async () => {
    const id = newId();
    await far.cloud.records.save({ ...recordOf(id) });
    const other = far.open({ collection: 'records' });
    const { Firestore } = await import('@google-cloud/firestore');
    const { firestore: host } = far.world.endpointsFor(far.alice);
    const direct = new Firestore({ projectId: 'alice', host, ssl: false });
    await direct
      .collection('records')
      .doc(id)
      .update({ surprise: true, provided_at: new Date(0) });
    await direct.terminate();
    await expect(other.records.load(id)).rejects.toMatchObject({ code: 'RECORD_MALFORMED' });
    expect(await other.records.loadRaw(id)).toMatchObject({ surprise: true, provided_at: new Date(0) });
  });

  it('are listed by instance id', async () => {
    const cloud = far.open({ collection: 'listed', deadlineMs: 5000 });
    for (const id of ['11', '12', '13']) await cloud.records.save(recordOf(id));
    expect([...(await cloud.records.list(10))].toSorted()).toEqual(['11', '12', '13']);
    expect(await cloud.records.list(2)).toHaveLength(2);
  });
});

describe('a revocation', () => {
  const digest = (letter: string): string => `${letter.repeat(42)}8=`;
  const revocation = (approvalDigest: string, why: string) => ({
    approvalDigest,
    why,
    by: 'alice@example.com',
    at: new Date('2026-11-01T10:00:00.123Z'),
  });

  it('stands beside the record that it revokes, and comes with it', async () => {
    const record = recordOf(newId(), { approval_digest: digest('B') });
    await far.cloud.records.save(record);
    await far.cloud.records.revoke(record.instanceid, revocation(digest('B'), 'lost'));
    const stored = valueOf(await far.cloud.records.load(record.instanceid));
    expect(stored.revocation).toEqual(revocation(digest('B'), 'lost'));
    expect(stored.record.approval_digest).toBe(digest('B'));
  });

  it('does not touch a later approval of the same VM, and holds if the earlier one comes back', async () => {
    const id = newId();
    await far.cloud.records.save(recordOf(id, { approval_digest: digest('B') }));
    await far.cloud.records.revoke(id, revocation(digest('B'), 'first'));
    await far.cloud.records.save(recordOf(id, { approval_digest: digest('C') }));
    expect(valueOf(await far.cloud.records.load(id)).revocation).toBeUndefined();
    await far.cloud.records.revoke(id, revocation(digest('C'), 'second'));
    await far.cloud.records.save(recordOf(id, { approval_digest: digest('B') }));
    expect(valueOf(await far.cloud.records.load(id)).revocation?.why).toBe('first');
  });
});

describe('state', () => {
  it('is created by exactly one of many', async () => {
    const cloud = far.open({ deadlineMs: 10_000 });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => cloud.state.create('release/1', { n: 1 })));
    const lost = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as { code: string }] : []));
    expect(lost).toHaveLength(49);
    expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['CLOUD_ALREADY_EXISTS']));
  });

  it('is consumed by exactly one of many', async () => {
    const cloud = far.open({ deadlineMs: 10_000 });
    await cloud.state.create('nonce', { used: false });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => cloud.state.consume('nonce')));
    const lost = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as { code: string }] : []));
    expect(lost).toHaveLength(49);
    expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['CLOUD_NOT_FOUND']));
    expect(await cloud.state.get('nonce')).toBeUndefined();
  });

  it('keeps text, numbers, booleans, bytes and instants under any key', async () => {
    const value = { text: 'a', number: 1.5, yes: true, bytes: Buffer.from([0, 255]), at: new Date('2026-11-01T10:00:00.123Z') };
    for (const key of ['8296:Ab+/=:1', 'ä ö', '...', 'a/../b']) {
      await far.cloud.state.set(key, value);
      const stored = await far.cloud.state.get(key);
      expect({ ...stored, bytes: Buffer.from(stored?.['bytes'] as Uint8Array) }).toEqual(value);
    }
  });

  it.each(['', '.', '..', '__x__', 'x'.repeat(1501)])('has no key %j', async (key) => {
    await expect(far.cloud.state.set(key, {})).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('Firestore that fails', () => {
  it.each([{ kind: 'hang' }, { kind: 'error', status: 503 }] as const)('undecided, and in time, at %j; then it heals', async (fault) => {
    far.world.faults.set('firestore', fault);
    await expect(far.hasty.records.load('999')).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    far.world.faults.clear();
    expect(await far.open({ deadlineMs: 10_000 }).records.load('999')).toEqual({ kind: 'absent' });
  });

  it('late but within the deadline is an answer', async () => {
    far.world.faults.set('firestore', { kind: 'delay', ms: 30 });
    expect(await far.open({ deadlineMs: 10_000 }).records.load('999')).toEqual({ kind: 'absent' });
  });
});
