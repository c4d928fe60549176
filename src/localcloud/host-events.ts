import type { CloudCore } from './core.js';
import type { MachineTpm } from './machine.js';
import { measurementsOf } from './power-acts.js';
import { instanceResource, type InstanceState } from './resources.js';

/** What Google's side does to a VM without being asked. `automaticRestart` boots it again. */
export type HostEvent = 'migrateOnHostMaintenance' | 'hostError' | 'automaticRestart' | 'preempted' | 'guestTerminate';

/**
 * Writes the System Event entry, and restarts or stops the machine where the event does so.
 * @see https://cloud.google.com/logging/docs/audit#system-event
 */
export async function hostEvent(
  core: CloudCore,
  tpms: ReadonlyMap<string, MachineTpm>,
  instance: InstanceState,
  event: HostEvent,
): Promise<void> {
  const method = `compute.instances.${event}`;
  core.auditLog.append({
    logName: `projects/${instance.project}/logs/cloudaudit.googleapis.com%2Fsystem_event`,
    resource: { type: 'gce_instance', labels: { instance_id: instance.id, project_id: instance.project, zone: instance.zone } },
    severity: 'INFO',
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      authenticationInfo: { principalEmail: 'system@google.com' },
      serviceName: 'compute.googleapis.com',
      methodName: method,
      resourceName: instanceResource(instance),
      request: { '@type': `type.googleapis.com/${method}` },
    },
  });
  if (event === 'migrateOnHostMaintenance') return;
  const tpm = tpms.get(instance.id);
  await tpm?.powerOff();
  if (event === 'automaticRestart') {
    await tpm?.powerOn(measurementsOf(instance));
    instance.status = 'RUNNING';
    instance.lastStartAt = core.now();
  } else {
    instance.status = 'TERMINATED';
    instance.lastStopAt = core.now();
  }
}
