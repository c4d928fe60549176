import { akIsRestricted } from '../../../src/appraisal/checks/ak-is-restricted.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, keyVector } from '../evidence-fixture.js';

const junk = Buffer.from('00010203', 'hex');
const withAk = (akPublic: Buffer): ReturnType<typeof evidence> => evidence({ attestation: attestation({ akPublic }) });

checkTable(akIsRestricted, [
  ['a restricted key of a TPM', evidence(), 'pass'],
  ['the key of Google', withAk(b64(keyVector('gce_ak_ecc').tpmt_public_b64)), 'pass'],
  [
    'an unrestricted signing key of the same TPM',
    withAk(b64(keyVector('usign_rsa').tpmt_public_b64)),
    { reason: 'AK_NOT_RESTRICTED', detail: /attributes/ },
  ],
  ['an endorsement key', withAk(b64(keyVector('ek_rsa').tpmt_public_b64)), { reason: 'AK_NOT_RESTRICTED' }],
  ['bytes that do not decode', withAk(junk), { reason: 'AK_NOT_RESTRICTED' }],
]);
