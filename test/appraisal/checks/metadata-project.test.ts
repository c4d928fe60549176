import { metadataProject } from '../../../src/appraisal/checks/metadata-project.js';
import { checkSharedMetadata } from '../support/shared-metadata-table.js';

checkSharedMetadata(metadataProject, 'projectMetadata', 'PROJECT_METADATA');
