import {
  context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { ReleaseDecision } from '../../appraisal/index.js';
import type { CallObserver } from './metrics.js';
import type { OnCall } from './measured-cloud.js';

// Spans for OpenTelemetry, by its API package alone: without an SDK, which the operator loads (docs/operate.md), all of this does
// nothing. Attributes have the values of the metrics' labels, and the id of the decision. No name of a VM, no token, no secret, and
// nothing that a caller chose: a `traceparent` that comes with a call is not read.

/** Undefined without an SDK. Asked for anew each time: an SDK that is registered later is found too. */
function tracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  // The stand-in of the API package would make spans that do nothing, some twenty for each call.
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer('tokenserver') : provider.getTracer('tokenserver');
}

/**
 * Runs one call inside a span of its own, the root of a trace.
 * @param path `/package.Service/Method`.
 */
export async function inCallSpan<T>(path: string, decisionId: string, run: () => Promise<T>): Promise<T> {
  let span: Span | undefined;
  // A broken SDK leaves no caller without an answer.
  unharmed(
    () => (span = tracer()?.startSpan(path.slice(1), { kind: SpanKind.SERVER, attributes: ofCall(path, decisionId) }, ROOT_CONTEXT)),
  );
  if (span === undefined) return await run();
  const opened = span;
  return await context.with(trace.setSpan(ROOT_CONTEXT, opened), async () => {
    try {
      return await run();
    } finally {
      unharmed(() => opened.end());
    }
  });
}

function ofCall(path: string, decisionId: string): Attributes {
  const [, service = '', method = ''] = path.split('/');
  return { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method, 'tokenserver.decision_id': decisionId };
}

/** The same observer; what it is told is also told to the span of the call, and every stage becomes a span below it. */
export const spanned = (observer: CallObserver): CallObserver => ({
  answered: (method, outcome, durationMs) => {
    unharmed(() => trace.getActiveSpan()?.setAttribute('tokenserver.outcome', outcome));
    unharmed(() => observer.answered(method, outcome, durationMs));
  },
  decided: (method, decision) => {
    unharmed(() => describe(decision));
    unharmed(() => observer.decided(method, decision));
  },
  judged: (stage, durationMs) => {
    record(`stage ${stage}`, { 'tokenserver.stage': stage }, durationMs);
    unharmed(() => observer.judged(stage, durationMs));
  },
});

/** A span for each call to Google. What several requests share is a span of the request that came first. */
export const spannedCalls =
  (onCall: OnCall): OnCall =>
  (api, operation, outcome, durationMs) => {
    const attributes = { 'tokenserver.api': api, 'tokenserver.operation': operation, 'tokenserver.outcome': outcome };
    record(`${api}.${operation}`, attributes, durationMs, SpanKind.CLIENT);
    unharmed(() => onCall(api, operation, outcome, durationMs));
  };

/** Tells the span of the call what was decided. */
function describe({ outcome, stage, errorCode }: ReleaseDecision): void {
  const span = trace.getActiveSpan();
  span?.setAttributes({
    ...(stage === undefined ? {} : { 'tokenserver.refused_in': stage }),
    ...(errorCode === undefined ? {} : { 'tokenserver.error': errorCode }),
  });
  // A refusal is what the server is for; an error is not.
  if (outcome === 'undecided') span?.setStatus({ code: SpanStatusCode.ERROR });
}

/** A span of something that ended just now. */
function record(name: string, attributes: Attributes, durationMs: number, kind = SpanKind.INTERNAL): void {
  unharmed(() => {
    const endTime = Date.now();
    const span = tracer()?.startSpan(name, { kind, attributes, startTime: endTime - durationMs });
    if (kind === SpanKind.CLIENT && attributes['tokenserver.outcome'] !== 'ok') span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end(endTime);
  });
}

/** An SDK or a counter that throws costs a span or a number: no call its answer or decision, and never the process. */
function unharmed(tell: () => void): void {
  try {
    tell();
  } catch {
    // Nobody to tell: this is how things are told.
  }
}
