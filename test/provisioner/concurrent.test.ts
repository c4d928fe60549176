import type { Cloud } from '../../src/gcp/index.js';
import { canonicalDigest } from '../../src/record/index.js';
import { recordDocument } from '../record/support/record.js';
import { parseRecord, type ProvisioningRecord } from '../../src/record/index.js';
import { provision, type Outcome } from './support/harness.js';
import { approvalFlags, openedFor, startWorld, type World } from './support/world.js';

let world: World;
let cloud: Cloud;
beforeAll(async () => {
  world = await startWorld();
  cloud = openedFor(world);
});
afterAll(async () => {
  await cloud.close();
  await world.stop();
});

const open = (): Cloud => openedFor(world);

/** Two people look at the same VM, and answer when both have read. */
async function twoApprove(vm: { readonly id: string }): Promise<readonly Outcome[]> {
  let reading = 0;
  let both: () => void = () => undefined;
  const bothHaveRead = new Promise<void>((resolve) => (both = resolve));
  const answer = async (): Promise<string> => {
    if (++reading === 2) both();
    await bothHaveRead;
    return 'y';
  };
  const flags = (name: string): string[] => approvalFlags(world, vm).map((word) => (word === 'alice' ? name : word));
  return Promise.all(['alice', 'partner'].map((name) => provision(flags(name), open, { answers: [answer] })));
}

function expectOneWinner(outcomes: readonly Outcome[]): void {
  expect(outcomes.map(({ exitCode }) => exitCode).toSorted((a, b) => a - b)).toEqual([0, 5]);
  const loser = outcomes.find(({ exitCode }) => exitCode === 5);
  expect(loser?.complaints.at(-1)).toMatch(/meanwhile; nothing of yours is written; look at it again$/);
}

test('of two people who approve a new VM at once, one wins and the other is told; then the same for an approval that is replaced', async () => {
  const vm = await world.insert({ name: 'both' });
  expectOneWinner(await twoApprove(vm));
  expectOneWinner(await twoApprove(vm));
});

describe('a record is written over what its writer saw, and over nothing else', () => {
  const at = new Date('2026-01-01T00:00:00Z');
  const digest = (letter: string): string => `${letter.repeat(43)}=`;
  const record = (id: string, letter: string): ProvisioningRecord =>
    parseRecord(recordDocument({ instanceid: id, approval_digest: digest(letter) }));
  const over = async (id: string): Promise<string> => canonicalDigest(await cloud.records.loadRaw(id));

  it('a first record is not written over one that is there', async () => {
    await cloud.records.replace(record('901', 'A'), { over: undefined, by: 'alice', at });
    await expect(cloud.records.replace(record('901', 'B'), { over: undefined, by: 'partner', at })).rejects.toMatchObject({
      code: 'CLOUD_ALREADY_EXISTS',
    });
    await expect(cloud.records.load('901')).resolves.toMatchObject({ value: { record: { approval_digest: digest('A') } } });
  });

  it('a record is not written over another one than was seen, and what is replaced stays in the history', async () => {
    await cloud.records.replace(record('902', 'A'), { over: undefined, by: 'alice', at });
    const seen = await over('902');
    await cloud.records.replace(record('902', 'B'), { over: seen, by: 'alice', at });
    await expect(cloud.records.replace(record('902', 'C'), { over: seen, by: 'partner', at })).rejects.toMatchObject({
      code: 'CLOUD_ALREADY_EXISTS',
    });
    await expect(cloud.records.load('902')).resolves.toMatchObject({ value: { record: { approval_digest: digest('B') } } });
    expect((await cloud.records.life('902')).past).toEqual([expect.objectContaining({ approvalDigest: digest('A'), replacedAt: at })]);
  });

  it('a writer who stopped half way blocks the others for five minutes and not for ever', async () => {
    await cloud.records.replace(record('903', 'A'), { over: undefined, by: 'alice', at });
    const seen = await over('903');
    // A writer whose claim is made and whose write never comes: what it saw is not there.
    await expect(cloud.records.replace(record('903', 'B'), { over: 'other', by: 'alice', at })).rejects.toThrow();
    await expect(cloud.records.replace(record('903', 'C'), { over: 'other', by: 'partner', at })).rejects.toThrow('alice is writing');
    const later = new Date(at.getTime() + 5 * 60_000);
    await expect(cloud.records.replace(record('903', 'C'), { over: 'other', by: 'partner', at: later })).rejects.toThrow(
      'wrote or removed the approval',
    );
    await cloud.records.replace(record('903', 'C'), { over: seen, by: 'partner', at: later });
    await expect(cloud.records.load('903')).resolves.toMatchObject({ value: { record: { approval_digest: digest('C') } } });
  });
});

describe('an extension', () => {
  const at = new Date('2026-01-01T00:00:00Z');
  it('gives its approval a later end, and no other approval of that VM', async () => {
    const first = parseRecord(recordDocument({ instanceid: '905' }));
    await cloud.records.save(first);
    const notAfter = new Date(first.not_after.getTime() + 86_400_000);
    await cloud.records.extend('905', { approvalDigest: first.approval_digest, notAfter, by: 'alice', at });
    await expect(cloud.records.load('905')).resolves.toMatchObject({
      value: { record: { not_after: notAfter, extended_from: first.not_after } },
    });
    await cloud.records.save({ ...first, approval_digest: `${'Z'.repeat(43)}=` });
    await expect(cloud.records.load('905')).resolves.toMatchObject({ value: { record: { not_after: first.not_after } } });
  });

  it('that ends earlier changes nothing', async () => {
    const record = parseRecord(recordDocument({ instanceid: '906' }));
    await cloud.records.save(record);
    await cloud.records.extend('906', {
      approvalDigest: record.approval_digest,
      notAfter: new Date('2021-06-30T00:00:00Z'),
      by: 'alice',
      at,
    });
    const loaded = await cloud.records.load('906');
    expect(loaded).toMatchObject({ kind: 'found', value: { record } });
  });
});
