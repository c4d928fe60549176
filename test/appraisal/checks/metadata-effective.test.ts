import { metadataEffective } from '../../../src/appraisal/checks/metadata-effective.js';
import { checkTable } from '../check-table.js';
import { evidence, instance } from '../evidence-fixture.js';

const effective = (name: string, value: boolean | string): ReturnType<typeof instance> =>
  instance({
    effectiveMetadata: new Map<string, boolean | string>([
      ['blockProjectSshKeysMetadataValue', true],
      [name, value],
    ]),
  });

checkTable(metadataEffective, [
  ['what is on comes from the VM itself', evidence(), 'pass'],
  [
    'OS Login is on, but the VM does not say so',
    evidence({ instance: effective('enableOsloginMetadataValue', true) }),
    { reason: 'METADATA_EFFECTIVE', detail: /enableOslogin/ },
  ],
  [
    'a container declaration from somewhere',
    evidence({ instance: effective('gceContainerDeclarationMetadataValue', true) }),
    { reason: 'METADATA_EFFECTIVE' },
  ],
  ['an unknown switch is on', evidence({ instance: effective('enableNewThingMetadataValue', true) }), { reason: 'METADATA_EFFECTIVE' }],
  [
    'a switch whose name only contains that of an approved one',
    evidence({ instance: effective('blockProjectMetadataValueSshKeys', true) }),
    { reason: 'METADATA_EFFECTIVE' },
  ],
  ['off is off', evidence({ instance: effective('serialPortEnableMetadataValue', false) }), 'pass'],
]);
