import { AppError } from '../../base/index.js';
import type { Cloud, StoredApproval } from '../../gcp/index.js';

/** The approval of a VM. @throws AppError CLOUD_NOT_FOUND where there is none, RECORD_MALFORMED, CLOUD_PERMISSION_MISSING */
export async function storedApproval(cloud: Pick<Cloud, 'records'>, instanceId: string): Promise<StoredApproval> {
  const stored = await cloud.records.load(instanceId);
  if (stored.kind === 'found') return stored.value;
  if (stored.kind === 'absent') throw noApproval(instanceId);
  throw new AppError('CLOUD_PERMISSION_MISSING', `approvals cannot be read: your account needs ${stored.permission} on your own project`);
}

export const noApproval = (instanceId: string): AppError =>
  new AppError('CLOUD_NOT_FOUND', `there is no approval of VM ${instanceId}; list shows all`);
