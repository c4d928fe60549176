import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/**
 * Secure Boot, vTPM and integrity monitoring as approved. Own Secure Boot keys on a disk are refused always: with them the owner of the
 * image decides what Secure Boot means.
 */
export const shieldedConfig: Check<MachineEvidence> = {
  id: 'shielded-config',
  question: "Are the Shielded VM options as approved, with Google's own Secure Boot keys?",
  reason: 'SHIELDED_CONFIG',
  remedy: 'make a VM with the approved Shielded VM options from an image without own keys',
  healedBy: 'bob',
  comparesWith: ['shielded', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const { shielded, disks } = instance;
    if (shielded === undefined) return refuse('the VM has no Shielded VM options');
    if (disks.some((disk) => disk.hasOwnSecureBootKeys)) return refuse('a disk brings its own Secure Boot keys');
    const pairs = [
      ['enableSecureBoot', shielded.enableSecureBoot, record.shielded.enable_secure_boot],
      ['enableVtpm', shielded.enableVtpm, record.shielded.enable_vtpm],
      ['enableIntegrityMonitoring', shielded.enableIntegrityMonitoring, record.shielded.enable_integrity_monitoring],
    ] as const;
    const wrong = pairs.filter(([, live, approved]) => live !== approved);
    return passIf(wrong.length === 0, wrong.map(([name, live]) => `${name} is ${live}`).join(', '));
  },
};
