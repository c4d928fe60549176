import { auditKey, type AuditEntry } from '../facts/index.js';
import type { ProvisioningRecord } from '../record/index.js';
import { isHostEvent, isInsert } from './audit-methods.js';

/**
 * The entries that took or may have taken effect on this VM and that Alice did not approve.
 *
 * An entry is approved by log name, timestamp, insertId and method together. One call can write two entries that share an
 * operation id (first and last), and the last may arrive after the review. That second half is approved without being
 * listed for the insert of the VM only: its operation id is taken from a listed insert entry of the same read.
 * The second half of any other approved call counts as a change: the reviewer never saw how it ended.
 */
export function unapprovedEntries(entries: readonly AuditEntry[], record: ProvisioningRecord): readonly AuditEntry[] {
  const approved = new Set(
    record.approved_history.map((entry) =>
      keyOf({ logName: entry.log_name, timestamp: entry.timestamp, insertId: entry.insert_id }, entry.method),
    ),
  );
  const isApproved = (entry: AuditEntry): boolean => approved.has(keyOf(entry, entry.methodName));
  const insertOperations = new Set(
    entries.filter((entry) => isInsert(entry.methodName) && isApproved(entry)).flatMap((entry) => entry.operation?.id ?? []),
  );
  const isSecondHalfOfInsert = (entry: AuditEntry): boolean =>
    isInsert(entry.methodName) && entry.operation?.last === true && insertOperations.has(entry.operation.id);
  const isAllowedHostEvent = (entry: AuditEntry): boolean => record.restart_policy === 'allow' && isHostEvent(entry);
  return entries.filter(
    (entry) =>
      !failed(entry) && concerns(entry, record) && !isApproved(entry) && !isSecondHalfOfInsert(entry) && !isAllowedHostEvent(entry),
  );
}

const keyOf = (entry: Pick<AuditEntry, 'logName' | 'timestamp' | 'insertId'>, method: string): string => `${auditKey(entry)} ${method}`;

const failed = (entry: AuditEntry): boolean => entry.statusCode !== undefined && entry.statusCode !== 0;

/**
 * Is the entry about this VM? Reads are shared between the VMs of a project, so entries of other VMs and of their disks
 * come along. Only an entry that names another VM or disk by id is another's; whatever does not say is ours.
 */
function concerns(entry: AuditEntry, record: ProvisioningRecord): boolean {
  const { instance_id: instanceId, disk_id: diskId } = entry.resourceLabels;
  if (entry.resourceType === 'gce_instance' && isId(instanceId)) return instanceId === record.instanceid;
  if (entry.resourceType === 'gce_disk' && isId(diskId)) return diskId === record.boot_disk_id || record.approved_disk_ids.includes(diskId);
  return true;
}

const isId = (text: string | undefined): text is string => text !== undefined && /^\d{1,20}$/.test(text);
