import { Metadata, status, type ServerUnaryCall, type ServiceError } from '@grpc/grpc-js';
import { AppError, createLog } from '../../../src/base/index.js';
import { callerStage } from '../../../src/appraisal/index.js';
import { readRefusal } from '../../../src/wire/index.js';
import { unary, type AdapterParts } from '../../../src/server/service/adapter.js';
import { Metrics } from '../../../src/server/metrics/metrics.js';
import { DecisionJournal } from '../../../src/server/service/decisions.js';
import { CallLimits } from '../../../src/server/service/limits.js';
import { answered, refused, released, type Reply, type ServiceCall } from '../../../src/server/service/reply.js';
import { arrival } from '../../appraisal/evidence-fixture.js';

interface Answer {
  readonly error: (Partial<ServiceError> & Error) | null;
  readonly value: unknown;
}

let lines: Record<string, unknown>[];
let onLine: () => void;
let parts: AdapterParts;

beforeEach(() => {
  lines = [];
  onLine = () => undefined;
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
    onLine();
  };
  const log = createLog({ name: 'test', level: 'debug', write });
  parts = {
    log,
    limits: new CallLimits({ callsPerMinute: 600, callsPerMinutePerInstance: 60 }),
    journal: new DecisionJournal(log, undefined),
    observer: new Metrics(),
    connectionOf: () => ({ peer: { address: '192.0.2.1', certificate: undefined }, serverSpkiSha256: Buffer.alloc(32) }),
  };
});

const method = {
  path: '/tokenservice.TokenService/GetToken',
  requestDeserialize: (bytes: Buffer): string => {
    if (bytes.toString() === 'garbage') throw new Error('invalid wire type 7 at offset 1');
    return bytes.toString();
  },
};

const cancelled: (() => void)[] = [];
const callOf = (body: string): ServerUnaryCall<Buffer, string> => {
  const metadata = new Metadata();
  metadata.set('authorization', 'Bearer a.b.c');
  const call = {
    request: Buffer.from(body),
    metadata,
    getPeer: () => '192.0.2.1:1234',
    once: (_event: string, listener: () => void) => cancelled.push(listener),
    removeListener: (_event: string, listener: () => void) => cancelled.splice(cancelled.indexOf(listener) >>> 0, 1),
  };
  return call as unknown as ServerUnaryCall<Buffer, string>;
};

/** Resolves when the adapter has written the last line of a call. */
const lastLine = (): Promise<void> =>
  new Promise((resolve) => {
    onLine = () => {
      if (['call', 'call.unanswered'].includes(String(lines.at(-1)?.['event']))) resolve();
    };
  });

/** Calls once and waits until the adapter has written its line; every answer that it gave is kept. */
async function serve(
  handler: (call: ServiceCall, request: string) => Promise<Reply<string>>,
  body = 'secret request body',
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const done = lastLine();
  unary(
    method,
    parts,
    handler,
  )(callOf(body), (error, value) => {
    answers.push({ error: error as Answer['error'], value });
  });
  await done;
  return answers;
}

const refusedInCaller = ({ appraisal }: ServiceCall): Promise<Reply<string>> => {
  appraisal.judge(callerStage, arrival({ token: { claims: undefined, problem: 'bad signature' } }));
  return Promise.resolve(refused);
};
const passedCaller = ({ appraisal }: ServiceCall, reply: Reply<string>): Promise<Reply<string>> => {
  appraisal.judge(callerStage, arrival());
  return Promise.resolve(reply);
};

test('a message goes out once', async () => {
  expect(await serve((call) => passedCaller(call, answered('yes')))).toEqual([{ error: null, value: 'yes' }]);
});

test.each([
  ['a rejected promise', () => Promise.reject(new Error('boom'))],
  [
    'a synchronous throw',
    () => {
      throw new Error('boom');
    },
  ],
  ['something thrown that is no error', () => Promise.reject(Object.assign(new Error(), { toString: () => 'x' }))],
])('%s is answered once, as an internal error with an id', async (_name, handler) => {
  const answers = await serve(handler);
  expect(answers).toHaveLength(1);
  expect(answers[0]?.error).toMatchObject({
    code: status.INTERNAL,
    details: expect.stringMatching(/^internal error \(decision [0-9a-f-]{36}\)$/),
  });
});

test('the log has the error under the id that the caller was told', async () => {
  const [answer] = await serve(() => Promise.reject(new AppError('RECORD_MALFORMED', 'stored record: pcr: invalid_type')));
  const refusal = readRefusal(Object.assign(new Error(), { metadata: answer?.error?.metadata }));
  const failed = lines.find(({ event }) => event === 'call.failed');
  expect(failed).toMatchObject({ decisionId: refusal?.decisionId, code: 'RECORD_MALFORMED', error: 'stored record: pcr: invalid_type' });
});

test('bytes that do not decode are INVALID_ARGUMENT, and the handler never sees them', async () => {
  let seen = false;
  const [answer] = await serve(() => {
    seen = true;
    return Promise.resolve(answered('yes'));
  }, 'garbage');
  expect(answer?.error?.code).toBe(status.INVALID_ARGUMENT);
  expect(seen).toBe(false);
});

test('a refusal carries reason, decision id and who can mend it, and no detail', async () => {
  const [answer] = await serve(refusedInCaller);
  expect(answer?.error?.code).toBe(status.UNAUTHENTICATED);
  const refusal = readRefusal(Object.assign(new Error(), { metadata: answer?.error?.metadata }));
  const decided = lines.find(({ event }) => event === 'release.decided');
  expect(refusal).toMatchObject({ decisionId: decided?.['decisionId'], reason: expect.stringMatching(/^[A-Z_]+$/) });
  expect(JSON.stringify([answer?.error?.details, refusal])).not.toContain('bad signature');
});

