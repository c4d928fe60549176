import type { JsonObject } from './json.js';

type Level = ReadonlyMap<string, string>;

/** Metadata keys whose merged value instances.get reports, and the value when no level sets them. */
const reported = [
  { key: 'block-project-ssh-keys', field: 'blockProjectSshKeysMetadataValue', unset: false },
  { key: 'enable-guest-attributes', field: 'enableGuestAttributesMetadataValue', unset: false },
  { key: 'enable-os-inventory', field: 'enableOsInventoryMetadataValue', unset: false },
  { key: 'enable-osconfig', field: 'enableOsconfigMetadataValue', unset: false },
  { key: 'enable-oslogin', field: 'enableOsloginMetadataValue', unset: false },
  { key: 'serial-port-enable', field: 'serialPortEnableMetadataValue', unset: false },
  { key: 'serial-port-logging-enable', field: 'serialPortLoggingEnableMetadataValue', unset: true },
] as const;

/**
 * `resourceStatus.effectiveInstanceMetadata`: the switches as the guest sees them after instance, zone and project level
 * are merged; the instance's value wins over the zone's, the zone's over the project's.
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instances (resourceStatus)
 */
export function effectiveInstanceMetadata(instance: Level, zone: Level, project: Level): JsonObject {
  const merged = (key: string): string | undefined => instance.get(key) ?? zone.get(key) ?? project.get(key);
  const answer: Record<string, boolean | string> = {};
  for (const { key, field, unset } of reported) {
    const value = merged(key);
    answer[field] = value === undefined ? unset : isTrue(value);
  }
  answer['gceContainerDeclarationMetadataValue'] = merged('gce-container-declaration') !== undefined;
  answer['vmDnsSettingMetadataValue'] = merged('VmDnsSetting') ?? 'ZonalOnly';
  return answer;
}

/** The spellings of true that the guest environment documents. */
const isTrue = (value: string): boolean => /^(?:true|y|yes|1)$/i.test(value);
