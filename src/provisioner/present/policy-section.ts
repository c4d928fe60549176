import type { ProvisioningRecord } from '../../record/index.js';
import type { Review } from '../review.js';
import type { SecretSummary } from '../secret-summary.js';
import { field, wrapped } from './layout.js';
import { visible } from './visible.js';

/** What the record will demand of each release, in the order in which a person thinks of it. */
export function policySection({ record, config }: Review): readonly string[] {
  return [
    ...field('release policy', record.release_policy),
    ...pcrLines(record),
    ...field(
      'boot',
      `${record.boot_policy}${record.reset_count === undefined ? '' : `, reset counter ${record.reset_count}`}; restarts by the host: ${record.restart_policy}`,
    ),
    ...field('calls from', record.peer_address === 'any' ? 'any address' : record.peer_address),
    ...field('certificate', `serial number ${record.peer_serial_number}, fingerprint ${record.peer_certificate_sha256.join(' or ')}`),
    ...(record.signing_key_required ? field('signing key', 'must be certified') : []),
    ...(record.payload_command === undefined ? [] : field('payload', `starts ${visible(JSON.stringify(record.payload_command))}`)),
    ...(record.trusted_images.length === 0 ? [] : field('images', record.trusted_images.join(', '))),
    ...field('valid until', record.not_after.toISOString()),
    ...field('releases', config.maxReleases === undefined ? 'asked below' : String(config.maxReleases)),
    ...field('written to', `project ${config.firestoreProject}, ${config.collection}/${record.instanceid}`),
  ];
}

function pcrLines({ pcr_policy }: ProvisioningRecord): readonly string[] {
  if (pcr_policy === undefined) return field('PCRs', 'none');
  return Object.entries(pcr_policy).flatMap(([bank, indices]) =>
    Object.entries(indices ?? {}).flatMap(([index, values]) =>
      values.flatMap((value, i) => field(i === 0 ? `PCR ${index} ${bank}` : '  or', value)),
    ),
  );
}

/** Names, kinds and sizes. */
export const secretSection = (secrets: readonly SecretSummary[], record: ProvisioningRecord): readonly string[] => [
  ...(secrets.length === 0 ? field('secrets', 'none given') : []),
  ...secrets.flatMap(({ name, type, bytes }) => wrapped('  ', `${visible(name)}: ${type}, ${bytes} bytes`)),
  ...field(
    'stored',
    record.secrets_encryption.scheme === 'none'
      ? 'IN CLEAR TEXT'
      : `encrypted (${record.secrets_encryption.scheme}, key ${visible(record.secrets_encryption.key)})`,
  ),
];
