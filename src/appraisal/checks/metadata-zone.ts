import { type Check } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { judgeSharedMetadata } from '../shared-metadata.js';

/** Metadata of the zone (instanceSettings) reaches every VM in it and leaves no trace in the VM or its audit log. */
export const metadataZone: Check<MachineEvidence> = {
  id: 'metadata-zone',
  question: 'Is the metadata of the zone free of keys that a guest acts on?',
  reason: 'ZONE_METADATA',
  remedy: 'remove the named keys from the metadata of the zone, and ask Alice to approve the VM again',
  healedBy: 'bob',
  comparesWith: ['constant:the list of acting keys', 'flag:metadataScope', 'live:instanceSettings.get'],
  judge: ({ zoneMetadata, server }) => judgeSharedMetadata(zoneMetadata, server.metadataScope),
};
