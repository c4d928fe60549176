import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { AppError } from '../../src/base/index.js';
import { inCallSpan } from '../../src/server/metrics/spans.js';
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

test('an SDK that fails leaves no call without an answer', async () => {
  const broken = jest.spyOn(trace, 'getTracer').mockImplementation(() => {
    throw new Error('SDK');
  });
  await expect(inCallSpan('/a.B/C', 'id', () => Promise.resolve('answer'))).resolves.toBe('answer');
  broken.mockRestore();
});
