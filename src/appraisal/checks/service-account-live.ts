import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/** The service account that the VM has now. A token fetched before a change would still name the old one. */
export const serviceAccountLive: Check<MachineEvidence> = {
  id: 'service-account-live',
  question: 'Is the approved service account, and no other, attached to the VM now?',
  reason: 'SERVICE_ACCOUNT_CHANGED',
  remedy: 'attach the approved service account, or ask Alice to approve the VM again',
  healedBy: 'bob',
  comparesWith: ['service_account_name', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const emails = instance.serviceAccounts.map((account) => account.email);
    return passIf(
      emails.length === 1 && emails[0] === record.service_account_name,
      `service accounts ${emails.join(', ') || 'none'}, expected ${record.service_account_name}`,
    );
  },
};
