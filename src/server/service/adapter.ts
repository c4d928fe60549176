import { randomUUID } from 'node:crypto';
import { status, type handleUnaryCall, type sendUnaryData, type ServerUnaryCall, type ServiceDefinition } from '@grpc/grpc-js';
import { AppError, isAppError, messageOf, type Log } from '../../base/index.js';
import { Appraisal, publicRefusal, type ReleaseDecision, type StageName } from '../../appraisal/index.js';
import { refusalMetadata, type Refusal } from '../../wire/index.js';
import type { CallObserver } from '../metrics/metrics.js';
import { inCallSpan } from '../metrics/spans.js';
import type { DecisionJournal } from './decisions.js';
import type { CallLimits } from './limits.js';
import type { Connection } from './peer.js';
import type { Reply, ServiceCall } from './reply.js';
import { answerToError, errorText, refusalStatus } from './status.js';

export interface AdapterParts {
  readonly log: Log;
  readonly limits: CallLimits;
  readonly journal: DecisionJournal;
  readonly observer: CallObserver;
  /** Of the open connection with this far end (`address:port`). @throws AppError CANCELLED when it is gone */
  readonly connectionOf: (peer: string) => Connection;
  readonly nowMs?: () => number;
  /** A call is answered after this time at the latest; what still runs of it is told to stop and can count no release. */
  readonly timeoutMs?: number;
}

type Handler<Request, Response> = (call: ServiceCall, request: Request) => Promise<Reply<Response>>;

/** As much of a method's definition as the adapter needs. */
interface Method<Request> {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => Request;
}

/** What goes back to the caller. */
type Ending<Response> =
  | { readonly kind: 'message'; readonly message: Response; readonly outcome: string }
  | { readonly kind: 'status'; readonly text: string; readonly refusal: Refusal; readonly outcome: string };

const defaultTimeoutMs = 60_000;

/**
 * The methods of a service with requests left as bytes, so that bytes that do not decode are answered by the adapter
 * (grpc-js itself would call them an internal error).
 */
export function withRawRequests(definition: ServiceDefinition): ServiceDefinition {
  const entries = Object.entries(definition).map(([name, method]) => [name, { ...method, requestDeserialize: (bytes: Buffer) => bytes }]);
  return Object.fromEntries(entries) as ServiceDefinition;
}

/**
 * Makes a gRPC handler of an async function. It answers exactly once whatever the function does: a rejected promise, and
 * even a failure to answer, ends here. One log line per call; never a message body.
 */
export function unary<Request, Response>(
  method: Method<Request>,
  parts: AdapterParts,
  handler: Handler<Request, Response>,
): handleUnaryCall<Buffer, Response> {
  return (call, callback) => {
    const startedAtMs = performance.now();
    const decisionId = randomUUID();
    inCallSpan(method.path, decisionId, async () => {
      const ending = await serve(method, parts, handler, call, decisionId).catch((error: unknown) => endingOfError(error, decisionId));
      answer(callback, ending);
      parts.observer.answered(method.path, ending.outcome, performance.now() - startedAtMs);
      parts.log.info('call', {
        method: method.path,
        peer: call.getPeer(),
        decisionId: ending.kind === 'status' ? ending.refusal.decisionId : decisionId,
        durationMs: Math.round(performance.now() - startedAtMs),
        outcome: ending.outcome,
      });
    }).catch((error: unknown) => parts.log.error('call.unanswered', { method: method.path, decisionId, error: messageOf(error) }));
  };
}

async function serve<Request, Response>(
  method: Method<Request>,
  parts: AdapterParts,
  handler: Handler<Request, Response>,
  call: ServerUnaryCall<Buffer, Response>,
  decisionId: string,
): Promise<Ending<Response>> {
  const appraisal = new Appraisal(decisionId, stopwatch(parts.observer));
  const aborter = new AbortController();
  const giveUp = (why: string): void => aborter.abort(new AppError('CANCELLED', why));
  const timer = setTimeout(() => giveUp('the call took too long'), parts.timeoutMs ?? defaultTimeoutMs);
  const left = (): void => giveUp('the caller went away');
  call.once('cancelled', left);
  try {
    const { peer, serverSpkiSha256 } = parts.connectionOf(call.getPeer());
    parts.limits.admitConnection(peer);
    const request = decode(method, call.request);
    const authorization = call.metadata.get('authorization').map(String);
    const serviceCall = { method: method.path, appraisal, decisionId, authorization, peer, serverSpkiSha256, signal: aborter.signal };
    const reply = await Promise.race([handler(serviceCall, request), whenAborted(aborter.signal)]);
    return conclude(parts, appraisal, decisionId, method.path, reply);
  } catch (error) {
    if (!isAppError(error, 'RATE_LIMITED')) note(parts, error, appraisal, method.path);
    return endingOfError(error, decisionId);
  } finally {
    clearTimeout(timer);
    // grpc-js calls every call cancelled that ended.
    call.removeListener('cancelled', left);
  }
}

