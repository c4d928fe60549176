import type { Appraisal, Peer } from '../../appraisal/index.js';

/** One call as a handler sees it. */
export interface ServiceCall {
  readonly method: string;
  readonly appraisal: Appraisal;
  readonly decisionId: string;
  /** Values of the metadata key `authorization`, as received. */
  readonly authorization: readonly string[];
  readonly peer: Peer;
  /** SHA-256 over the SubjectPublicKeyInfo of the certificate that this connection was shown: 32 bytes. */
  readonly serverSpkiSha256: Buffer;
  /** Aborted when the caller goes away or the call takes too long: it has its answer then, whatever the handler still says. */
  readonly signal: AbortSignal;
}

/**
 * How a handler ends. `refused` only says that a stage refused: the decision of the appraisal is what counts, also over an
 * `answer`. Errors are thrown, and leave the call undecided.
 */
export type Reply<T> =
  | { readonly kind: 'answer'; readonly outcome: 'passed' | 'released'; readonly message: T }
  | { readonly kind: 'refused' }
  | { readonly kind: 'settling'; readonly secondsLeft: number };

export const refused: Reply<never> = { kind: 'refused' };
export const answered = <T>(message: T): Reply<T> => ({ kind: 'answer', outcome: 'passed', message });
export const released = <T>(message: T): Reply<T> => ({ kind: 'answer', outcome: 'released', message });
