import { z } from 'zod';
import { AppError } from '../base/index.js';
import { payloadCommandSchema } from './payload-command.js';
import { pcrPolicySchema } from './pcr-policy.js';

const numericId = z.string().regex(/^[0-9]{1,20}$/);
const sha256Base64 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const shortText = z.string().max(1024);
const pem = z.string().max(8192);
const instant = z.date();

/** One secret as the record keeps it: `Data` is the value (scheme none) or its ciphertext. */
const storedSecretSchema = z.strictObject({
  Name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/),
  Type: z.enum(['RAW', 'TPM', 'TINK']),
  Data: z.instanceof(Uint8Array),
});

const networkSchema = z.strictObject({
  interfaces: z
    .array(
      z.strictObject({
        network: shortText,
        subnetwork: shortText,
        network_ip: shortText,
        nat_ips: z.array(shortText).max(8),
        stack_type: shortText,
      }),
    )
    .min(1)
    .max(8),
});

const shieldedSchema = z.strictObject({
  enable_secure_boot: z.boolean(),
  enable_vtpm: z.boolean(),
  enable_integrity_monitoring: z.boolean(),
});

const featuresSchema = z.strictObject({
  can_ip_forward: z.boolean(),
  display_device: z.boolean(),
  enable_nested_virtualization: z.boolean(),
  enable_uefi_networking: z.boolean(),
  guest_accelerator_count: z.number().int().min(0),
});

const approvedEntrySchema = z.strictObject({
  log_name: shortText,
  timestamp: shortText,
  insert_id: shortText,
  method: shortText,
});

/** The fields that the reference wrote, under the names that it gave them. */
const referenceFields = {
  description: shortText,
  /** Written false for the reference's sake, never read. */
  done: z.boolean(),
  /** Document id too. */
  instanceid: numericId,
  client_project: shortText.min(1),
  client_zone: shortText.min(1),
  service_account_name: shortText.min(1),
  ek_encryption_cert: pem,
  ak_signing_cert: pem,
  /** PEM SPKI of the endorsement key. */
  ek_encryption_key: pem.min(1),
  /** PEM SPKI of the attestation key that GCE names; the client may use another one under the same EK. */
  ak_signing_key: pem,
  /** Base64 SHA-256 of the raw bytes of metadata key user-data. */
  init_script_hash: sha256Base64,
  /** instanceFingerprint: GCE's optimistic-lock hash of the instance resource. */
  image_fingerprint: shortText.min(1),
  gcs_object: shortText,
  secrets: z.array(storedSecretSchema).max(64),
  provided_at: instant,
  /** An IP address in normal form, or `any`. */
  peer_address: shortText.min(1),
  /** Decimal serial number of the client certificate, or `any`. */
  peer_serial_number: z.string().regex(/^(?:any|[0-9]{1,60})$/),
  pcr: z.number().int().min(0).max(23),
  pcr_value: z.string().max(128),
};

/** What a release compares with, beyond the reference's fields. */
const ownFields = {
  schema_version: z.literal(1),
  release_policy: z.enum(['attested', 'identity', 'observe']),
  pcr_policy: pcrPolicySchema.optional(),
  boot_policy: z.enum(['any_boot', 'same_boot']),
  /** TPM reset counter of the approved boot; needed by same_boot. */
  reset_count: z.number().int().min(0).max(0xffffffff).optional(),
  boot_image_id: numericId,
  boot_disk_id: numericId,
  approved_disk_ids: z.array(numericId).min(1).max(128),
  network: networkSchema,
  shielded: shieldedSchema,
  confidential_type: z.enum(['NONE', 'SEV', 'SEV_SNP', 'TDX']),
  machine_features: featuresSchema,
  /** Base64 SHA-256 of the value of every metadata key at instance level. No other key may be there. */
  approved_metadata: z.record(z.string().max(128), sha256Base64),
  /** RFC 3339 instant as Compute gives it, and in seconds. */
  instance_created_at: shortText.min(1),
  instance_name: shortText.min(1),
  project_number: numericId,
  /** Lower-case hex SHA-256 of the client certificate (DER); or the single word `any`. */
  peer_certificate_sha256: z.union([z.array(sha256Hex).min(1).max(8), z.tuple([z.literal('any')])]),
  trusted_images: z.array(shortText).max(32),
  /** Every audit entry up to here was shown to the person who approved. RFC 3339. */
  history_checked_until: shortText.min(1),
  history_digest: sha256Base64,
  /** Entries that were shown: the insert is the anchor, the rest the person accepted. */
  approved_history: z.array(approvedEntrySchema).min(1).max(500),
  waived_findings: z.array(shortText).max(64),
  restart_policy: z.enum(['refuse', 'allow']),
  signing_key_required: z.boolean(),
  /** The argv that starts an archive among the secrets. */
  payload_command: payloadCommandSchema.optional(),
  not_before: instant,
  not_after: instant,
  max_releases: z.union([z.number().int().min(1).max(1_000_000), z.literal('unlimited')]),
  approved_by: shortText.min(1),
  approved_at: instant,
  /** Base64 SHA-256 over the canonical snapshot that the person saw. */
  approval_digest: sha256Base64,
  secrets_encryption: z.strictObject({ scheme: z.enum(['none', 'tink', 'kms']), key: shortText }),
};

const recordSchema = z
  .strictObject({ ...referenceFields, ...ownFields })
  .refine((record) => record.release_policy !== 'attested' || record.pcr_policy !== undefined, 'attested records need a pcr_policy')
  .refine((record) => record.boot_policy !== 'same_boot' || record.reset_count !== undefined, 'same_boot needs a reset_count');

/** What Alice approved, and so what a release compares with. Field names are those of the stored document. */
export type ProvisioningRecord = z.infer<typeof recordSchema> & {
  /** Never stored: `not_after` as it was approved, where an extension gives a later one. */
  readonly extended_from?: Date;
};
export type StoredSecret = z.infer<typeof storedSecretSchema>;

/**
 * Reads a stored document. Unknown fields, unknown enum values and missing fields are refused.
 * @throws AppError RECORD_MALFORMED naming the first wrong field, never its value.
 */
export function parseRecord(document: unknown): ProvisioningRecord {
  const result = recordSchema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError(
    'RECORD_MALFORMED',
    `stored record: ${issue === undefined ? 'malformed' : `${issue.path.join('.') || 'record'}: ${issue.code}`}`,
  );
}

/** The record as it holds under an extension; one that does not end later changes nothing. The approval itself is not touched. */
export const extendRecord = (record: ProvisioningRecord, notAfter: Date): ProvisioningRecord =>
  notAfter.getTime() <= record.not_after.getTime()
    ? record
    : { ...record, not_after: notAfter, extended_from: asApproved(record).not_after };

/** The record as it was approved and is stored, without any extension. */
export function asApproved(record: ProvisioningRecord): ProvisioningRecord {
  const { extended_from: approvedUntil, ...rest } = record;
  return approvedUntil === undefined ? rest : { ...rest, not_after: approvedUntil };
}

/** Fields that a record has whatever its policy; a check under `attested` may compare only with these and pcr_policy. */
export const requiredFields: readonly string[] = Object.entries({ ...referenceFields, ...ownFields })
  .filter(([, schema]) => !schema.safeParse(undefined).success)
  .map(([name]) => name);
