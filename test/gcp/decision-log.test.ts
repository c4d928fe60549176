import { createLog } from '../../src/base/index.js';
import { deadlineMs, startFarSide, type FarSide } from './support/far-side.js';

let far: FarSide;
beforeAll(async () => {
  far = await startFarSide();
});
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

const decision = { decisionId: 'd-1', outcome: 'refused', findings: [{ check: 'boot-image', count: 2, healed: false, none: null }] };
// The library adds one entry of its own about itself, once per process.
const stored = () =>
  far.world.auditLog.query((entry) => entry.logName === 'projects/alice/logs/decisions' && entry.jsonPayload?.['decisionId'] !== undefined);

it('a decision is copied to the log, member by member', async () => {
  const cloud = far.open({ decisionLogName: 'decisions', deadlineMs: 5000 });
  cloud.decisionLog.write('WARNING', decision);
  await cloud.close();
  expect(stored().map((entry) => [entry.severity, entry.jsonPayload])).toEqual([['WARNING', decision]]);
});

it('nothing is written where no log was named', async () => {
  const before = far.world.calls('logging');
  const cloud = far.open();
  cloud.decisionLog.write('INFO', decision);
  await cloud.close();
  expect(far.world.calls('logging')).toBe(before);
});

it.each([{ kind: 'hang' }, { kind: 'error', status: 500 }, { kind: 'forbidden' }] as const)(
  'a copy that fails is told and goes no further: %j',
  async (fault) => {
    far.world.faults.set('logging', fault);
    const lines: string[] = [];
    const cloud = far.open({
      decisionLogName: 'decisions',
      deadlineMs,
      log: createLog({ name: 'test', level: 'info', write: (line) => lines.push(line) }),
    });
    cloud.decisionLog.write('ERROR', { ...decision, decisionId: 'canary' });
    await cloud.close();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('decision-log.write-failed');
    expect(lines[0]).not.toContain('canary');
  },
);
