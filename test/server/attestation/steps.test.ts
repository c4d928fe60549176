import type { Session } from '../../../src/server/attestation/session.js';
import { requireStep, settleSecondsLeft, stateFor, type SessionState, type SessionStep } from '../../../src/server/attestation/steps.js';

const user = { instanceId: '1', certificateSha256: 'aa', nowSeconds: 1000 };
const quote = {
  attestation: Buffer.alloc(0),
  signature: Buffer.alloc(0),
  bareRsa: false,
  expectedExtraData: Buffer.alloc(0),
  takenAtSeconds: 1000,
};

const session = (overrides: Partial<Session> = {}): Session => ({
  id: Buffer.alloc(32),
  instanceId: '1',
  akName: Buffer.alloc(34),
  ekPublic: Buffer.alloc(0),
  akPublic: Buffer.alloc(0),
  releaseKey: undefined,
  certificateSha256: 'aa',
  openedAtSeconds: 990,
  expiresAtSeconds: 1400,
  quote: undefined,
  firstBoot: undefined,
  signingKey: undefined,
  superseded: false,
  ...overrides,
});

const inState: Readonly<Record<SessionState, Session | undefined>> = {
  none: undefined,
  challenged: session(),
  attested: session({ quote }),
  superseded: session({ quote, superseded: true }),
  expired: session({ quote, expiresAtSeconds: 1000 }),
};

// The protocol, written down a second time: every pair that is not here is refused.
const legal: readonly string[] = [
  'ActivateCredential in challenged',
  'ProvideSigningKey in attested',
  'OfferQuote in attested',
  'ProvideQuote in attested',
  'GetToken in attested',
];
const steps: readonly SessionStep[] = ['ActivateCredential', 'ProvideSigningKey', 'OfferQuote', 'ProvideQuote', 'GetToken'];
const pairs = steps.flatMap((step) => (Object.keys(inState) as SessionState[]).map((state) => [step, state] as const));

test.each(pairs)('%s in %s', (step, state) => {
  const found = inState[state];
  expect(stateFor(found, user)).toBe(state);
  if (legal.includes(`${step} in ${state}`)) expect(requireStep(step, found, user)).toBe(found);
  else expect(() => requireStep(step, found, user)).toThrow(expect.objectContaining({ code: 'STEP_OUT_OF_ORDER' }));
});

test.each<[SessionStep, SessionState, RegExp]>([
  ['GetToken', 'none', /^GetToken: there is no such session/],
  ['ProvideQuote', 'challenged', /^ProvideQuote: .*did not activate/],
  ['ActivateCredential', 'attested', /^ActivateCredential: .*activated already/],
  ['OfferQuote', 'superseded', /^OfferQuote: a later session/],
  ['ProvideSigningKey', 'expired', /^ProvideSigningKey: .*is over/],
])('%s in %s says why not', (step, state, why) => {
  expect(() => requireStep(step, inState[state], user)).toThrow(why);
});

test.each([
  ['another instance', session({ quote, instanceId: '2' })],
  ['another client certificate', session({ quote, certificateSha256: 'bb' })],
  ['a session opened without a client certificate', session({ quote, certificateSha256: undefined })],
])('a session of %s looks as if it did not exist', (_whose, found) => {
  const message = (subject: Session | undefined): string => {
    try {
      requireStep('GetToken', subject, user);
      return 'allowed';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message(found)).toBe(message(undefined));
});

test.each([
  [1000, 120, 1000, 120],
  [1000, 120, 1119.5, 1],
  [1000, 120, 1120, 0],
  [1000, 120, 5000, 0],
  [1000, 0, 1000, 0],
])('opened at %i, settle %i, now %d: %i seconds left', (openedAt, settle, now, left) => {
  expect(settleSecondsLeft(openedAt, settle, now)).toBe(left);
});
