import { AppError } from '../../base/index.js';
import type { Cloud } from '../../gcp/index.js';
import type { ExtendConfig, RevokeConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import type { Program } from '../program.js';
import { storedApproval } from './stored.js';

/** `revoke`: ends an approval; every TokenServer refuses from its next request on. */
export async function revoke({ instanceId, why, approvedBy }: RevokeConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const { approval_digest: approvalDigest } = (await storedApproval(cloud, instanceId)).record;
  await cloud.records.revoke(instanceId, { approvalDigest, why, by: approvedBy ?? program.userName, at: program.now() });
  program.complain(`revoked: the approval ${approvalDigest} of ${instanceId}; no server releases under it any more`);
  program.complain('what was released before cannot be called back: change those secrets where they are used');
  program.result({ outcome: 'revoked', instanceId, approvalDigest });
  return exitCodes.done;
}

/**
 * `extend`: lets an approval end later, also one that has ended. The approval itself is not touched: the new end stands beside
 * it. @throws AppError CONFIG_INVALID for an end that is not later, or an approval that was revoked
 */
export async function extend({ instanceId, notAfter, approvedBy }: ExtendConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const { record, revocation } = await storedApproval(cloud, instanceId);
  if (revocation !== undefined)
    throw new AppError('CONFIG_INVALID', `the approval of ${instanceId} was revoked by ${revocation.by}; approve the VM anew`);
  if (notAfter.getTime() <= record.not_after.getTime())
    throw new AppError('CONFIG_INVALID', `--notAfter is not later than ${record.not_after.toISOString()}; to end an approval, revoke it`);
  const approvalDigest = record.approval_digest;
  await cloud.records.extend(instanceId, { approvalDigest, notAfter, by: approvedBy ?? program.userName, at: program.now() });
  program.complain(`extended: the approval of ${instanceId} holds until ${notAfter.toISOString()}, not ${record.not_after.toISOString()}`);
  program.result({ outcome: 'extended', instanceId, approvalDigest, from: record.not_after, until: notAfter });
  return exitCodes.done;
}
