import { base64, sha256 } from '../base/index.js';
import { auditKey, type AuditEntry, type InstanceFacts } from '../facts/index.js';
import { canonicalDigest, type ProvisioningRecord, type StoredSecret } from '../record/index.js';
import type { ApproveConfig } from './config.js';
import type { Inspection } from './inspect.js';

/** What the person decided, beside what the VM is. */
export interface Decisions {
  readonly approvedBy: string;
  readonly approvedAt: Date;
  readonly maxReleases: number | 'unlimited';
  readonly approvedHistory: readonly AuditEntry[];
  readonly waivedFindings: readonly string[];
  /** Base64 SHA-256 over what was shown. */
  readonly approvalDigest: string;
  readonly secrets: readonly StoredSecret[];
  readonly secretsEncryption: ProvisioningRecord['secrets_encryption'];
}

/** SHA-256 of metadata values as the record keeps them: over the bytes as they are, never trimmed. */
export const metadataDigest = (value: string): string => base64(sha256(Buffer.from(value, 'utf8')));

/** The address from which the VM will call, as far as the VM tells: external if it has one. */
export const liveAddress = ({ networkInterfaces: [first] }: InstanceFacts): string | undefined => first?.natIPs[0] ?? first?.networkIP;

/**
 * The record for this VM under these decisions: every reference value that a check compares with. Where the VM lacks a thing
 * that the record needs (a script, an image, an account), the field holds a value that no VM can have, so that the check
 * refuses; such a record is judged, never written.
 */
export const recordFor = (inspection: Inspection, config: ApproveConfig, decisions: Decisions): ProvisioningRecord => ({
  schema_version: 1,
  ...referenceFields(inspection, config, decisions),
  ...machineFields(inspection),
  ...policyFields(config),
  ...historyFields(inspection, decisions),
  waived_findings: [...decisions.waivedFindings],
  not_before: decisions.approvedAt,
  not_after: config.notAfter,
  max_releases: decisions.maxReleases,
  approved_by: decisions.approvedBy,
  approved_at: decisions.approvedAt,
  approval_digest: decisions.approvalDigest,
  secrets_encryption: decisions.secretsEncryption,
});

/** The fields that say what the VM is, whatever is decided about it. */
export const vmFieldsOf = (inspection: Inspection) => ({ ...whoFields(inspection), ...machineFields(inspection) });

type Fields<K extends keyof ProvisioningRecord> = Pick<ProvisioningRecord, K>;

/** What the reference writes too, under its names. */
const referenceFields = (inspection: Inspection, config: ApproveConfig, decisions: Decisions) => ({
  ...whoFields(inspection),
  description: config.description,
  done: false,
  gcs_object: '',
  secrets: [...decisions.secrets],
  provided_at: decisions.approvedAt,
  peer_address: config.peerAddress ?? liveAddress(inspection.instance) ?? 'any',
  peer_serial_number: config.peerSerialNumber,
  pcr: config.attestationPcr,
  pcr_value: config.attestationPcrValue,
});

const whoFields = ({ instance, identity, project, zone }: Inspection) => ({
  instanceid: instance.id,
  client_project: project,
  client_zone: zone,
  service_account_name: instance.serviceAccounts[0]?.email ?? 'none',
  ek_encryption_cert: identity.ekCertificatePem,
  ak_signing_cert: identity.akCertificatePem,
  ek_encryption_key: identity.ekPublicPem,
  ak_signing_key: identity.akPublicPem,
  init_script_hash: metadataDigest(instance.metadata.get('user-data') ?? ''),
  image_fingerprint: instance.fingerprint,
});

const policyFields = (config: ApproveConfig) => ({
  release_policy: config.releasePolicy,
  ...(config.pcrPolicy === undefined ? {} : { pcr_policy: config.pcrPolicy }),
  boot_policy: config.bootPolicy,
  ...(config.resetCount === undefined ? {} : { reset_count: config.resetCount }),
  peer_certificate_sha256: peerCertificates(config.peerCertificateSha256),
  trusted_images: [...config.trustedImages],
  restart_policy: config.restartPolicy,
  signing_key_required: config.signingKeyRequired,
  ...(config.payloadCommand === undefined ? {} : { payload_command: [...config.payloadCommand] }),
});

const peerCertificates = (fingerprints: readonly string[]): string[] | ['any'] => (fingerprints.length === 0 ? ['any'] : [...fingerprints]);

const historyFields = (
  { history }: Inspection,
  { approvedHistory }: Decisions,
): Fields<'history_checked_until' | 'history_digest' | 'approved_history'> => ({
  history_checked_until: history.until,
  history_digest: canonicalDigest(history.entries.map((entry) => `${auditKey(entry)} ${entry.methodName}`).toSorted()),
  approved_history: approvedHistory.map((entry) => ({
    log_name: entry.logName,
    timestamp: entry.timestamp,
    insert_id: entry.insertId,
    method: entry.methodName,
  })),
});

function machineFields({ instance, bootDisk, otherDisks, projectNumber }: Inspection) {
  const { features, shielded } = instance;
  return {
    boot_image_id: bootDisk.sourceImageId ?? '0',
    boot_disk_id: bootDisk.id,
    approved_disk_ids: [bootDisk, ...otherDisks].map((disk) => disk.id).toSorted(),
    network: {
      interfaces: instance.networkInterfaces.map((nic) => ({
        network: nic.network,
        subnetwork: nic.subnetwork,
        network_ip: nic.networkIP,
        nat_ips: [...nic.natIPs],
        stack_type: nic.stackType,
      })),
    },
    shielded: {
      enable_secure_boot: shielded?.enableSecureBoot ?? false,
      enable_vtpm: shielded?.enableVtpm ?? false,
      enable_integrity_monitoring: shielded?.enableIntegrityMonitoring ?? false,
    },
    confidential_type: instance.confidentialType === 'UNKNOWN' ? ('NONE' as const) : instance.confidentialType,
    machine_features: {
      can_ip_forward: features.canIpForward,
      display_device: features.displayDevice,
      enable_nested_virtualization: features.enableNestedVirtualization,
      enable_uefi_networking: features.enableUefiNetworking,
      guest_accelerator_count: features.guestAcceleratorCount,
    },
    approved_metadata: Object.fromEntries([...instance.metadata].map(([key, value]) => [key, metadataDigest(value ?? '')])),
    instance_created_at: instance.creationTimestamp,
    instance_name: instance.name,
    project_number: projectNumber,
  };
}
