import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import type { CallObserver } from './metrics.js';
import type { OnCall } from './measured-cloud.js';

// Spans for OpenTelemetry, by its API package alone: without an SDK, which the operator loads (docs/operate.md), all of this does
// nothing. Attributes have the values of the metrics' labels, and the id of the decision. No name of a VM, no token, no secret, and
// nothing that a caller chose: a `traceparent` that comes with a call is not read.

/** Asked for anew each time: an SDK that is registered later is found too. */
const tracer = (): Tracer => trace.getTracer('tokenserver');

/**
 * Runs one call inside a span of its own, the root of a trace.
 * @param path `/package.Service/Method`.
 */
export async function inCallSpan<T>(path: string, decisionId: string, run: () => Promise<T>): Promise<T> {
  const [, service = '', method = ''] = path.split('/');
  const attributes: Attributes = {
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': method,
    'tokenserver.decision_id': decisionId,
  };
  let span: Span;
  try {
    span = tracer().startSpan(path.slice(1), { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
  } catch {
    // A broken SDK leaves no caller without an answer.
    return await run();
  }
  return await context.with(trace.setSpan(ROOT_CONTEXT, span), async () => {
    try {
      return await run();
    } finally {
      span.end();
    }
  });
}

/** The same observer; what it is told is also told to the span of the call, and every stage becomes a span below it. */
export const spanned = (observer: CallObserver): CallObserver => ({
  answered: (method, outcome, durationMs) => {
    trace.getActiveSpan()?.setAttribute('tokenserver.outcome', outcome);
    observer.answered(method, outcome, durationMs);
  },
  decided: (method, decision) => {
    const { outcome, stage, errorCode } = decision;
    trace.getActiveSpan()?.setAttributes({
      ...(stage === undefined ? {} : { 'tokenserver.refused_in': stage }),
      ...(errorCode === undefined ? {} : { 'tokenserver.error': errorCode }),
    });
    // A refusal is what the server is for; an error is not.
    if (outcome === 'undecided') trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR });
    observer.decided(method, decision);
  },
  judged: (stage, durationMs) => {
    record(`stage ${stage}`, { 'tokenserver.stage': stage }, durationMs);
    observer.judged(stage, durationMs);
  },
});

/** A span for each call to Google. What several requests share is a span of the request that came first. */
export const spannedCalls =
  (onCall: OnCall): OnCall =>
  (api, operation, outcome, durationMs) => {
    const attributes = { 'tokenserver.api': api, 'tokenserver.operation': operation, 'tokenserver.outcome': outcome };
    record(`${api}.${operation}`, attributes, durationMs, SpanKind.CLIENT);
    onCall(api, operation, outcome, durationMs);
  };

/** A span of something that ended just now. */
function record(name: string, attributes: Attributes, durationMs: number, kind = SpanKind.INTERNAL): void {
  const endTime = Date.now();
  const span = tracer().startSpan(name, { kind, attributes, startTime: endTime - durationMs });
  if (kind === SpanKind.CLIENT && attributes['tokenserver.outcome'] !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endTime);
}
