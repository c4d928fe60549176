import { parseRecord, type ProvisioningRecord } from '../../../src/record/index.js';

const digest = 'A'.repeat(43) + '=';

/** What a document of the Go reference and one of ours call by the same name and write alike. */
export const fieldsOfBoth = {
  done: false,
  instanceid: '8939838129032687278',
  client_project: 'tc-4f4f5a70',
  client_zone: 'us-central1-a',
  service_account_name: 'tokenclient@tc-4f4f5a70.iam.gserviceaccount.com',
  ek_encryption_cert: '',
  ak_signing_cert: '',
  ek_encryption_key: 'PEM',
  ak_signing_key: 'PEM',
  init_script_hash: 'v7SftwlRj75WRXCq0Q/buov8D7t+Sg08fRqaylohfiI=',
  image_fingerprint: 'sSHMqlnfdVM=',
  peer_address: '34.121.225.36',
  peer_serial_number: '5',
  pcr: 0,
};

/** A stored document that has every required field, as Firestore would give it back. */
export function recordDocument(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    description: 'tokenclient',
    ...fieldsOfBoth,
    gcs_object: '',
    secrets: [{ Name: 'secret1', Type: 'RAW', Data: Buffer.from('foobar') }],
    provided_at: new Date('2021-06-22T12:05:15.128Z'),
    pcr_value: '',
    schema_version: 1,
    release_policy: 'attested',
    pcr_policy: { sha256: { '0': ['24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f'] } },
    boot_policy: 'any_boot',
    boot_image_id: '1234567890',
    boot_disk_id: '2345678901',
    approved_disk_ids: ['2345678901'],
    network: {
      interfaces: [{ network: 'n', subnetwork: 's', network_ip: '10.0.0.2', nat_ips: ['34.121.225.36'], stack_type: 'IPV4_ONLY' }],
    },
    shielded: { enable_secure_boot: true, enable_vtpm: true, enable_integrity_monitoring: true },
    confidential_type: 'NONE',
    machine_features: {
      can_ip_forward: false,
      display_device: false,
      enable_nested_virtualization: false,
      enable_uefi_networking: false,
      guest_accelerator_count: 0,
    },
    approved_metadata: { 'user-data': 'v7SftwlRj75WRXCq0Q/buov8D7t+Sg08fRqaylohfiI=' },
    instance_created_at: '2021-06-22T04:57:59.255-07:00',
    instance_name: 'tokenclient',
    project_number: '634665912513',
    peer_certificate_sha256: ['any'],
    trusted_images: [],
    history_checked_until: '2021-06-22T12:05:00.000Z',
    history_digest: digest,
    approved_history: [{ log_name: 'l', timestamp: 't', insert_id: 'i', method: 'v1.compute.instances.insert' }],
    waived_findings: [],
    restart_policy: 'refuse',
    signing_key_required: false,
    not_before: new Date('2021-06-22T12:05:00Z'),
    not_after: new Date('2021-07-22T12:05:00Z'),
    max_releases: 3,
    approved_by: 'alice@esodemoapp2.com',
    approved_at: new Date('2021-06-22T12:05:00Z'),
    approval_digest: digest,
    secrets_encryption: { scheme: 'none', key: '' },
    ...overrides,
  };
}

export const record = (overrides: Readonly<Record<string, unknown>> = {}): ProvisioningRecord => parseRecord(recordDocument(overrides));
