import { auditKey } from '../facts/index.js';
import { canonicalDigest } from '../record/index.js';
import type { Inspection } from './inspect.js';
import type { Review } from './review.js';

/**
 * What was shown of the VM, in parts, as canonical values: two readings of a VM that nobody touched give the same parts.
 * The span of the log reading is left out, since each reading ends later; its entries are in.
 */
function partsOf(inspection: Inspection): Readonly<Record<string, unknown>> {
  const { history, instance, projectMetadata, zoneMetadata, ...rest } = inspection;
  const { metadata, ...machine } = instance;
  return {
    ...rest,
    instance: machine,
    'instance metadata': withNulls(metadata),
    'project metadata': withNulls(projectMetadata),
    'zone metadata': withNulls(zoneMetadata),
    'audit history': { complete: history.complete, entries: history.entries.toSorted((a, b) => (auditKey(a) < auditKey(b) ? -1 : 1)) },
  };
}

/** A key without a value is not the same as no key. */
const withNulls = (metadata: ReadonlyMap<string, string | undefined>): ReadonlyMap<string, string | null> =>
  new Map([...metadata].map(([key, value]) => [key, value ?? null]));

/** Names of the parts in which two readings of a VM differ; empty when the VM is still what was shown. */
export function changedParts(shown: Inspection, now: Inspection): readonly string[] {
  const [before, after] = [partsOf(shown), partsOf(now)];
  return Object.keys(before).filter((name) => canonicalDigest(before[name]) !== canonicalDigest(after[name]));
}

/**
 * Base64 SHA-256 over what the person saw: the VM, the policy, names, kinds and sizes of the secrets, the findings, and when
 * it was approved. The last makes each approval its own: releases are counted by this digest.
 */
export const approvalDigest = ({ inspection, record, secrets, findings }: Review, approvedAt: Date): string =>
  canonicalDigest({
    vm: partsOf(inspection),
    policy: { ...record, secrets: [], history_checked_until: '', approval_digest: '', approved_at: approvedAt },
    secrets,
    findings,
  });
