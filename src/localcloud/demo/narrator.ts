/** Prints the story as it happens, with the seconds since its beginning. */
export class Narrator {
  readonly #startedAt = process.hrtime.bigint();
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get seconds(): number {
    return Number(process.hrtime.bigint() - this.#startedAt) / 1e9;
  }

  act(title: string): void {
    this.#print(`\n[${this.seconds.toFixed(1).padStart(5)} s] ${title}`);
  }

  /** A line that a program printed, under the name of who sees it. */
  shows(who: string, line: string): void {
    this.#print(`    ${who} | ${line}`);
  }

  /** @throws Error when what the story says did not happen. */
  check(condition: boolean, what: string): void {
    if (!condition) throw new Error(`this did not happen: ${what}`);
    this.#print(`          ✓ ${what}`);
  }
}
