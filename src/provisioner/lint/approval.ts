import type { AuditRead } from '../../facts/index.js';
import { fail, warn, type ReviewFinding } from '../finding.js';
import type { ApproveConfig } from '../config.js';
import { liveAddress } from '../draft.js';
import type { Inspection } from '../inspect.js';

type Rule = readonly [applies: boolean, finding: ReviewFinding];

/** What the approval itself leaves open. */
export function lintApproval({ instance, history }: Inspection, config: ApproveConfig): readonly ReviewFinding[] {
  const rules = [
    ...secretRules(config),
    ...policyRules(config),
    ...imageRules(instance.metadata.get('user-data') ?? '', config),
    ...peerRules(config, liveAddress(instance) ?? 'any'),
    ...historyRules(history),
  ];
  return rules.flatMap(([applies, finding]) => (applies ? [finding] : []));
}

function secretRules({ secretsFile, secretsKeyset, secretsKmsKey, acceptClearSecrets }: ApproveConfig): readonly Rule[] {
  if (secretsFile === undefined)
    return [[true, warn('secrets', 'no secrets are given: this is a look, not an approval', 'give --secretsFile')]];
  const clear = 'the secrets are stored in clear text: whoever can read the database can read them, and nothing ties them to this policy';
  const unencrypted = secretsKeyset === undefined && secretsKmsKey === undefined;
  return [
    [
      unencrypted && !acceptClearSecrets,
      fail('secrets-clear', clear, 'give --secretsKeyset or --secretsKmsKey, or say --acceptClearSecrets', true),
    ],
    [unencrypted && acceptClearSecrets, warn('secrets-clear', clear, 'give --secretsKeyset or --secretsKmsKey')],
  ];
}

const policyRules = (config: ApproveConfig): readonly Rule[] => [
  [
    config.releasePolicy === 'identity',
    warn(
      'release-policy',
      'no TPM attestation: an identity token of the VM is enough',
      'use --releasePolicy attested where the client is ours',
    ),
  ],
  [
    config.releasePolicy === 'observe',
    warn(
      'release-policy',
      'observe: nothing is released under this approval',
      'approve again with --releasePolicy attested when the baseline is known',
    ),
  ],
  [
    config.maxReleases === 'unlimited',
    warn('max-releases', 'the number of releases is unlimited', 'give a number: each restart of the client needs one'),
  ],
];

/** A digest says which image runs, not what is in it; the pinned script names whatever Bob built. */
function imageRules(script: string, { trustedImages }: ApproveConfig): readonly Rule[] {
  const images = [...new Set(script.match(/[^\s"']+@sha256:[0-9a-f]{64}/g) ?? [])];
  const what = `no --trustedImage is given: nothing says that you know what is in ${images.join(', ')}`;
  const remedy = 'compare with the digest of the image that you built or checked, and give it as --trustedImage';
  return [[trustedImages.length === 0 && images.length > 0, warn('container-image', what, remedy)]];
}

const peerRules = (config: ApproveConfig, live: string): readonly Rule[] => [
  [
    config.peerAddress === undefined,
    warn(
      'peer-address',
      `--peerAddress is not given: ${live} is taken from the VM as it is now`,
      'behind a NAT give the address that the server will see',
    ),
  ],
  [config.peerAddress === 'any', warn('peer-address', 'calls are accepted from any address', 'give --peerAddress')],
  [
    config.peerSerialNumber === 'any',
    warn('peer-serial', 'a client certificate with any serial number is accepted', 'give --peerSerialNumber (npm run certs prints it)'),
  ],
  [
    config.peerCertificateSha256.length === 0,
    warn(
      'peer-certificate',
      config.peerSerialNumber === 'any'
        ? 'the client certificate is not pinned: every certificate of your CA will do'
        : 'the client certificate is not pinned: another one with the same serial number will do',
      'give --peerCertificateSha256 (npm run certs prints it)',
    ),
  ],
];

function historyRules({ entries }: AuditRead): readonly Rule[] {
  const failed = entries.filter((entry) => entry.statusCode !== undefined && entry.statusCode !== 0);
  const methods = [...new Set(failed.map((entry) => entry.methodName))].join(', ');
  return [
    [failed.length > 0, warn('failed-calls', `${failed.length} failed calls in the history: ${methods}`, 'ask who tried what, and why')],
  ];
}
