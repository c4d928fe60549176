import type { FoundDocuments } from './firestore-rpc.js';

/** Of one request: Firestore has no limit of its own, but an answer must not grow without bound. */
const maxDocuments = 100;
/** While so many requests are under way, what is asked for meanwhile goes together into the next one. */
const maxUnderWay = 8;

interface Asked {
  readonly names: readonly string[];
  readonly resolve: (found: FoundDocuments) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one request of the reads that are asked for in the same turn of the event loop, and, when the far side is slow or
 * many ask, of all that came meanwhile. A request never begins before the reads that it answers, so nothing is stale. Reads of
 * one request fail together: they ask the same database, as the same account.
 */
export class DocumentReads {
  readonly #batchGet: (names: readonly string[]) => Promise<FoundDocuments>;
  #waiting: Asked[] = [];
  #underWay = 0;
  #turnComes = false;

  constructor(batchGet: (names: readonly string[]) => Promise<FoundDocuments>) {
    this.#batchGet = batchGet;
  }

  /** These documents and perhaps others; undefined for one that is not there. */
  read(names: readonly string[]): Promise<FoundDocuments> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ names, resolve, reject });
      this.#beginSoon();
    });
  }

  #beginSoon(): void {
    if (this.#turnComes) return;
    this.#turnComes = true;
    setImmediate(() => this.#begin());
  }

  #begin(): void {
    this.#turnComes = false;
    while (this.#waiting.length > 0 && this.#underWay < maxUnderWay) void this.#request(this.#nextBatch());
  }

  /** As many as fit; one that asks for more than fit goes alone. */
  #nextBatch(): readonly Asked[] {
    let documents = 0;
    const end = this.#waiting.findIndex((asked, i) => (documents += asked.names.length) > maxDocuments && i > 0);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #request(batch: readonly Asked[]): Promise<void> {
    this.#underWay++;
    try {
      const found = await this.#batchGet([...new Set(batch.flatMap(({ names }) => names))]);
      for (const { resolve } of batch) resolve(found);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#underWay--;
      if (this.#waiting.length > 0) this.#beginSoon();
    }
  }
}
