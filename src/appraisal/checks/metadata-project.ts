import { type Check } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { judgeSharedMetadata } from '../shared-metadata.js';

/** Metadata of the project reaches every VM in it; a startup script or an SSH key there opens an otherwise perfect VM. */
export const metadataProject: Check<MachineEvidence> = {
  id: 'metadata-project',
  question: 'Is the metadata of the project free of keys that a guest acts on?',
  reason: 'PROJECT_METADATA',
  remedy: 'remove the named keys from the metadata of the project, and ask Alice to approve the VM again',
  healedBy: 'bob',
  comparesWith: ['constant:the list of acting keys', 'flag:metadataScope', 'live:projects.get'],
  judge: ({ projectMetadata, server }) => judgeSharedMetadata(projectMetadata, server.metadataScope),
};
