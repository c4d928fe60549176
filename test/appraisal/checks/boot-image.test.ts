import { bootImage } from '../../../src/appraisal/checks/boot-image.js';
import { checkTable } from '../check-table.js';
import { disk, evidence } from '../evidence-fixture.js';

checkTable(bootImage, [
  ['the approved image', evidence(), 'pass'],
  ['another image of the same name', evidence({ bootDisk: disk({ sourceImageId: '9' }) }), { reason: 'BOOT_IMAGE' }],
  ['no image', evidence({ bootDisk: disk({ sourceImageId: undefined }) }), { reason: 'BOOT_IMAGE' }],
]);
