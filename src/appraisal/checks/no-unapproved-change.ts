import { type Check, pass, refuse } from '../../base/index.js';
import type { HistoryEvidence } from '../evidence.js';
import { changeReason, isReadOnly } from '../audit-methods.js';
import { unapprovedEntries } from '../history.js';

/**
 * Every mutating call on the VM, its disks, or the metadata of its project or zone, through any API version, that the person who approved
 * did not see. Failed calls changed nothing; a call of which the log does not say counts as one that took effect.
 */
export const noUnapprovedChange: Check<HistoryEvidence> = {
  id: 'no-unapproved-change',
  question: 'Did nobody change the VM, its disks or shared metadata since Alice looked?',
  reason: 'MACHINE_CHANGED',
  remedy: 'make a new VM, or ask Alice to review the change and approve again; changed instance metadata cannot be approved',
  healedBy: 'alice',
  comparesWith: ['approved_history', 'approved_disk_ids', 'instanceid', 'restart_policy', 'live:entries.list'],
  judge: ({ history, record }) => {
    const changes = unapprovedEntries(history.entries, record).filter((entry) => !isReadOnly(entry.methodName));
    const [first] = changes;
    if (first === undefined) return pass;
    const metadata = changes.find((entry) => changeReason(entry.methodName) === 'METADATA_CHANGED');
    const shown = changes.slice(0, 10).map((entry) => `${entry.methodName} by ${entry.principalEmail} at ${entry.timestamp}`);
    const detail = `${changes.length} changes: ${shown.join('; ')}`;
    if (metadata !== undefined) return refuse(detail, { reason: 'METADATA_CHANGED', healedBy: 'nobody' });
    return refuse(detail, { reason: changeReason(first.methodName) });
  },
};
