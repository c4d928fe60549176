import { isActingKey } from '../../src/appraisal/acting-keys.js';

// Written down a second time, by who reads the key. Sources: https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys,
// the guest agent (https://github.com/GoogleCloudPlatform/guest-agent), cloud-init's GCE data source, the Container-Optimized OS
// documentation, Confidential Space (https://cloud.google.com/confidential-computing/confidential-space/docs/deploy-workloads).
const byReader: Readonly<Record<string, string>> = {
  'cloud-init': 'user-data user-data-encoding vendor-data',
  'script runners': 'startup-script startup-script-url shutdown-script shutdown-script-url',
  'Windows agents': 'windows-startup-script-ps1 windows-keys sysprep-specialize-script-cmd',
  'the guest agent': `ssh-keys sshKeys ssh-keys-cert block-project-ssh-keys enable-oslogin enable-oslogin-2fa enable-oslogin-sk
    enable-oslogin-certificates enable-diagnostics disable-account-manager disable-address-manager disable-telemetry
    disable-https-mds-setup enable-https-mds-native-cert-store google-compute-enable-virtio-rss`,
  'the serial console': 'serial-port-enable serial-port-logging-enable',
  'guest attributes and name resolution': 'enable-guest-attributes VmDnsSetting',
  'OS Config': 'enable-osconfig enable-os-inventory osconfig-log-level osconfig-disabled-features',
  'container declarations': 'gce-container-declaration gce-container-runner-version-override google-container-manifest',
  'Container-Optimized OS':
    'google-logging-enabled google-logging-use-fluentbit google-monitoring-enabled cos-update-strategy cos-metrics-enabled',
  Kubernetes: 'kube-env kubeconfig kubelet-config created-by',
  'Confidential Space': 'tee-image-reference tee-cmd',
  'the Ops Agent': 'ops-agent-config',
};
const keys = Object.entries(byReader).flatMap(([reader, text]) => text.split(/\s+/).map((key) => [key, reader] as const));

it.each(keys)('%s is acted on by %s, in any case', (key) => {
  expect(isActingKey(key)).toBe(true);
  expect(isActingKey(key.toUpperCase())).toBe(true);
});

it.each([
  '',
  'team',
  'my-startup-script',
  'user-data2',
  'x-user-data',
  'windows',
  'sysprep',
  'osconfig',
  'kube',
  'tee',
  'ops',
  'google-compute',
])('"%s" is data for programs that ask for it', (key) => expect(isActingKey(key)).toBe(false));
