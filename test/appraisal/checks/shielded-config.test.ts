import { shieldedConfig } from '../../../src/appraisal/checks/shielded-config.js';
import { checkTable } from '../check-table.js';
import { evidence, instance } from '../evidence-fixture.js';

const options = { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true };

checkTable(shieldedConfig, [
  ['the approved options', evidence(), 'pass'],
  [
    'no Secure Boot',
    evidence({ instance: instance({ shielded: { ...options, enableSecureBoot: false } }) }),
    { reason: 'SHIELDED_CONFIG', detail: /enableSecureBoot/ },
  ],
  [
    'no vTPM',
    evidence({ instance: instance({ shielded: { ...options, enableVtpm: false } }) }),
    { reason: 'SHIELDED_CONFIG', detail: /enableVtpm/ },
  ],
  [
    'no integrity monitoring',
    evidence({ instance: instance({ shielded: { ...options, enableIntegrityMonitoring: false } }) }),
    { reason: 'SHIELDED_CONFIG' },
  ],
  ['no options at all', evidence({ instance: instance({ shielded: undefined }) }), { reason: 'SHIELDED_CONFIG' }],
  [
    'own Secure Boot keys on the second disk',
    evidence({
      instance: instance({ disks: [...instance().disks, ...instance().disks.map((one) => ({ ...one, hasOwnSecureBootKeys: true }))] }),
    }),
    { reason: 'SHIELDED_CONFIG', detail: /own Secure Boot keys/ },
  ],
  [
    'own Secure Boot keys',
    evidence({ instance: instance({ disks: instance().disks.map((one) => ({ ...one, hasOwnSecureBootKeys: true })) }) }),
    { reason: 'SHIELDED_CONFIG', detail: /own Secure Boot keys/ },
  ],
]);
