import type { MachineEvidence } from '../../../src/appraisal/evidence.js';
import type { Check } from '../../../src/base/index.js';
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

/** Tests a check of metadata that reaches every VM of a zone or of a project: the same keys are refused at both levels, with `reason`. */
export function checkSharedMetadata(check: Check<MachineEvidence>, level: 'zoneMetadata' | 'projectMetadata', reason: string): void {
  const withMetadata = (...entries: readonly (readonly [key: string, value: string | undefined])[]) => ({ [level]: new Map(entries) });
  const strict = { server: server({ metadataScope: 'strict' }) };
  checkTable<MachineEvidence>(check, [
    ['no key that a guest acts on', evidence(withMetadata(['team', 'blue'])), 'pass'],
    ...acting.map((key): Row<MachineEvidence> => [
      key,
      evidence(withMetadata(['team', 'blue'], [key, 'x'])),
      { reason, healedBy: 'bob', detail: new RegExp(key) },
    ]),
    ['a key without a value', evidence(withMetadata(['ssh-keys', undefined])), { reason }],
    ['any key under the strict scope', evidence({ ...withMetadata(['team', 'blue']), ...strict }), { reason }],
    ['no key under the strict scope', evidence({ ...withMetadata(), ...strict }), 'pass'],
  ]);
}
