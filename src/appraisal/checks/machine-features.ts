import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/**
 * IP forwarding, display device, nested virtualization, network boot and accelerators as approved. A VM made from a machine image is refused
 * always: its disks hold what the source VM left there.
 */
export const machineFeatures: Check<MachineEvidence> = {
  id: 'machine-features',
  question: 'Are the machine features as approved, and was the VM not made from a machine image?',
  reason: 'MACHINE_FEATURES',
  remedy: 'make a VM with the approved features, or ask Alice to approve this one',
  healedBy: 'bob',
  comparesWith: ['machine_features', 'live:instances.get'],
  judge: ({ instance: { features }, record: { machine_features: approved } }) => {
    if (features.sourceMachineImage !== undefined)
      return refuse(`made from machine image ${features.sourceMachineImage}`, { healedBy: 'nobody' });
    const pairs = [
      ['canIpForward', features.canIpForward, approved.can_ip_forward],
      ['displayDevice', features.displayDevice, approved.display_device],
      ['enableNestedVirtualization', features.enableNestedVirtualization, approved.enable_nested_virtualization],
      ['enableUefiNetworking', features.enableUefiNetworking, approved.enable_uefi_networking],
      ['guestAcceleratorCount', features.guestAcceleratorCount, approved.guest_accelerator_count],
    ] as const;
    const wrong = pairs.filter(([, live, expected]) => live !== expected);
    return passIf(wrong.length === 0, wrong.map(([name, live, expected]) => `${name} is ${live}, expected ${expected}`).join('; '));
  },
};
