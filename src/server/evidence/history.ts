import { AppError } from '../../base/index.js';
import { found, type AuditRead, type Lookup } from '../../facts/index.js';
import type { AuditLogReader } from '../../gcp/index.js';
import type { ProvisioningRecord } from '../../record/index.js';
import { TokenBucket } from '../token-bucket.js';

interface Waiting {
  readonly instanceId: string;
  readonly diskIds: readonly string[];
  readonly from: string;
  readonly resolve: (answer: Lookup<AuditRead>) => void;
  readonly reject: (error: unknown) => void;
  readonly deadlineMs: number;
}

interface PageTurn {
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface HistoryReaderSettings {
  /** Of this process. A fraction will do: 2.5 are five in two minutes. */
  readonly readsPerMinute: number;
  readonly now?: () => Date;
  readonly nowMs?: () => number;
}

/** A filter longer than Cloud Logging takes would be refused; this many ids fit. */
const maxInstancesPerRead = 500;
/** Projects of which it is known when they were served. One that is forgotten counts as new. */
const maxRemembered = 10_000;
const readTimeoutMs = 30_000;
const maxWaitMs = 30_000;
/** Entries are stamped by their writers: the read begins this much before the last one that Alice saw. */
const overlapMs = 3_600_000;

/**
 * Reads what happened to VMs since Alice looked. Requests for one project that wait together become one read, one of each project at a time; projects
 * take turns, page by page, first whoever was served longest ago; reads stay below the quota of Cloud Logging. A read begins after the request that it answers.
 */
export class HistoryReader {
  readonly #log: AuditLogReader;
  readonly #bucket: TokenBucket;
  readonly #now: () => Date;
  readonly #nowMs: () => number;
  /** By project, in the order in which they came into the line. */
  readonly #queues = new Map<string, Waiting[]>();
  /** Projects that were served, the one of longest ago first. It outlives their place in the line. */
  readonly #served = new Set<string>();
  /** Projects of which a read is under way: the entries of one are in memory at a time. */
  readonly #reading = new Set<string>();
  /** Reads that are under way and wait for the turn of their next page, by project. Each of these has a queue, if an empty one. */
  readonly #pages = new Map<string, PageTurn[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: AuditLogReader, { readsPerMinute, now = () => new Date(), nowMs = () => performance.now() }: HistoryReaderSettings) {
    this.#log = log;
    this.#now = now;
    this.#nowMs = nowMs;
    this.#bucket = new TokenBucket({ perMinute: readsPerMinute, capacity: Math.max(1, Math.floor(readsPerMinute / 5)) }, nowMs);
  }

  /** @throws AppError CLOUD_UNAVAILABLE also when the turn of this request did not come in time. */
  async read(record: ProvisioningRecord): Promise<Lookup<AuditRead>> {
    const checkedUntil = Date.parse(record.history_checked_until);
    if (Number.isNaN(checkedUntil)) throw new AppError('RECORD_MALFORMED', 'stored record: history_checked_until is no instant');
    const from = new Date(checkedUntil - overlapMs).toISOString();
    return await new Promise((resolve, reject) => {
      const queue = this.#queueOf(record.client_project);
      const deadlineMs = this.#nowMs() + maxWaitMs;
      queue.push({ instanceId: record.instanceid, diskIds: record.approved_disk_ids, from, resolve, reject, deadlineMs });
      // Requests of the same moment come together into one read.
      this.#timer ??= setTimeout(() => this.#serve(), 0);
    });
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Gives up all requests that wait. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const queue of this.#queues.values()) for (const waiting of queue) waiting.reject(tooLate());
    this.#queues.clear();
    for (const turns of this.#pages.values()) for (const turn of turns) turn.reject(tooLate());
    this.#pages.clear();
  }

  /** The queue of a project, which comes into the line if it was not there. */
  #queueOf(project: string): Waiting[] {
    const queue = this.#queues.get(project) ?? [];
    this.#queues.set(project, queue);
    return queue;
  }

