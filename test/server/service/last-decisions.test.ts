import { AppError, createLog, type Finding } from '../../../src/base/index.js';
import type { ReleaseDecision } from '../../../src/appraisal/index.js';
import type { LastDecision } from '../../../src/gcp/index.js';
import { LastDecisions } from '../../../src/server/service/last-decisions.js';

let nowMs: number;
let written: (readonly [string, LastDecision])[];
let failing: AppError | undefined;
let hanging: Promise<void> | undefined;
let events: string[];
let last: LastDecisions;

const at = new Date('2026-11-01T10:00:00Z');

beforeEach(() => {
  nowMs = 0;
  written = [];
  failing = undefined;
  hanging = undefined;
  events = [];
  last = new LastDecisions({
    log: createLog({ name: 'test', level: 'info', write: (line) => events.push((JSON.parse(line) as { event: string }).event) }),
    now: () => at,
    nowMs: () => nowMs,
    store: {
      noteDecision: async (instanceId, decision) => {
        await hanging;
        if (failing !== undefined) throw failing;
        written.push([instanceId, decision]);
      },
    },
  });
});

const known: Finding = { check: 'record-exists', outcome: 'passed' };
const refusedBy = (reason: string): Finding => ({ check: reason.toLowerCase(), outcome: 'refused', reason, detail: 'canary 192.0.2.1' });
const refusal = (overrides: Partial<ReleaseDecision> = {}): ReleaseDecision => ({
  decisionId: 'd-1',
  instanceId: '1',
  outcome: 'refused',
  stage: 'machine',
  findings: [known, refusedBy('A'), refusedBy('B')],
  ...overrides,
});
const getToken = '/tokenservice.TokenService/GetToken';
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};
const ids = (): readonly string[] => written.map(([, { decisionId }]) => decisionId);

test('holds id, call, outcome, stage, reasons and time, and nothing of what was compared', async () => {
  last.note(refusal(), getToken);
  await settle();
  expect(written).toEqual([['1', { decisionId: 'd-1', call: 'GetToken', outcome: 'refused', stage: 'machine', reasons: ['A', 'B'], at }]]);
  expect(JSON.stringify(written)).not.toContain('canary');
});

test('of an error holds its code', async () => {
  last.note(refusal({ outcome: 'undecided', stage: undefined, findings: [known], errorCode: 'CLOUD_UNAVAILABLE' }), getToken);
  await settle();
  expect(written[0]?.[1]).toMatchObject({ outcome: 'undecided', reasons: ['CLOUD_UNAVAILABLE'] });
});

test.each([
  ['nobody approved', { findings: [{ check: 'record-exists', outcome: 'refused', reason: 'INSTANCE_UNKNOWN' }] }],
  ['of which no record was looked for', { findings: [{ check: 'record-exists', outcome: 'not-reached' }] }],
  ['whose token was not good', { instanceId: undefined }],
] as const)('is not kept for a VM %s', async (_what, overrides) => {
  last.note(refusal(overrides), getToken);
  await last.stop();
  expect(written).toEqual([]);
});

test('the same is written once a minute', async () => {
  for (nowMs = 0; nowMs < 120_000; nowMs += 1_000) {
    last.note(refusal({ decisionId: `d-${nowMs / 1000}` }), getToken);
    last.flush();
    await settle();
  }
  expect(ids()).toEqual(['d-0', 'd-60']);
});

test('decisions that alternate are written every two seconds, and the last of them in the end', async () => {
  for (let i = 0; i <= 20; i++, nowMs += 200) {
    last.note(refusal({ decisionId: `d-${i}`, findings: [known, refusedBy(i % 2 === 0 ? 'A' : 'B')] }), getToken);
    last.flush();
    await settle();
  }
  expect(ids()).toEqual(['d-0', 'd-11']);
  await last.stop();
  expect(ids().at(-1)).toBe('d-20');
});

test('steps that pass and the release that follows are one write, and a step that leads nowhere is written in the end', async () => {
  const makeCredential = '/tokenservice.Verifier/MakeCredential';
  const passed = (instanceId: string): ReleaseDecision => refusal({ instanceId, outcome: 'passed', stage: undefined, findings: [known] });
  last.note(passed('1'), makeCredential);
  last.note(passed('2'), makeCredential);
  last.note(refusal({ outcome: 'released', stage: undefined, findings: [known], decisionId: 'd-2' }), getToken);
  await settle();
  expect(written.map(([instanceId, { outcome }]) => [instanceId, outcome])).toEqual([['1', 'released']]);
  last.flush();
  await settle();
  expect(written.map(([instanceId, { outcome }]) => [instanceId, outcome])).toEqual([
    ['1', 'released'],
    ['2', 'passed'],
  ]);
});

test('VMs do not wait for each other', async () => {
  last.note(refusal(), getToken);
  last.note(refusal({ instanceId: '2' }), getToken);
  await settle();
  expect(written.map(([instanceId]) => instanceId)).toEqual(['1', '2']);
});

test('a store that fails is a line in the log, and the next decision is written', async () => {
  failing = new AppError('CLOUD_UNAVAILABLE', 'firestore.set failed');
  last.note(refusal(), getToken);
  await settle();
  expect(events).toEqual(['last-decision.not-written']);
  failing = undefined;
  nowMs = 2_000;
  last.note(refusal({ decisionId: 'd-2', stage: 'history' }), getToken);
  await settle();
  expect(ids()).toEqual(['d-2']);
});

test('a store that hangs has at most 50 writes; the rest waits, the latest of each VM', async () => {
  let release = (): void => undefined;
  hanging = new Promise((resolve) => (release = resolve));
  for (let i = 0; i < 200; i++) last.note(refusal({ instanceId: String(i), decisionId: `first-${i}` }), getToken);
  release();
  await settle();
  expect(written).toHaveLength(50);
  hanging = undefined;
  await last.stop();
  expect(written).toHaveLength(200);
});
