import type { ApproveConfig } from './config.js';
import type { ReviewFinding } from './finding.js';
import type { Inspection } from './inspect.js';
import type { Since } from './previous.js';
import type { SecretSummary } from './secret-summary.js';
import type { ProvisioningRecord } from '../record/index.js';

/** All that a person is shown before the question, and all that the answer is bound to. */
export interface Review {
  readonly inspection: Inspection;
  readonly config: ApproveConfig;
  /** The record that a plain `y` would write, apart from who and when. */
  readonly record: ProvisioningRecord;
  readonly secrets: readonly SecretSummary[];
  readonly findings: readonly ReviewFinding[];
  /** What is new since the last approval of this VM; undefined where there is none of ours. */
  readonly since: Since | undefined;
}