test('the same refusal again names the decision that is in the log', async () => {
  const idOf = ([answer]: readonly Answer[]): unknown =>
    readRefusal(Object.assign(new Error(), { metadata: answer?.error?.metadata }))?.decisionId;
  const first = idOf(await serve(refusedInCaller));
  expect(idOf(await serve(refusedInCaller))).toBe(first);
  expect(lines.filter(({ event }) => event === 'release.decided')).toMatchObject([{ decisionId: first }]);
});

test('a handler that answers although a stage refused does not get its message out', async () => {
  const [answer] = await serve(async (call) => {
    await refusedInCaller(call);
    return released('the secrets');
  });
  expect(answer).toMatchObject({ error: { code: status.UNAUTHENTICATED }, value: undefined });
});

test('a handler that releases before all stages were judged does not get its message out', async () => {
  const [answer] = await serve((call) => passedCaller(call, released('the secrets')));
  expect(answer).toMatchObject({ error: { code: status.INTERNAL }, value: undefined });
});

test('a handler that judges nothing does not get its message out', async () => {
  const [answer] = await serve(() => Promise.resolve(answered('yes')));
  expect(answer).toMatchObject({ error: { code: status.INTERNAL }, value: undefined });
});

test('waiting for late audit entries is UNAVAILABLE with the time that is left', async () => {
  const [answer] = await serve(() => Promise.resolve({ kind: 'settling', secondsLeft: 77 }));
  expect(answer?.error?.code).toBe(status.UNAVAILABLE);
  expect(readRefusal(Object.assign(new Error(), { metadata: answer?.error?.metadata }))).toMatchObject({
    reason: 'SETTLING',
    healedBy: 'time',
    retryAfterSeconds: 77,
  });
});

test('a failing answer ends here too', async () => {
  const done = lastLine();
  unary(method, parts, (call) => passedCaller(call, answered('yes')))(callOf('x'), () => {
    throw new Error('the stream is gone');
  });
  await done;
  expect(lines.at(-1)).toMatchObject({ event: 'call.unanswered', error: 'the stream is gone' });
});

test('one line per call: method, peer, decision, duration, outcome, and nothing of the message', async () => {
  await serve((call) => passedCaller(call, answered('secret answer')));
  const calls = lines.filter(({ event }) => event === 'call');
  expect(calls).toMatchObject([
    { method: method.path, peer: '192.0.2.1:1234', decisionId: expect.any(String), durationMs: expect.any(Number), outcome: 'passed' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('beyond the limit the handler is not run', async () => {
  let runs = 0;
  parts = { ...parts, limits: new CallLimits({ callsPerMinute: 1, callsPerMinutePerInstance: 1 }) };
  const handler = (call: ServiceCall): Promise<Reply<string>> => {
    runs++;
    return passedCaller(call, answered('yes'));
  };
  await serve(handler);
  lines = [];
  const [answer] = await serve(handler);
  expect(answer?.error?.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(runs).toBe(1);
});

const untilAborted = (call: ServiceCall): Promise<Reply<string>> =>
  new Promise((_resolve, reject) => {
    call.signal.addEventListener('abort', () => reject(new AppError('CANCELLED', 'gone')));
  });

test('a call that takes too long is told to stop', async () => {
  parts = { ...parts, timeoutMs: 20 };
  const [answer] = await serve(untilAborted);
  expect(answer?.error?.code).toBe(status.UNAVAILABLE);
});

test('a call whose caller went away is told to stop', async () => {
  cancelled.splice(0);
  const answers = serve(untilAborted);
  await new Promise(setImmediate);
  for (const tell of cancelled) tell();
  expect((await answers)[0]?.error?.code).toBe(status.UNAVAILABLE);
});

test('of a call that was answered nobody listens any more whether its caller went away', async () => {
  cancelled.splice(0);
  await serve((call) => Promise.resolve(passedCaller(call, answered('x'))));
  expect(cancelled).toEqual([]);
});

const neverEnds = (): Promise<never> => new Promise(() => undefined);

test('a handler that does not look at its signal keeps no caller waiting beyond the time of a call', async () => {
  parts = { ...parts, timeoutMs: 20 };
  const answers = await serve(neverEnds);
  expect(answers).toHaveLength(1);
  expect(answers[0]?.error?.code).toBe(status.UNAVAILABLE);
  expect(lines.find(({ event }) => event === 'call.failed')).toMatchObject({ code: 'CANCELLED', error: 'the call took too long' });
});

test('what a handler says after its time is not sent', async () => {
  parts = { ...parts, timeoutMs: 20 };
  let say: (reply: Reply<string>) => void = () => undefined;
  const answers = await serve(async (call) => {
    const reply = await new Promise<Reply<string>>((resolve) => (say = resolve));
    return passedCaller(call, reply);
  });
  say(answered('too late'));
  await new Promise(setImmediate);
  expect(answers).toHaveLength(1);
  expect(JSON.stringify([answers, lines])).not.toContain('too late');
});

test('a call whose caller went away ends at once, whatever its handler does', async () => {
  cancelled.splice(0);
  const answers = serve(neverEnds);
  await new Promise(setImmediate);
  for (const tell of cancelled) tell();
  await answers;
  expect(lines.find(({ event }) => event === 'call.failed')).toMatchObject({ code: 'CANCELLED', error: 'the caller went away' });
});
