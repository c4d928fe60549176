import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { digestsOf } from '../metadata-digests.js';

/** SHA-256 over the bytes of user-data as they are, never trimmed. */
export const initScriptHash: Check<MachineEvidence> = {
  id: 'init-script-hash',
  question: 'Is the init script the approved one, byte for byte?',
  reason: 'INIT_SCRIPT_CHANGED',
  remedy: 'make a VM with the approved user-data, or ask Alice to approve this one',
  healedBy: 'bob',
  comparesWith: ['init_script_hash', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const hash = digestsOf(instance.metadata).get('user-data');
    if (hash === undefined) return refuse('no metadata key user-data');
    return passIf(hash === record.init_script_hash, `hash is ${hash}, expected ${record.init_script_hash}`);
  },
};
