import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { AppError } from '../../src/base/index.js';
import { measuredCloud } from '../../src/server/metrics/measured-cloud.js';
import { inCallSpan, spanned, spannedCalls } from '../../src/server/metrics/spans.js';
import { Attester } from './support/attester.js';
import { approveIn, introduce } from './support/scene.js';
import { ask, bearer, startWorld, type World } from './support/world.js';

// The spans of a server whose operator loaded OpenTelemetry's SDK, over real TLS and gRPC.

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let world: World;
beforeAll(async () => {
  provider.register();
  world = await startWorld(['--settleSeconds=0']);
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await world.stop();
  trace.disable();
  await provider.shutdown();
});

const getToken = (token?: string): Promise<unknown> => ask(world.release, 'GetToken', {}, bearer(token));

/** The spans of one call, when the span of the call itself has ended. */
async function spansOf(call: Promise<unknown>): Promise<{ root: ReadableSpan; below: readonly ReadableSpan[] }> {
  await call.catch(() => undefined);
  for (;;) {
    const spans = exporter.getFinishedSpans();
    const root = spans.find(({ kind }) => kind === SpanKind.SERVER);
    if (root !== undefined) return { root, below: spans.filter((span) => span !== root) };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a release: one trace, whose root has the outcome and the id of the decision, with a span of each stage and of each call', async () => {
  world.approve({ release_policy: 'identity' });
  const { root, below } = await spansOf(getToken());
  const decision = world.logLines.findLast(({ event }) => event === 'release.decided');
  expect(root.name).toBe('tokenservice.TokenService/GetToken');
  expect(root.parentSpanContext).toBeUndefined();
  expect(root.attributes).toEqual({
    'rpc.system': 'grpc',
    'rpc.service': 'tokenservice.TokenService',
    'rpc.method': 'GetToken',
    'tokenserver.decision_id': decision?.['decisionId'],
    'tokenserver.outcome': 'released',
  });
  expect(below.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...['caller', 'record', 'channel', 'machine', 'history'].map((stage) => `stage ${stage}`),
      ...['tokens.verify', 'records.load', 'compute.instance', 'compute.disk', 'auditLog.read'].map((call) =>
        call.replace('auditLog', 'logging'),
      ),
    ]),
  );
  for (const span of below) {
    expect(span.parentSpanContext?.spanId).toBe(root.spanContext().spanId);
    expect(span.spanContext().traceId).toBe(root.spanContext().traceId);
  }
});

test('a refusal is no error of the server; it names the stage', async () => {
  world.approve({ release_policy: 'identity', client_zone: 'elsewhere' });
  const { root } = await spansOf(getToken());
  expect(root.attributes).toMatchObject({ 'tokenserver.outcome': 'refused', 'tokenserver.refused_in': 'record' });
  expect(root.status.code).toBe(SpanStatusCode.UNSET);
});

test('a call of Google that fails is an error, and so is the call that nothing was decided about', async () => {
  world.approve({ release_policy: 'identity' });
  world.cloud.failing.compute = new AppError('CLOUD_UNAVAILABLE', 'canary of an error text');
  const { root, below } = await spansOf(getToken());
  world.cloud.failing = {};
  expect(root.attributes).toMatchObject({ 'tokenserver.outcome': 'UNDECIDED', 'tokenserver.error': 'CLOUD_UNAVAILABLE' });
  expect(root.status).toEqual({ code: SpanStatusCode.ERROR });
  const failed = below.find(({ name }) => name === 'compute.instance');
  expect(failed?.attributes).toEqual({
    'tokenserver.api': 'compute',
    'tokenserver.operation': 'instance',
    'tokenserver.outcome': 'CLOUD_UNAVAILABLE',
  });
  expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
});

