import { Firestore } from '@google-cloud/firestore';
import type { PendingCaller } from '../../src/gcp/index.js';
import { startFarSide, type FarSide } from './support/far-side.js';

let far: FarSide;
let direct: Firestore;
beforeAll(async () => {
  far = await startFarSide();
  direct = new Firestore({ projectId: 'alice', host: far.world.endpointsFor(far.alice).firestore, ssl: false });
  await far.open({ deadlineMs: 20_000 }).state.get('warm');
}, 60_000);
afterAll(async () => {
  await direct.terminate();
  await far.stop();
});

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 1, 10, minute));
const caller = (instanceId: string, overrides: Partial<PendingCaller> = {}): PendingCaller => ({
  instanceId,
  project: 'bob',
  zone: 'us-central1-a',
  instanceName: `vm-${instanceId}`,
  serviceAccount: 'tokenclient@bob.iam.gserviceaccount.com',
  peerAddress: '192.0.2.1',
  ...overrides,
});
const now = at(30);
const opened = (collection: string) => far.open({ collection, deadlineMs: 10_000 }).pending;

describe('VMs that wait for an approval', () => {
  it('are noted with the first and the latest call and their number', async () => {
    const pending = opened('noted');
    await pending.notePending({ caller: caller('1'), at: at(1), calls: 1, expiresAt: at(41) });
    await pending.notePending({ caller: caller('1', { peerAddress: '192.0.2.9' }), at: at(5), calls: 3, expiresAt: at(45) });
    expect(await pending.listPending({ project: 'bob', limit: 10, now })).toEqual([
      { ...caller('1', { peerAddress: '192.0.2.9' }), firstSeen: at(1), lastSeen: at(5), count: 4, expiresAt: at(45) },
    ]);
    const document = await direct.collection('noted_state').doc('pending:1').get();
    expect(document.exists).toBe(true);
  });

  it('that many replicas note at once are one document', async () => {
    const pending = opened('many');
    const note = { caller: caller('1'), at: at(1), calls: 1, expiresAt: at(41) };
    await Promise.all(Array.from({ length: 5 }, () => pending.notePending(note)));
    expect(await pending.listPending({ limit: 10, now })).toHaveLength(1);
  });

  it('are listed by project or all together, the latest first, never more than asked for, and not after they expired', async () => {
    const pending = opened('listed');
    await pending.notePending({ caller: caller('1'), at: at(1), calls: 1, expiresAt: at(41) });
    await pending.notePending({ caller: caller('2', { project: 'other-project' }), at: at(2), calls: 1, expiresAt: at(42) });
    await pending.notePending({ caller: caller('3'), at: at(3), calls: 1, expiresAt: at(43) });
    await pending.notePending({ caller: caller('4'), at: at(4), calls: 1, expiresAt: now });
    const ids = async (choice: { project?: string; limit: number }): Promise<readonly string[]> =>
      (await pending.listPending({ ...choice, now })).map(({ instanceId }) => instanceId);
    expect(await ids({ limit: 10 })).toEqual(['3', '2', '1']);
    expect(await ids({ project: 'bob', limit: 10 })).toEqual(['3', '1']);
    expect(await ids({ limit: 1 })).toHaveLength(1);
  });

  it('are swept when they expired: those of this project, and no others', async () => {
    const pending = opened('swept');
    await pending.notePending({ caller: caller('1'), at: at(1), calls: 1, expiresAt: at(29) });
    await pending.notePending({ caller: caller('2'), at: at(1), calls: 1, expiresAt: at(31) });
    await pending.notePending({ caller: caller('3', { project: 'other-project' }), at: at(1), calls: 1, expiresAt: at(29) });
    expect((await pending.sweepPending('bob', now)).map(({ instanceId }) => instanceId)).toEqual(['2']);
    const left = await direct.collection('swept_state').get();
    expect(left.docs.map(({ id }) => id).toSorted()).toEqual(['pending:2', 'pending:3']);
  });

  it.each([
    ['an instance id that is a path', caller('1/2')],
    ['a name longer than Google has', caller('1', { instanceName: 'x'.repeat(255) })],
    ['no project', caller('1', { project: '' })],
  ])('are not noted with %s', async (_what, bad) => {
    const pending = opened('bad');
    await expect(pending.notePending({ caller: bad, at: at(1), calls: 1, expiresAt: at(41) })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await direct.collection('bad_state').get()).size).toBe(0);
  });

  it.each([
    ['with a field that none of ours has', { surprise: 1 }],
    ['of another VM than its name says', { instanceId: '2' }],
    ['without a count', { count: 0 }],
  ])('are malformed %s', async (what, change) => {
    const pending = opened(what.replaceAll(' ', '-'));
    await pending.notePending({ caller: caller('1'), at: at(1), calls: 1, expiresAt: at(41) });
    await direct
      .collection(`${what.replaceAll(' ', '-')}_state`)
      .doc('pending:1')
      .update(change);
    await expect(pending.listPending({ limit: 10, now })).rejects.toMatchObject({ code: 'RECORD_MALFORMED' });
  });
});

describe('the last decision about a VM', () => {
  const decision = { decisionId: 'd-1', call: 'GetToken', outcome: 'refused', stage: 'machine', reasons: ['A', 'B'], at: at(1) } as const;
  const decisions = (collection: string) => far.open({ collection, deadlineMs: 10_000 }).lastDecisions;

  it('takes the place of the one before', async () => {
    const store = decisions('decided');
    expect(await store.lastDecision('1')).toBeUndefined();
    await store.noteDecision('1', decision);
    expect(await store.lastDecision('1')).toEqual(decision);
    const released = { ...decision, decisionId: 'd-2', outcome: 'released', stage: undefined, reasons: [] } as const;
    await store.noteDecision('1', released);
    expect(await store.lastDecision('1')).toEqual(released);
    expect((await direct.collection('decided_state').doc('decision:1').get()).data()).not.toHaveProperty('stage');
  });

  it('is neither kept nor looked for under what is no instance id', async () => {
    const store = decisions('decided');
    await expect(store.noteDecision('1/2', decision)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(store.lastDecision('..')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('is malformed when it holds more than a decision does', async () => {
    await direct
      .collection('malformed_state')
      .doc('decision:1')
      .set({ ...decision, secret: 'x' });
    await expect(decisions('malformed').lastDecision('1')).rejects.toMatchObject({ code: 'RECORD_MALFORMED' });
  });
});
