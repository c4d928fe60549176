import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/** `enableOsloginMetadataValue` to `enable-oslogin`; compared without dashes and case, since the API drops both. */
const plain = (name: string): string =>
  name
    .replace(/MetadataValue$/, '')
    .replaceAll('-', '')
    .toLowerCase();

/**
 * What Compute itself says the guest sees after merging instance, zone and project. A cross-check of the three lists: a switch that is on
 * must come from the approved metadata of the VM. It covers only the switches that Compute reports.
 */
export const metadataEffective: Check<MachineEvidence> = {
  id: 'metadata-effective',
  question: "Does every switch that is on for the guest come from the VM's own metadata?",
  reason: 'METADATA_EFFECTIVE',
  remedy: 'remove the switch from the metadata of the project and the zone',
  healedBy: 'bob',
  comparesWith: ['approved_metadata', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const approved = new Set(Object.keys(record.approved_metadata).map(plain));
    const foreign = [...instance.effectiveMetadata].filter(([name, value]) => value === true && !approved.has(plain(name)));
    return passIf(foreign.length === 0, `on, but not by the VM's own metadata: ${foreign.map(([name]) => name).join(', ')}`);
  },
};
