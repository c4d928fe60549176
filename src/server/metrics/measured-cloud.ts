import { isAppError } from '../../base/index.js';
import type { Cloud } from '../../gcp/index.js';

/** Told of each finished call. `outcome`: ok, or the code of the error. What it throws is dropped: a call has its own answer. */
export type OnCall = (api: string, operation: string, outcome: string, durationMs: number) => void;

/** The same cloud, with the time of each of its calls told. */
export const measuredCloud = (cloud: Cloud, onCall: OnCall): Cloud => ({
  ...cloud,
  tokens: measured('tokens', cloud.tokens, onCall),
  compute: measured('compute', cloud.compute, onCall),
  auditLog: measured('logging', cloud.auditLog, onCall),
  records: measured('records', cloud.records, onCall),
  state: measured('state', cloud.state, onCall),
  pending: measured('pending', cloud.pending, onCall),
  lastDecisions: measured('lastDecisions', cloud.lastDecisions, onCall),
  secretManager: measured('secretManager', cloud.secretManager, onCall),
  kms: measured('kms', cloud.kms, onCall),
});

/** A stand-in whose methods are those of `target`, called on it; what is no method is passed through. */
function measured<T extends object>(api: string, target: T, onCall: OnCall): T {
  return new Proxy(target, {
    get: (_, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]): unknown => {
        const startedAtMs = performance.now();
        const done = (outcome: string): void => {
          try {
            onCall(api, String(name), outcome, performance.now() - startedAtMs);
          } catch {
            // Nobody to tell: this is how calls are told.
          }
        };
        const result: unknown = Reflect.apply(member, target, args);
        const failed = (error: unknown): void => done(isAppError(error) ? error.code : 'INTERNAL');
        if (result instanceof Promise) void result.then(() => done('ok'), failed);
        return result;
      };
    },
  });
}
