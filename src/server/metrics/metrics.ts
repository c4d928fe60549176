import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReleaseDecision, StageName } from '../../appraisal/index.js';

/** What the handlers tell while they work. Names are those of methods, stages, outcomes and reasons: never of a caller. */
export interface CallObserver {
  /** A call was answered. @param method path of the gRPC method @param outcome of the decision, or the reason of an error. */
  answered(method: string, outcome: string, durationMs: number): void;
  decided(method: string, decision: ReleaseDecision): void;
  /** A stage was judged; the time holds what was read for it. */
  judged(stage: StageName, durationMs: number): void;
}

/** Numbers that are asked for when somebody looks. */
export interface LiveNumbers {
  readonly connections: () => number;
  readonly ready: () => boolean;
  readonly auditReadsWaiting: () => number;
  /** Documents of sessions in memory; 0 where they are in Firestore. */
  readonly sessionDocuments: () => number;
}

const seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/**
 * The server's numbers for Prometheus. Labels have a fixed set of values, all out of our own code: methods, stages, outcomes, reasons of
 * the checks, APIs. Nothing that a caller chose becomes a label.
 */
export class Metrics implements CallObserver {
  readonly #registry = new Registry();
  readonly #calls = new Histogram({
    name: 'tokenserver_call_duration_seconds',
    help: 'Answered calls by method and outcome',
    labelNames: ['method', 'outcome'],
    buckets: seconds,
    registers: [this.#registry],
  });
  readonly #decisions = new Counter({
    name: 'tokenserver_decisions_total',
    help: 'Decisions by method, outcome and reason: of the first check that refused, or of the error',
    labelNames: ['method', 'outcome', 'reason'],
    registers: [this.#registry],
  });
  readonly #stages = new Histogram({
    name: 'tokenserver_stage_duration_seconds',
    help: 'Time of a stage, with what was read for it',
    labelNames: ['stage'],
    buckets: seconds,
    registers: [this.#registry],
  });
  readonly #cloudCalls = new Histogram({
    name: 'tokenserver_cloud_call_duration_seconds',
    help: 'Calls to Google by API, operation and outcome (ok, or an error code)',
    labelNames: ['api', 'operation', 'outcome'],
    buckets: seconds,
    registers: [this.#registry],
  });

  readonly #limited = new Counter({
    name: 'tokenserver_limited_total',
    help: 'Calls that a limit stopped, by limit',
    labelNames: ['limit'],
    registers: [this.#registry],
  });
  readonly #connectionsRefused = new Counter({
    name: 'tokenserver_connections_refused_total',
    help: 'Connections that were refused, by reason',
    labelNames: ['why'],
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  answered(method: string, outcome: string, durationMs: number): void {
    this.#calls.observe({ method: shortName(method), outcome }, durationMs / 1000);
  }

  decided(method: string, { outcome, findings, errorCode }: ReleaseDecision): void {
    const reason = findings.find((finding) => finding.outcome === 'refused')?.reason ?? errorCode ?? '';
    this.#decisions.inc({ method: shortName(method), outcome, reason });
  }

  judged(stage: StageName, durationMs: number): void {
    this.#stages.observe({ stage }, durationMs / 1000);
  }

  called(api: string, operation: string, outcome: string, durationMs: number): void {
    this.#cloudCalls.observe({ api, operation, outcome }, durationMs / 1000);
  }

  /** A limit stopped a call. @param limit one of our own names */
  limited(limit: string): void {
    this.#limited.inc({ limit });
  }

  /** A connection was refused. @param why one of our own words */
  connectionRefused(why: string): void {
    this.#connectionsRefused.inc({ why });
  }

  /** Shows numbers that others keep. Once. */
  show({ connections, ready, auditReadsWaiting, sessionDocuments }: LiveNumbers): void {
    this.#gauge('tokenserver_connections', 'Client connections that are open', connections);
    this.#gauge('tokenserver_ready', '1 when the server can release, as its health service says', () => Number(ready()));
    this.#gauge('tokenserver_audit_reads_waiting', 'Requests that wait for their turn to read an audit log', auditReadsWaiting);
    this.#gauge('tokenserver_session_documents', 'Documents of sessions in memory', sessionDocuments);
  }

  /** In the text format of Prometheus, and its content type. */
  async text(): Promise<{ readonly body: string; readonly contentType: string }> {
    return { body: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: (): void => {
        gauge.set(read());
      },
    });
  }
}

/** `/tokenservice.Verifier/MakeCredential` to `MakeCredential`. */
const shortName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
