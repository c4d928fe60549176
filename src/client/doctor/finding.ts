import { isAppError, messageOf } from '../../base/index.js';

/** What one look at this machine, the cloud or the server found. Public values only: never a token or a key. */
export interface DoctorFinding {
  readonly check: string;
  readonly outcome: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly detail: string;
  readonly remedy?: string;
}

export const ok = (check: string, detail: string): DoctorFinding => ({ check, outcome: 'ok', detail });
export const warn = (check: string, detail: string, remedy: string): DoctorFinding => ({ check, outcome: 'warn', detail, remedy });
export const fault = (check: string, detail: string, remedy: string): DoctorFinding => ({ check, outcome: 'fail', detail, remedy });
export const skipped = (check: string, detail: string): DoctorFinding => ({ check, outcome: 'skipped', detail });

/** A look that threw. The text of an error that is not ours is not repeated. */
export const broken = (check: string, error: unknown, remedy: string): DoctorFinding =>
  fault(check, isAppError(error) ? messageOf(error) : 'it failed in a way that this program does not know', remedy);