/** Rejects with the reason of the abort: a handler that does not look at its signal keeps no caller waiting. */
const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });

/** Turns what the handler said into an answer. The decision of the appraisal stands above it. */
function conclude<Response>(
  { journal, log, observer }: AdapterParts,
  appraisal: Appraisal,
  decisionId: string,
  method: string,
  reply: Reply<Response>,
): Ending<Response> {
  if (reply.kind === 'settling') {
    log.debug('release.settling', { decisionId, secondsLeft: reply.secondsLeft });
    const refusal = { reason: 'SETTLING', decisionId, remedy: 'wait and ask again', healedBy: 'time' } as const;
    const text = 'waiting for late audit entries';
    return {
      kind: 'status',
      text,
      outcome: 'settling',
      refusal: { ...refusal, grpcCode: status.UNAVAILABLE, retryAfterSeconds: reply.secondsLeft },
    };
  }
  const decision = appraisal.decide(reply.kind === 'answer' ? reply.outcome : 'passed');
  observer.decided(method, decision);
  const loggedId = journal.record(decision, method);
  if (reply.kind === 'answer' && decision.outcome === reply.outcome)
    return { kind: 'message', message: reply.message, outcome: decision.outcome };
  return endingOfRefusal(decision, loggedId);
}

/** @param decisionId under which Alice finds the findings. */
function endingOfRefusal(decision: ReleaseDecision, decisionId: string): Ending<never> {
  const refusal = publicRefusal(decision);
  if (refusal === undefined) throw new AppError('INTERNAL', 'a handler refused, but no stage did');
  const { reason, remedy, healedBy } = refusal;
  return {
    kind: 'status',
    text: `refused: ${reason}: ${remedy} (decision ${decisionId})`,
    refusal: { grpcCode: refusalStatus(refusal), reason, remedy, healedBy, decisionId, retryAfterSeconds: undefined },
    outcome: 'refused',
  };
}

function endingOfError(error: unknown, decisionId: string): Ending<never> {
  const answer = answerToError(error);
  const { grpcCode, reason, remedy, healedBy, retryAfterSeconds } = answer;
  return {
    kind: 'status',
    text: `${errorText(error, answer)} (decision ${decisionId})`,
    refusal: { grpcCode, reason, remedy, healedBy, decisionId, retryAfterSeconds },
    outcome: reason,
  };
}

/** The text of an error goes to Alice's log, under the decision's id; the caller sees only its kind. */
function note({ journal, log, observer }: AdapterParts, error: unknown, appraisal: Appraisal, method: string): void {
  const decision = appraisal.undecided(error);
  observer.decided(method, decision);
  journal.record(decision, method);
  const expected = isAppError(error, 'BYTES_MALFORMED', 'STEP_OUT_OF_ORDER', 'CLOUD_UNAVAILABLE', 'CANCELLED');
  const fields = { decisionId: decision.decisionId, code: decision.errorCode, error: messageOf(error) };
  if (expected) log.warn('call.failed', fields);
  else log.error('call.failed', fields);
}

/** Tells the time between the stages of one call. */
function stopwatch(observer: CallObserver): (stage: StageName) => void {
  let sinceMs = performance.now();
  return (stage) => {
    const nowMs = performance.now();
    observer.judged(stage, nowMs - sinceMs);
    sinceMs = nowMs;
  };
}

function decode<Request>(method: Method<Request>, bytes: Buffer): Request {
  try {
    return method.requestDeserialize(bytes);
  } catch (cause) {
    throw new AppError('BYTES_MALFORMED', 'the request is not the protobuf message of this method', { cause });
  }
}

function answer<Response>(callback: sendUnaryData<Response>, ending: Ending<Response>): void {
  if (ending.kind === 'message') callback(null, ending.message);
  else callback({ code: ending.refusal.grpcCode, details: ending.text, metadata: refusalMetadata(ending.refusal, ending.text) });
}
