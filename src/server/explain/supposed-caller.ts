import { recordStage, type CallerEvidence, type ServerPolicy } from '../../appraisal/index.js';
import type { InstanceFacts } from '../../facts/index.js';
import type { ProvisioningRecord } from '../../record/index.js';

/**
 * The evidence of a caller that nobody is: what the metadata server of this VM would put into a token now, told from Compute's
 * description. The project's number, which that does not name, is taken from the record.
 */
export function supposedCaller(
  server: ServerPolicy,
  nowSeconds: number,
  record: ProvisioningRecord | undefined,
  instance: InstanceFacts | undefined,
): CallerEvidence {
  const email = instance?.serviceAccounts[0]?.email ?? '';
  const caller = {
    projectId: record?.client_project ?? '',
    projectNumber: record?.project_number ?? '',
    zone: instance?.zone ?? '',
    instanceId: instance?.id ?? '',
    instanceName: instance?.name ?? '',
    createdAtSeconds: instance?.createdAtSeconds ?? 0,
    confidentiality: instance === undefined || instance.confidentialType === 'NONE' ? 0 : 1,
  };
  const claims = {
    issuer: 'https://accounts.google.com',
    audience: server.audience,
    subject: '',
    email,
    emailVerified: true,
    issuedAtSeconds: nowSeconds,
    expiresAtSeconds: nowSeconds + 3600,
    instance: caller,
  };
  return { purpose: 'release', nowSeconds, server, claims, caller };
}

/** The record stage without what is compared with a token: for a VM that cannot be read, so that no claims can be supposed. */
export const withoutCaller: typeof recordStage = {
  ...recordStage,
  checks: recordStage.checks.filter(({ id }) => id === 'record-current' || id === 'release-allowed'),
};
