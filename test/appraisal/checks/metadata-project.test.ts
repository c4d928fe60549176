import { metadataProject } from '../../../src/appraisal/checks/metadata-project.js';
import { checkTable, type Row } from '../check-table.js';
import { evidence, server } from '../evidence-fixture.js';

/** https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys, and what COS and Confidential Space read. */
const acting = [
  'startup-script',
  'startup-script-url',
  'shutdown-script',
  'ssh-keys',
  'sshKeys',
  'user-data',
  'user-data-encoding',
  'gce-container-declaration',
  'enable-oslogin',
  'enable-osconfig',
  'osconfig-log-level',
  'enable-guest-attributes',
  'serial-port-enable',
  'cos-update-strategy',
  'google-logging-enabled',
  'VmDnsSetting',
  'kube-env',
  'tee-image-reference',
];

checkTable(metadataProject, [
  ['no key that a guest acts on', evidence({ projectMetadata: new Map([['team', 'blue']]) }), 'pass'],
  ...acting.map((key): Row<ReturnType<typeof evidence>> => [
    key,
    evidence({
      projectMetadata: new Map([
        ['team', 'blue'],
        [key, 'x'],
      ]),
    }),
    { reason: 'PROJECT_METADATA', healedBy: 'bob', detail: new RegExp(key) },
  ]),
  ['a key without a value', evidence({ projectMetadata: new Map([['ssh-keys', undefined]]) }), { reason: 'PROJECT_METADATA' }],
  [
    'any key under the strict scope',
    evidence({ projectMetadata: new Map([['team', 'blue']]), server: server({ metadataScope: 'strict' }) }),
    { reason: 'PROJECT_METADATA' },
  ],
  ['no key under the strict scope', evidence({ projectMetadata: new Map(), server: server({ metadataScope: 'strict' }) }), 'pass'],
]);
