import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { startFarSide } from './support/far-side.js';

// Google's Firestore client makes spans of its own where OpenTelemetry's SDK is loaded, and records the text of errors in them.

test('a failed call of Firestore leaves no span, whose text would name documents', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  const far = await startFarSide();
  try {
    const cloud = far.open({ deadlineMs: 20_000 });
    await cloud.state.create('canary-document', { n: 1 });
    await provider.getTracer('test').startActiveSpan('call', async (span) => {
      await expect(cloud.state.create('canary-document', { n: 1 })).rejects.toMatchObject({ code: 'CLOUD_ALREADY_EXISTS' });
      span.end();
    });
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(['call']);
    expect(JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain('canary');
  } finally {
    await far.stop();
    trace.disable();
    await provider.shutdown();
  }
}, 60_000);
