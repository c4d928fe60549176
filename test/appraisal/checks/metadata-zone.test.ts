import { metadataZone } from '../../../src/appraisal/checks/metadata-zone.js';
import { checkSharedMetadata } from '../support/shared-metadata-table.js';

checkSharedMetadata(metadataZone, 'zoneMetadata', 'ZONE_METADATA');
