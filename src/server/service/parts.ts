import type { Log } from '../../base/index.js';
import type { ServerPolicy } from '../../appraisal/index.js';
import type { Cloud } from '../../gcp/index.js';
import type { SessionStore } from '../attestation/session-store.js';
import type { HistoryReader } from '../evidence/history.js';
import type { MachineReader } from '../evidence/machine.js';
import type { ReleaseLedger } from '../evidence/release-ledger.js';
import type { CallLimits } from './limits.js';
import type { PendingBoard } from './pending-board.js';
import type { SecretOpener } from './secrets.js';

/** What the six calls work with. Made once, by main. */
export interface ServiceParts {
  readonly cloud: Pick<Cloud, 'tokens' | 'records' | 'state'>;
  readonly policy: ServerPolicy;
  /** `--useTPM` */
  readonly useTpm: boolean;
  readonly limits: CallLimits;
  readonly sessions: SessionStore;
  readonly ledger: ReleaseLedger;
  readonly machine: MachineReader;
  readonly history: HistoryReader;
  readonly pending: PendingBoard;
  readonly secrets: SecretOpener;
  readonly log: Log;
  readonly now: () => Date;
  /** How long a session lives. */
  readonly sessionLifeSeconds: number;
}
