import { X509Certificate } from 'node:crypto';
import { type Check, pass, refuse, skip } from '../../base/index.js';
import type { ProvisioningRecord } from '../../record/index.js';
import type { TpmEvidence } from '../evidence.js';
import { instanceInfoIn } from '../instance-info.js';
import { spkiDerOfPem } from '../tpm-keys.js';

/**
 * Where Google gives certificates of the vTPM's keys, they must be of the keys beside them, in the record and in what Compute says now, and
 * must not name another VM. Most VMs have none. Who signed them is not judged: Compute is believed about the keys with or without them.
 */
export const keyCertificatesFit: Check<TpmEvidence> = {
  id: 'key-certificates-fit',
  question: 'Are the certificates of the vTPM, where there are any, of its keys and of this VM?',
  reason: 'KEY_CERTIFICATE_MISMATCH',
  remedy: 'ask Alice to approve the VM again: certificates and keys of its vTPM do not belong together',
  healedBy: 'alice',
  comparesWith: [
    ...['ek_encryption_cert', 'ek_encryption_key', 'ak_signing_cert', 'ak_signing_key'],
    ...['instanceid', 'client_project', 'project_number', 'client_zone', 'live:instances.getShieldedInstanceIdentity'],
  ],
  judge: ({ record, shieldedIdentity: live }) => {
    const pairs = [
      ['endorsement certificate of the record', record.ek_encryption_cert, record.ek_encryption_key],
      ['attestation certificate of the record', record.ak_signing_cert, record.ak_signing_key],
      ['endorsement certificate that Compute gives', live.ekCertificatePem, live.ekPublicPem],
      ['attestation certificate that Compute gives', live.akCertificatePem, live.akPublicPem],
    ] as const;
    const given = pairs.filter(([, certificate]) => certificate !== '');
    if (given.length === 0) return skip('there is no certificate of a key');
    const problems = given.flatMap(([name, certificate, key]) => {
      const problem = problemOf(certificate, key, record);
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    return problems.length === 0 ? pass : refuse(problems.join('; '));
  },
};

function problemOf(pem: string, key: string, record: ProvisioningRecord): string | undefined {
  let certificate: X509Certificate;
  let spki: Buffer;
  try {
    certificate = new X509Certificate(pem);
    spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  } catch {
    return 'it does not parse';
  }
  if (spkiDerOfPem(key)?.equals(spki) !== true) return 'it is of another key';
  const info = instanceInfoIn(certificate.raw);
  if (info === undefined) return undefined;
  if (info === 'malformed') return 'what it says of its VM does not parse';
  const expected = [record.instanceid, record.client_project, record.project_number, record.client_zone].join(' ');
  const named = [info.instanceId, info.projectId, info.projectNumber, info.zone].join(' ');
  return named === expected ? undefined : `it names VM ${named}, expected ${expected}`;
}