test('nothing that a caller sends becomes its trace', async () => {
  const metadata = bearer();
  metadata.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  const { root } = await spansOf(ask(world.release, 'GetToken', { requestId: 'canary-request' }, metadata));
  expect(root.spanContext().traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
  expect(root.parentSpanContext).toBeUndefined();
});

test('a call is the root of its trace, whatever instrumentation wrapped around it', async () => {
  await provider.getTracer('other').startActiveSpan('around', async (around) => {
    await inCallSpan('/a.B/C', 'id', () => Promise.resolve());
    around.end();
  });
  const call = exporter.getFinishedSpans().find(({ name }) => name === 'a.B/C');
  expect(call).toBeDefined();
  expect(call?.parentSpanContext).toBeUndefined();
});

test('no name of a VM, no token and no secret is in any span of a whole attested release', async () => {
  const attester = await Attester.start();
  try {
    introduce({ attester, world });
    const record = await approveIn({ attester, world }, { max_releases: 'unlimited' });
    const { sessionId } = await attester.attest(world);
    await ask(world.release, 'GetToken', { sessionId }, bearer('canary.token.text'));
    const text = JSON.stringify(
      exporter.getFinishedSpans().map(({ name, attributes, status, events }) => [name, attributes, status, events]),
    );
    expect(text).toContain('stage tpm');
    for (const hidden of [record.instanceid, record.instance_name, record.client_project, 'canary', 'fooobar', '127.0.0.1', '@']) {
      expect(text).not.toContain(hidden);
    }
  } finally {
    await attester.stop();
  }
});

describe('an SDK that fails', () => {
  const fail = (): never => {
    throw new Error('SDK');
  };
  const broken = {
    'gives no tracer': () => jest.spyOn(trace, 'getTracer').mockImplementation(fail),
    'starts no span': () => jest.spyOn(trace, 'getTracer').mockReturnValue({ startSpan: fail, startActiveSpan: fail }),
    'starts spans that throw': () => {
      const span = new Proxy(trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 0 }), {
        get: () => fail,
      });
      return jest.spyOn(trace, 'getTracer').mockReturnValue({ startSpan: () => span, startActiveSpan: fail });
    },
  } as const;
  /** A rejection that nobody looks at ends a server. */
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  beforeEach(() => {
    unhandled.splice(0);
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    jest.restoreAllMocks();
  });

  test.each(Object.entries(broken))('and %s leaves no call without its answer, and every number is counted', async (_name, breakIt) => {
    breakIt();
    const told: string[] = [];
    const observer = spanned({
      answered: (_method, outcome) => void told.push(outcome),
      decided: (_method, { outcome }) => void told.push(outcome),
      judged: (stage) => void told.push(stage),
    });
    const onCall = spannedCalls((api) => void told.push(api));
    const decision = { decisionId: 'id', instanceId: undefined, outcome: 'undecided', stage: undefined, findings: [] } as const;
    const answer = inCallSpan('/a.B/C', 'id', () => {
      observer.judged('caller', 1);
      observer.decided('/a.B/C', decision);
      onCall('compute', 'instance', 'INTERNAL', 1);
      observer.answered('/a.B/C', 'UNDECIDED', 1);
      return Promise.resolve('answer');
    });
    await expect(answer).resolves.toBe('answer');
    expect(told).toEqual(['caller', 'undecided', 'compute', 'UNDECIDED']);
  });

  test.each(Object.entries(broken))('and %s: a release goes on over real gRPC, and nothing is left unhandled', async (_name, breakIt) => {
    world.approve({ release_policy: 'identity', max_releases: 'unlimited' });
    breakIt();
    await expect(getToken()).resolves.toBeDefined();
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });

  test('counters that throw neither: the call of the cloud has its own answer or error', async () => {
    const cloud = measuredCloud(world.cloud, fail);
    world.cloud.failing.compute = new AppError('CLOUD_UNAVAILABLE', 'down');
    await expect(cloud.compute.instance('p', 'z', '1')).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    world.cloud.failing = {};
    await expect(cloud.compute.instance('p', 'z', '1')).resolves.toMatchObject({ kind: 'found' });
    const observer = spanned({ answered: fail, decided: fail, judged: fail });
    expect(() => observer.judged('caller', 1)).not.toThrow();
    expect(() => observer.answered('/a.B/C', 'passed', 1)).not.toThrow();
    expect(() => spannedCalls(fail)('compute', 'instance', 'ok', 1)).not.toThrow();
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });
});
