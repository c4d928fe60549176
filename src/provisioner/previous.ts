import type { AuditEntry } from '../facts/index.js';
import type { Cloud } from '../gcp/index.js';
import { canonicalDigest, kindOfDocument, secretAssociatedData, type ProvisioningRecord } from '../record/index.js';
import { changesBetween, type Change } from './changes.js';
import type { ApproveConfig } from './config.js';
import type { ReviewFinding } from './finding.js';
import { boxFor, documentPath } from './secrets.js';

/** The approval that a new one would replace. */
export interface Previous {
  /** Canonical digest of the stored document. */
  readonly digest: string;
  readonly who: string;
  /** Undefined for a document that is none of ours, or that does not parse. */
  readonly record: ProvisioningRecord | undefined;
  readonly revoked: boolean;
  /**
   * Is it what was written? Its secrets open under its own policy, which nobody can change without the key. Only then is
   * anything taken from it.
   */
  readonly genuine: boolean;
}

/** What stands in the database for this VM; undefined where nothing does. */
export async function loadPrevious(
  cloud: Pick<Cloud, 'records' | 'kms'>,
  config: ApproveConfig,
  instanceId: string,
): Promise<Previous | undefined> {
  const document = await cloud.records.loadRaw(instanceId);
  if (document === undefined) return undefined;
  const [by, at] = [document['approved_by'], document['approved_at']];
  const who = typeof by === 'string' && at instanceof Date ? `by ${by} at ${at.toISOString()}` : 'written by another version';
  const stored = kindOfDocument(document) === 'ours' ? await cloud.records.load(instanceId).catch(() => undefined) : undefined;
  const approval = stored?.kind === 'found' ? stored.value : undefined;
  return {
    digest: canonicalDigest(document),
    who,
    record: approval?.record,
    revoked: approval?.revocation !== undefined,
    genuine: approval !== undefined && (await isGenuine(cloud, config, approval.record)),
  };
}

async function isGenuine(cloud: Pick<Cloud, 'kms'>, config: ApproveConfig, record: ProvisioningRecord): Promise<boolean> {
  const [secret] = record.secrets;
  if (secret === undefined || record.secrets_encryption.scheme === 'none') return false;
  try {
    const box = await boxFor(record.secrets_encryption, config.secretsKeyset, cloud.kms);
    const associatedData = secretAssociatedData(record, documentPath(config.collection, record.instanceid), secret.Name);
    (await box.open(secret.Data, associatedData)).fill(0);
    return true;
  } catch {
    return false;
  }
}

/** What is new since then. */
export interface Since {
  readonly previous: Previous;
  readonly changes: readonly Change[];
  /** Audit entries after the last that the earlier approval saw. */
  readonly entries: readonly AuditEntry[];
  /** May what was accepted then be taken as accepted? */
  readonly trusted: boolean;
}

export function sincePrevious(
  previous: Previous,
  record: ProvisioningRecord,
  history: readonly AuditEntry[],
  releasesAsked: boolean,
): Since | undefined {
  if (previous.record === undefined) return undefined;
  const until = Date.parse(previous.record.history_checked_until);
  const changes = changesBetween(previous.record, record).filter(({ field }) => !(releasesAsked && field === 'max_releases'));
  const entries = history.filter(({ timestamp }) => !(Date.parse(timestamp) <= until));
  return { previous, changes, entries, trusted: previous.genuine && !previous.revoked };
}

/**
 * A FAIL that a person accepted then, on a VM that is still the same, is not asked about again: it is a WARN that says so.
 * Nothing is taken over from an approval that was revoked, or that is not known to be what was written.
 * @param passed ids of the server's checks that pass under the earlier approval
 */
export function acceptedBefore(
  findings: readonly ReviewFinding[],
  since: Since | undefined,
  passed: ReadonlySet<string>,
): readonly ReviewFinding[] {
  const record = since?.previous.record;
  if (since === undefined || record === undefined || !since.trusted) return findings;
  const isSameVm = !since.changes.some(({ field, part }) => part === 'vm' || field.startsWith('trusted_images'));
  return findings.map((finding): ReviewFinding => {
    if (finding.grade !== 'FAIL' || !finding.waivable || !record.waived_findings.includes(finding.id)) return finding;
    if (!isSameVm || (finding.ofServer === true && !passed.has(finding.id))) return finding;
    return { ...finding, grade: 'WARN', what: `accepted before, ${since.previous.who}: ${finding.what}`, acceptedBefore: true };
  });
}
