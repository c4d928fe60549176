import type { AuditEntry } from '../facts/index.js';
import type { ProvisioningRecord, StoredSecret } from '../record/index.js';
import type { ApproveConfig } from './config.js';
import { recordFor, type Decisions } from './draft.js';
import type { Inspection } from './inspect.js';
import { anchorEntries, gradeFindings, isForeignInsert, isMetadataChange, judge } from './judge.js';
import { lintApproval } from './lint/approval.js';
import { lintBootImage } from './lint/boot-image.js';
import { lintMachine } from './lint/machine.js';
import { lintInstanceMetadata } from './lint/metadata.js';
import { lintReadable } from './lint/readable.js';
import { lintScript } from './lint/script/index.js';
import { lintTpmIdentity } from './lint/tpm-identity.js';
import { acceptedBefore, sincePrevious, type Previous } from './previous.js';
import type { Review } from './review.js';
import type { SecretSummary } from './secret-summary.js';
import type { Storage } from './secrets.js';

export interface AssessParts {
  readonly secrets: readonly StoredSecret[];
  readonly summaries: readonly SecretSummary[];
  readonly encryption: Storage['encryption'];
  readonly approvedBy: string;
  readonly now: Date;
  readonly previous?: Previous | undefined;
}

/** What Alice accepts when she accepts all that can be accepted: every call but a change of metadata, every unknown member. */
export const acceptable = (inspection: Inspection): { readonly history: readonly AuditEntry[]; readonly waivers: readonly string[] } => ({
  history: inspection.history.entries.filter((entry) => !isMetadataChange(entry) && !isForeignInsert(entry, inspection.instance.id)),
  waivers: inspection.instance.unknownMembers.map((member) => `instance-member:${member}`),
});

/** Judges a VM: by the server's own checks under the record that would be written, and by rules for what only a review can see. */
export function assess(inspection: Inspection, config: ApproveConfig, parts: AssessParts): Review {
  const decisions: Decisions = {
    approvedBy: parts.approvedBy,
    approvedAt: parts.now,
    maxReleases: config.maxReleases ?? 1,
    approvedHistory: anchorEntries(inspection),
    waivedFindings: [],
    approvalDigest: '',
    secrets: parts.secrets,
    secretsEncryption: parts.encryption,
  };
  const record = recordFor(inspection, config, decisions);
  const { history, waivers } = acceptable(inspection);
  const accepting = recordFor(inspection, config, { ...decisions, approvedHistory: history, waivedFindings: waivers });
  const findings = [
    ...gradeFindings(judge(inspection, record, parts.now), judge(inspection, accepting, parts.now)),
    ...lintBootImage(inspection, config.trustedBootImages),
    ...lintScript(inspection.instance.metadata.get('user-data') ?? '', config.trustedImages),
    ...lintInstanceMetadata(inspection.instance.metadata),
    ...lintMachine(inspection),
    ...lintTpmIdentity(inspection),
    ...lintReadable(inspection),
    ...lintApproval(inspection, config),
  ];
  const since =
    parts.previous === undefined
      ? undefined
      : sincePrevious(parts.previous, record, inspection.history.entries, config.maxReleases === undefined);
  const graded = acceptedBefore(findings, since, passedUnder(since?.previous.record, inspection, parts.now));
  return { inspection, config, record, secrets: parts.summaries, findings: graded, since };
}

function passedUnder(record: ProvisioningRecord | undefined, inspection: Inspection, now: Date): ReadonlySet<string> {
  if (record === undefined) return new Set();
  return new Set(judge(inspection, record, now).flatMap(({ check, outcome }) => (outcome === 'passed' ? [check] : [])));
}
