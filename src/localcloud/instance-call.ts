import type { ComputeCall } from './compute-call.js';
import { diskResource, instanceResource, type DiskState, type InstanceState } from './resources.js';

/** The audit side of a call on a VM. `verb` is the method without its prefix; the permission is named alike unless given. */
export const instanceCall = (it: InstanceState, verb: string, permission = `compute.instances.${verb}`): ComputeCall => ({
  method: `compute.instances.${verb}`,
  permission,
  project: it.project,
  zone: it.zone,
  resourceName: instanceResource(it),
  resource: { type: 'gce_instance', labels: { instance_id: it.id, project_id: it.project, zone: it.zone } },
  targetId: it.id,
});

/** The audit side of a call on a disk: it never shows under the VM's resource. */
export const diskCall = (it: DiskState, verb: string, permission = `compute.disks.${verb}`): ComputeCall => ({
  method: `compute.disks.${verb}`,
  permission,
  project: it.project,
  zone: it.zone,
  resourceName: diskResource(it),
  resource: { type: 'gce_disk', labels: { disk_id: it.id, project_id: it.project, zone: it.zone } },
  targetId: it.id,
});
