import type { Api } from './faults.js';

const remembered = 10_000;

/** Which requests each service has seen, refused ones included. */
export class Calls {
  readonly #counts = new Map<Api, number>();
  readonly #paths = new Map<Api, string[]>();

  /** Notes one request. */
  note(api: Api, path: string): void {
    this.#counts.set(api, this.count(api) + 1);
    const paths = this.#paths.get(api) ?? [];
    if (paths.length < remembered) paths.push(path);
    this.#paths.set(api, paths);
  }

  /** How many requests has the service seen since the start or the last `reset()`? */
  count(api: Api): number {
    return this.#counts.get(api) ?? 0;
  }

  /** Their paths in order of arrival (`METHOD /path`, or `/package.Service/Method`); at most the first 10,000. */
  paths(api: Api): readonly string[] {
    return this.#paths.get(api) ?? [];
  }

  reset(): void {
    this.#counts.clear();
    this.#paths.clear();
  }
}
