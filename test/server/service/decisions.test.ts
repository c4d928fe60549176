import type { Finding } from '../../../src/base/index.js';
import { createLog } from '../../../src/base/index.js';
import type { ReleaseDecision } from '../../../src/appraisal/index.js';
import { DecisionJournal } from '../../../src/server/service/decisions.js';

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

let lines: Line[];
let copies: { severity: string; payload: Readonly<Record<string, unknown>> }[];
let journal: DecisionJournal;

beforeEach(() => {
  lines = [];
  copies = [];
  const log = createLog({ name: 'test', level: 'info', write: (line) => lines.push(JSON.parse(line) as Line) });
  journal = new DecisionJournal(log, { write: (severity, payload) => copies.push({ severity, payload }) });
});

const refusal: Finding = {
  check: 'peer-address',
  outcome: 'refused',
  detail: 'connection from 192.0.2.1',
  reason: 'PEER_ADDRESS',
  healedBy: 'bob',
};
const decision = (overrides: Partial<ReleaseDecision> = {}): ReleaseDecision => ({
  decisionId: 'd1',
  instanceId: '1',
  outcome: 'refused',
  stage: 'channel',
  findings: [{ check: 'token-age', outcome: 'passed' }, refusal],
  ...overrides,
});
const events = (): readonly string[] => lines.map(({ event }) => event);

test('a decision is written once, whole, with every finding', () => {
  journal.record(decision(), '/tokenservice.TokenService/GetToken');
  expect(lines).toMatchObject([
    {
      event: 'release.decided',
      decisionId: 'd1',
      instanceId: '1',
      outcome: 'refused',
      stage: 'channel',
      findings: [{ check: 'token-age' }, refusal],
    },
  ]);
  expect(copies).toMatchObject([{ severity: 'WARNING', payload: { event: 'release.decided', decisionId: 'd1' } }]);
});

test('the same refusal of the same instance again is counted, and the count is written once', () => {
  for (let i = 1; i <= 5; i++) journal.record(decision({ decisionId: `d${i}` }), 'm');
  expect(events()).toEqual(['release.decided']);
  journal.flush();
  journal.flush();
  expect(lines.slice(1)).toMatchObject([{ event: 'release.refused-again', firstDecisionId: 'd1', count: 4 }]);
  expect(copies.slice(1)).toMatchObject([
    { severity: 'WARNING', payload: { event: 'release.refused-again', firstDecisionId: 'd1', count: 4 } },
  ]);
});

test('of refusals that differ each time a hundred a minute are written, the others are counted', () => {
  const refuse = (i: number): string =>
    journal.record(decision({ decisionId: `d${i}`, findings: [{ ...refusal, detail: `connection from 192.0.2.${i}` }] }), 'm');
  const ids = Array.from({ length: 105 }, (_, i) => refuse(i));
  expect(events()).toHaveLength(100);
  expect(ids.slice(98)).toEqual(['d98', 'd99', 'd99', 'd99', 'd99', 'd99', 'd99']);
  journal.record(decision({ instanceId: '2', decisionId: 'other' }), 'm');
  expect(lines.at(-1)).toMatchObject({ event: 'release.decided', decisionId: 'other' });
  journal.flush();
  expect(lines.at(-1)).toMatchObject({ event: 'release.refused-again', firstDecisionId: 'd99', count: 0, others: 5 });
  expect(refuse(200)).toBe('d200');
  expect(lines.at(-1)).toMatchObject({ event: 'release.decided', decisionId: 'd200' });
});

test('a release in between does not begin a new minute', () => {
  for (let i = 0; i < 105; i++) {
    journal.record(decision({ decisionId: `d${i}` }), 'm');
    journal.record(decision({ decisionId: 'r', outcome: 'released', findings: [] }), 'm');
  }
  expect(lines.filter(({ outcome }) => outcome === 'refused')).toHaveLength(100);
});

test('what was counted of one refusal is written before another one takes its place', () => {
  journal.record(decision(), 'm');
  journal.record(decision(), 'm');
  journal.record(decision({ decisionId: 'd2', findings: [{ ...refusal, reason: 'OTHER' }] }), 'm');
  expect(lines.slice(1)).toMatchObject([
    { event: 'release.refused-again', firstDecisionId: 'd1', count: 1 },
    { event: 'release.decided', decisionId: 'd2' },
  ]);
});

test.each([
  ['another instance', { instanceId: '2' }],
  ['another reason', { findings: [{ ...refusal, reason: 'OTHER' }] }],
  ['another detail', { findings: [{ ...refusal, detail: 'connection from 192.0.2.9' }] }],
  ['another check', { findings: [{ ...refusal, check: 'other' }] }],
])('%s is another refusal', (_name, overrides) => {
  journal.record(decision(), 'm');
  journal.record(decision(overrides), 'm');
  expect(events()).toEqual(['release.decided', 'release.decided']);
});

test('after a release, the same refusal is new again', () => {
  journal.record(decision(), 'm');
  journal.record(decision({ outcome: 'released', stage: undefined, findings: [] }), 'm');
  journal.record(decision(), 'm');
  expect(events()).toEqual(['release.decided', 'release.decided', 'release.decided']);
});

test.each([
  ['released', 'INFO'],
  ['passed', 'INFO'],
  ['undecided', 'ERROR'],
] as const)('every decision %s is written, with severity %s', (outcome, severity) => {
  journal.record(decision({ outcome, findings: [] }), 'm');
  journal.record(decision({ outcome, findings: [] }), 'm');
  expect(copies.map((copy) => copy.severity)).toEqual([severity, severity]);
});

test('stopping writes what was counted', () => {
  journal.start();
  journal.record(decision(), 'm');
  journal.record(decision(), 'm');
  journal.stop();
  expect(events()).toEqual(['release.decided', 'release.refused-again']);
});
