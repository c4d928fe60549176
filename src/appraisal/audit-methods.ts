import type { AuditEntry } from '../facts/index.js';

/**
 * Methods that change nothing. Everything else counts as a change, so a method that Google adds tomorrow refuses.
 * Reads rarely appear in the admin-activity log at all.
 * @see https://cloud.google.com/compute/docs/logging/audit-logging
 */
const readOnlyMethods: ReadonlySet<string> = new Set([
  'compute.instances.get',
  'compute.instances.list',
  'compute.instances.aggregatedList',
  'compute.instances.getEffectiveFirewalls',
  'compute.instances.getGuestAttributes',
  'compute.instances.getIamPolicy',
  'compute.instances.getScreenshot',
  'compute.instances.getSerialPortOutput',
  'compute.instances.getShieldedInstanceIdentity',
  'compute.instances.getShieldedVmIdentity',
  'compute.instances.listReferrers',
  'compute.instances.testIamPermissions',
  'compute.disks.get',
  'compute.disks.list',
  'compute.disks.aggregatedList',
  'compute.disks.getIamPolicy',
  'compute.disks.testIamPermissions',
  'compute.projects.get',
  'compute.projects.getXpnHost',
  'compute.projects.getXpnResources',
  'compute.projects.listXpnHosts',
  'compute.instanceSettings.get',
]);

/** What the host does to a VM on its own; Google writes these, as system events. */
const hostEvents: ReadonlySet<string> = new Set([
  'compute.instances.automaticRestart',
  'compute.instances.hostError',
  'compute.instances.migrateOnHostMaintenance',
  'compute.instances.terminateOnHostMaintenance',
]);

const projectMetadataMethods: ReadonlySet<string> = new Set([
  'compute.projects.setCommonInstanceMetadata',
  'compute.instanceSettings.patch',
]);

/** The method without the version of the API through which it was called: `beta.compute.instances.insert` is an insert too. */
export const methodWithoutVersion = (methodName: string): string => methodName.replace(/^(?:v\d+|beta|alpha)\./, '');

export const isInsert = (methodName: string): boolean => methodWithoutVersion(methodName) === 'compute.instances.insert';

export const isReadOnly = (methodName: string): boolean => readOnlyMethods.has(methodWithoutVersion(methodName));

/** Did the host do this by itself? The log decides, not the name: nobody but Google writes the system-event log. */
export const isHostEvent = (entry: AuditEntry): boolean =>
  /^projects\/[^/]+\/logs\/cloudaudit\.googleapis\.com%2Fsystem_event$/.test(entry.logName) &&
  hostEvents.has(methodWithoutVersion(entry.methodName));

/** What kind of change a mutating method is, as the reason that callers see. */
export function changeReason(methodName: string): 'METADATA_CHANGED' | 'SHARED_METADATA_CHANGED' | 'MACHINE_CHANGED' {
  const method = methodWithoutVersion(methodName);
  if (method === 'compute.instances.setMetadata') return 'METADATA_CHANGED';
  return projectMetadataMethods.has(method) ? 'SHARED_METADATA_CHANGED' : 'MACHINE_CHANGED';
}
