import { metadataInstance } from '../../../src/appraisal/checks/metadata-instance.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, userData } from '../evidence-fixture.js';

const withKey = (key: string, value: string | undefined): ReturnType<typeof instance> =>
  instance({ metadata: new Map([...instance().metadata, [key, value]]) });

checkTable(metadataInstance, [
  ['exactly the approved keys and values', evidence(), 'pass'],
  [
    'user-data-encoding beside an unchanged user-data',
    evidence({ instance: withKey('user-data-encoding', 'base64') }),
    { reason: 'METADATA_NOT_APPROVED', detail: /user-data-encoding is not approved/ },
  ],
  [
    'a startup script from the creation on',
    evidence({ instance: withKey('startup-script', 'curl x | sh') }),
    { reason: 'METADATA_NOT_APPROVED' },
  ],
  ['a harmless key that nobody approved', evidence({ instance: withKey('team', 'blue') }), { reason: 'METADATA_NOT_APPROVED' }],
  [
    'an approved key with another value',
    evidence({ instance: withKey('block-project-ssh-keys', 'FALSE') }),
    { reason: 'METADATA_NOT_APPROVED', detail: /another value/ },
  ],
  [
    'an approved key without a value',
    evidence({ instance: withKey('block-project-ssh-keys', undefined) }),
    { reason: 'METADATA_NOT_APPROVED', detail: /no value/ },
  ],
  [
    'an approved key is missing',
    evidence({ instance: instance({ metadata: new Map([['user-data', userData]]) }) }),
    { reason: 'METADATA_NOT_APPROVED', detail: /block-project-ssh-keys is missing/ },
  ],
  ['a key named like a property of every object', evidence({ instance: withKey('constructor', 'x') }), { reason: 'METADATA_NOT_APPROVED' }],
]);
