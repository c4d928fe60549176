import { invalid } from './problem.js';

/**
 * What a fault can be set on and whose calls are counted: the services, and beside Firestore's calls its TCP connections.
 * A Firestore that runs outside this process is reached through its connections only: there the faults of `firestore` hit
 * these too, as `firestore-faults.ts` says, and its calls are not counted.
 */
export const apis = ['compute', 'logging', 'metadata', 'jwks', 'firestore', 'firestoreConnections', 'secretManager', 'kms', 'iam'] as const;
export type Api = (typeof apis)[number];

/**
 * How a service misbehaves.
 * `error`: an HTTP status, or the gRPC status that Google pairs with it. `hang`: no answer. `delay`: the right answer, late.
 * `forbidden`: 403 / PERMISSION_DENIED. `truncate`: the answer breaks off in the middle (gRPC: the message does). `wrong-type`: well
 * formed, but every value is of another type than it should be (gRPC: bytes that are another message). `stale`: the answer is as it was
 * when the fault was set (an HTTP service repeats the last answer it gave to that caller for that URL, and answers
 * freshly where there was none; Firestore does so for each document that BatchGetDocuments asks for).
 * `incomplete`: Firestore's BatchGetDocuments tells nothing of the documents whose name contains this text, and ends well.
 */
export type Fault =
  | { readonly kind: 'error'; readonly status: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'wrong-type' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'incomplete'; readonly document: string };

/** The names of them all. */
export const faultKinds = [
  'error',
  'hang',
  'delay',
  'forbidden',
  'truncate',
  'wrong-type',
  'stale',
  'incomplete',
] as const satisfies readonly Fault['kind'][];

export interface ActiveFault {
  readonly fault: Fault;
  readonly setAt: Date;
}

interface FaultRule extends ActiveFault {
  readonly api: Api;
  readonly match: RegExp | undefined;
  timesLeft: number;
}

/** Faults set by a test or a person, and which request they hit. The rule set last wins. */
export class Faults {
  readonly #now: () => Date;
  #rules: FaultRule[] = [];

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * From now on, requests of `api` whose path matches fail like this; `times` bounds how often, absent means until cleared.
   * @throws Problem 400 for a fault that this service cannot have
   */
  set(api: Api, fault: Fault, match?: RegExp, times = Number.POSITIVE_INFINITY): void {
    if (fault.kind === 'incomplete' && api !== 'firestore') throw invalid('only the reads of firestore can be incomplete');
    this.#rules.unshift({ api, fault, match, timesLeft: times, setAt: this.#now() });
  }

  /** Ends all faults, or those of one service. */
  clear(api?: Api): void {
    this.#rules = api === undefined ? [] : this.#rules.filter((rule) => rule.api !== api);
  }

  /**
   * The fault that hits a request with this path, if any; counts as one of its times. The path is the HTTP path without
   * the query, or `/package.Service/Method` for gRPC, or the empty string for a new TCP connection.
   */
  take(api: Api, path: string): ActiveFault | undefined {
    const rule = this.#rules.find(
      (each) => each.api === api && each.timesLeft > 0 && (each.match === undefined || path.search(each.match) >= 0),
    );
    if (rule === undefined) return undefined;
    rule.timesLeft--;
    return rule;
  }
}
