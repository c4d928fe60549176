import { AppError } from '../base/index.js';
import type { RecordStore } from '../gcp/index.js';
import { canonicalDigest, parseRecord, type ProvisioningRecord, type SecretEntry } from '../record/index.js';
import { acceptable } from './assess.js';
import { recordFor } from './draft.js';
import type { ReviewFinding } from './finding.js';
import type { Inspection } from './inspect.js';
import { anchorEntries } from './judge.js';
import type { Review } from './review.js';
import { documentPath, sealSecrets, unsealed, type Storage } from './secrets.js';
import { approvalDigest, changedParts } from './snapshot.js';

export interface Acceptance {
  readonly review: Review;
  /** FAILs that were accepted now; those that were accepted before are in the review. */
  readonly waived: readonly ReviewFinding[];
  readonly maxReleases: number | 'unlimited';
  readonly approvedBy: string;
  readonly approvedAt: Date;
  /** Canonical digest of the stored document that the person saw being replaced; undefined where there was none. */
  readonly over: string | undefined;
}

export type Enrolled =
  | { readonly kind: 'written'; readonly record: ProvisioningRecord }
  /** The VM is not any more what was shown; nothing was written. */
  | { readonly kind: 'changed'; readonly parts: readonly string[] };

export interface EnrolParts {
  /** Reads the VM again. */
  readonly inspectAgain: () => Promise<Inspection>;
  readonly records: Pick<RecordStore, 'replace' | 'load'>;
  readonly storage: Storage;
  readonly entries: readonly SecretEntry[];
}

/**
 * Writes the approval: reads the VM again after the answer, and only if it is to the byte what the person saw, builds the
 * record, seals the secrets to it, writes it, reads it back and compares.
 * @throws AppError RECORD_MALFORMED when the record breaks its own schema (nothing is written), INTERNAL when what was read
 * back is not what was written, CLOUD_ALREADY_EXISTS when another person approved this VM meanwhile, and what the cloud throws
 */
export async function enrol(acceptance: Acceptance, parts: EnrolParts): Promise<Enrolled> {
  const { review } = acceptance;
  const now = await parts.inspectAgain();
  const changed = changedParts(review.inspection, now);
  if (changed.length > 0) return { kind: 'changed', parts: changed };
  const record = await recordToWrite(acceptance, now, parts);
  await parts.records.replace(record, { over: acceptance.over, by: record.approved_by, at: record.approved_at });
  const stored = await parts.records.load(record.instanceid);
  if (stored.kind !== 'found' || canonicalDigest(stored.value.record) !== canonicalDigest(record)) {
    throw new AppError('INTERNAL', 'the approval was written, but what was read back is not the same; run revoke, then approve again');
  }
  return { kind: 'written', record };
}

async function recordToWrite(acceptance: Acceptance, now: Inspection, { storage, entries }: EnrolParts): Promise<ProvisioningRecord> {
  const { review, approvedBy, approvedAt, maxReleases } = acceptance;
  const waived = [...acceptance.waived, ...review.findings.filter((finding) => finding.acceptedBefore === true)];
  const { history, waivers } = acceptable(now);
  const decisions = {
    approvedBy,
    approvedAt,
    maxReleases,
    approvedHistory: waived.length === 0 ? anchorEntries(now) : history,
    waivedFindings: waived.length === 0 ? [] : [...new Set([...waived.map((finding) => finding.id), ...waivers])],
    approvalDigest: approvalDigest(review, approvedAt),
    secrets: unsealed(entries),
    secretsEncryption: storage.encryption,
  };
  const promised = recordFor(now, review.config, decisions);
  const secrets = await sealSecrets(entries, promised, documentPath(review.config.collection, promised.instanceid), storage.box);
  return parseRecord({ ...promised, secrets });
}
