/**
 * Metadata keys that something in the guest acts on: cloud-init, the guest agent, the startup script runner, the container
 * declaration agent, the OS Config agent, the Container-Optimized OS updater and logging agents, Confidential Space.
 * At project and zone level each of them reaches into a VM whose own metadata is exactly as approved.
 * @see https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
 */
const actingKeys: ReadonlySet<string> = new Set([
  'user-data',
  'user-data-encoding',
  'vendor-data',
  'sshkeys',
  'block-project-ssh-keys',
  'enable-oslogin',
  'enable-oslogin-2fa',
  'enable-oslogin-sk',
  'enable-oslogin-certificates',
  'serial-port-enable',
  'serial-port-logging-enable',
  'gce-container-declaration',
  'gce-container-runner-version-override',
  'google-container-manifest',
  'google-logging-enabled',
  'google-logging-use-fluentbit',
  'google-monitoring-enabled',
  'cos-update-strategy',
  'cos-metrics-enabled',
  'enable-guest-attributes',
  'enable-osconfig',
  'enable-os-inventory',
  'enable-diagnostics',
  'disable-account-manager',
  'disable-address-manager',
  'disable-telemetry',
  'vmdnssetting',
  'kubeconfig',
  'created-by',
  'disable-https-mds-setup',
  'enable-https-mds-native-cert-store',
]);

/** Families of such keys: script runners know several suffixes each, agents add keys under their prefix. */
const actingPrefixes: readonly string[] = [
  'startup-script',
  'shutdown-script',
  'windows-',
  'sysprep-',
  'ssh-keys',
  'osconfig-',
  'kube-',
  'kubelet-',
  'tee-',
  'ops-agent',
  'google-compute-enable-',
];

/** Would anything in the guest act on this key? Asked without regard to case, because some agents read it that way. */
export function isActingKey(key: string): boolean {
  const lower = key.toLowerCase();
  return actingKeys.has(lower) || actingPrefixes.some((prefix) => lower.startsWith(prefix));
}
