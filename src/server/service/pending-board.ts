import { messageOf, type Log } from '../../base/index.js';
import type { PendingCaller, PendingStore } from '../../gcp/index.js';
import { TokenBucket } from '../token-bucket.js';

export interface PendingBoardParts {
  readonly store: Pick<PendingStore, 'notePending' | 'sweepPending'>;
  /** `--clientProjects`: VMs of other projects are not noted. */
  readonly projects: readonly string[];
  readonly log: Log;
  readonly now: () => Date;
  readonly nowMs?: () => number;
}

interface Waiting {
  caller: PendingCaller | undefined;
  /** Since the last write. */
  calls: number;
  writtenAtMs: number;
}

interface Board {
  readonly project: string;
  readonly waiting: Map<string, Waiting>;
  readonly writes: TokenBucket;
  loadedAtMs: number;
  isFull: boolean;
  busy: Promise<void> | undefined;
}

/** A VM that asked last this long ago no longer waits. */
const lifeMs = 24 * 3_600_000;
const maxPerProject = 100;
/** In no minute more than 30. */
const writeLimit = { perMinute: 20, capacity: 10 } as const;
/** One VM's document is written at most this often. */
const againMs = 60_000;
/** Other replicas add documents, and time takes some away: how often to look. */
const loadAgainMs = 5 * 60_000;

/**
 * Notes VMs that ask with a good identity token and have no record, so that Alice sees who waits for her. What a flood can do is
 * bounded for each project: 100 VMs, 30 writes a minute, one write at a time. Nobody waits for a write; one that fails is a line in
 * the log.
 */
export class PendingBoard {
  readonly #parts: PendingBoardParts;
  readonly #nowMs: () => number;
  readonly #boards: ReadonlyMap<string, Board>;

  constructor(parts: PendingBoardParts) {
    const nowMs = parts.nowMs ?? (() => performance.now());
    this.#parts = parts;
    this.#nowMs = nowMs;
    this.#boards = new Map(parts.projects.map((project) => [project, newBoard(project, nowMs)]));
  }

  /** To be called for callers whose token passed every check of the caller stage. */
  note(caller: PendingCaller): void {
    const board = this.#boards.get(caller.project);
    if (board === undefined) return;
    const waiting = board.waiting.get(caller.instanceId) ?? this.#place(board, caller.instanceId);
    if (waiting !== undefined) {
      waiting.caller = caller;
      waiting.calls++;
    }
    board.busy ??= this.#writeAll(board).finally(() => {
      board.busy = undefined;
    });
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#boards.values()].flatMap(({ busy }) => busy ?? []));
  }

  /** A place for a VM that is new here; before the store was looked at again there is some room, of which little may be left then. */
  #place(board: Board, instanceId: string): Waiting | undefined {
    const isStale = this.#isStale(board);
    if (board.waiting.size >= (isStale ? 2 : 1) * maxPerProject) {
      if (!isStale) this.#reportFull(board);
      return undefined;
    }
    const waiting = unwritten();
    board.waiting.set(instanceId, waiting);
    return waiting;
  }

  #isStale = ({ loadedAtMs }: Board): boolean => this.#nowMs() - loadedAtMs >= loadAgainMs;

  async #writeAll(board: Board): Promise<void> {
    try {
      if (this.#isStale(board) && !(await this.#load(board))) return;
      for (;;) {
        const due = this.#nextDue(board);
        if (due === undefined || !board.writes.take()) return;
        await this.#write(due);
      }
    } catch (error) {
      this.#parts.log.warn('pending.not-written', { project: board.project, error: messageOf(error) });
    }
  }

  /** What is in the store counts first; of the rest, as many as there is room for. */
  async #load(board: Board): Promise<boolean> {
    if (!board.writes.take()) return false;
    const stored = await this.#parts.store.sweepPending(board.project, this.#parts.now());
    const before = [...board.waiting];
    board.waiting.clear();
    for (const { instanceId } of stored.slice(0, maxPerProject)) board.waiting.set(instanceId, unwritten());
    for (const [instanceId, waiting] of before) {
      const isNew = waiting.calls > 0 && board.waiting.size < maxPerProject;
      if (board.waiting.has(instanceId) || isNew) board.waiting.set(instanceId, waiting);
    }
    board.loadedAtMs = this.#nowMs();
    board.isFull = false;
    return true;
  }

  /** Whoever was written longest ago; a new one first. */
  #nextDue({ waiting }: Board): Waiting | undefined {
    const nowMs = this.#nowMs();
    const due = [...waiting.values()].filter(({ calls, writtenAtMs }) => calls > 0 && nowMs - writtenAtMs >= againMs);
    return due.toSorted((a, b) => (a.writtenAtMs < b.writtenAtMs ? -1 : 1))[0];
  }

  async #write(waiting: Waiting): Promise<void> {
    const { caller, calls } = waiting;
    if (caller === undefined) return;
    const at = this.#parts.now();
    Object.assign(waiting, { calls: 0, writtenAtMs: this.#nowMs() });
    await this.#parts.store.notePending({ caller, calls, at, expiresAt: new Date(at.getTime() + lifeMs) });
  }

  #reportFull(board: Board): void {
    if (!board.isFull) this.#parts.log.warn('pending.full', { project: board.project, vms: maxPerProject });
    board.isFull = true;
  }
}

const unwritten = (): Waiting => ({ caller: undefined, calls: 0, writtenAtMs: -Infinity });

const newBoard = (project: string, nowMs: () => number): Board => ({
  project,
  waiting: new Map(),
  writes: new TokenBucket(writeLimit, nowMs),
  loadedAtMs: -Infinity,
  isFull: false,
  busy: undefined,
});