  /** Resolves when it is this project's turn for one more page. */
  #pageTurn(project: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queueOf(project);
      this.#pages.set(project, [...(this.#pages.get(project) ?? []), { resolve, reject, deadlineMs: this.#nowMs() + maxWaitMs }]);
      this.#timer ??= setTimeout(() => this.#serve(), 0);
    });
  }

  #serve(): void {
    this.#timer = undefined;
    this.#dropLate();
    for (;;) {
      const next = this.#nextProject();
      if (next === undefined) return;
      const waitMs = this.#bucket.waitMs();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#serve(), waitMs);
        return;
      }
      this.#bucket.take();
      this.#serveProject(next, this.#queues.get(next) ?? []);
    }
  }

  /** Who was never served, in the order in which they came; else whoever was served longest ago. */
  #nextProject(): string | undefined {
    for (const project of this.#queues.keys()) if (!this.#served.has(project) && this.#hasTurn(project)) return project;
    for (const project of this.#served) if (this.#queues.has(project) && this.#hasTurn(project)) return project;
    return undefined;
  }

  /** One read of a project is under way at a time; who asks meanwhile is in the next one. */
  #hasTurn(project: string): boolean {
    return this.#pages.has(project) || !this.#reading.has(project);
  }

  #noteServed(project: string): void {
    this.#served.delete(project);
    this.#served.add(project);
    if (this.#served.size <= maxRemembered) return;
    const [oldest] = this.#served;
    if (oldest !== undefined) this.#served.delete(oldest);
  }

  /** One read for one project: the next page of a read under way, or a new read for all that wait. */
  #serveProject(project: string, queue: Waiting[]): void {
    const [page, ...otherPages] = this.#pages.get(project) ?? [];
    if (otherPages.length > 0) this.#pages.set(project, otherPages);
    else this.#pages.delete(project);
    const batch = page === undefined ? queue.splice(0, maxInstancesPerRead) : [];
    this.#noteServed(project);
    if (queue.length === 0 && otherPages.length === 0) this.#queues.delete(project);
    if (page !== undefined) page.resolve();
    else if (batch.length > 0) void this.#readBatch(project, batch);
  }

  async #readBatch(project: string, batch: readonly Waiting[]): Promise<void> {
    this.#reading.add(project);
    try {
      const answer = await this.#log.read({
        project,
        instanceIds: [...new Set(batch.map(({ instanceId }) => instanceId))],
        diskIds: [...new Set(batch.flatMap(({ diskIds }) => diskIds))],
        from: batch.map(({ from }) => from).reduce((a, b) => (a < b ? a : b)),
        until: this.#now().toISOString(),
        signal: AbortSignal.timeout(readTimeoutMs),
        beforePage: () => this.#pageTurn(project),
      });
      for (const { resolve, from } of batch) resolve(answer.kind === 'found' ? found(startingAt(answer.value, from)) : answer);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#reading.delete(project);
      this.#timer ??= setTimeout(() => this.#serve(), 0);
    }
  }

  #dropLate(): void {
    const nowMs = this.#nowMs();
    for (const [project, turns] of this.#pages) {
      const kept = turns.filter((turn) => turn.deadlineMs > nowMs);
      for (const turn of turns) if (turn.deadlineMs <= nowMs) turn.reject(tooLate());
      if (kept.length > 0) this.#pages.set(project, kept);
      else this.#pages.delete(project);
    }
    for (const [project, queue] of this.#queues) {
      const kept = queue.filter((waiting) => waiting.deadlineMs > nowMs);
      for (const waiting of queue) if (waiting.deadlineMs <= nowMs) waiting.reject(tooLate());
      if (kept.length > 0 || this.#pages.has(project)) this.#queues.set(project, kept);
      else this.#queues.delete(project);
    }
  }
}

const tooLate = (): AppError => new AppError('CLOUD_UNAVAILABLE', 'too many audit log reads wait for their turn');

/** What one request asked for, out of a read that began earlier for another one. Entries without a legible time are kept. */
function startingAt(read: AuditRead, from: string): AuditRead {
  const fromMs = Date.parse(from);
  return { ...read, from, entries: read.entries.filter(({ timestamp }) => !(Date.parse(timestamp) < fromMs)) };
}
