import { type Check, pass, refuse } from '../../base/index.js';
import type { TpmArrival } from '../evidence.js';

/** The keys of the vTPM as Compute names them now, asked for by instance id. */
export const shieldedIdentityReadable: Check<TpmArrival> = {
  id: 'shielded-identity-readable',
  question: 'Could the identity of the vTPM be read from Compute?',
  reason: 'PERMISSION_MISSING',
  remedy: "grant the roles that Bob's terraform gives to Alice's service account, and keep the VM with its vTPM",
  healedBy: 'bob',
  comparesWith: ['instanceid', 'live:instances.getShieldedInstanceIdentity'],
  judge: ({ shieldedIdentity }) => {
    if (shieldedIdentity.kind === 'found') return pass;
    if (shieldedIdentity.kind === 'forbidden') return refuse(`not granted: ${shieldedIdentity.permission}`);
    return refuse('the VM or its vTPM identity does not exist', { reason: 'INSTANCE_GONE', healedBy: 'nobody' });
  },
};
