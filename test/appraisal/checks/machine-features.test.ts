import { machineFeatures } from '../../../src/appraisal/checks/machine-features.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, record } from '../evidence-fixture.js';

const withFeatures = (features: Partial<ReturnType<typeof instance>['features']>): ReturnType<typeof evidence> =>
  evidence({ instance: instance({ features: { ...instance().features, ...features } }) });

checkTable(machineFeatures, [
  ['as approved', evidence(), 'pass'],
  ['IP forwarding', withFeatures({ canIpForward: true }), { reason: 'MACHINE_FEATURES', detail: /canIpForward/ }],
  ['a display device', withFeatures({ displayDevice: true }), { reason: 'MACHINE_FEATURES', detail: /displayDevice/ }],
  ['nested virtualization', withFeatures({ enableNestedVirtualization: true }), { reason: 'MACHINE_FEATURES', detail: /Nested/ }],
  ['network boot', withFeatures({ enableUefiNetworking: true }), { reason: 'MACHINE_FEATURES', detail: /Uefi/ }],
  ['an accelerator', withFeatures({ guestAcceleratorCount: 1 }), { reason: 'MACHINE_FEATURES', detail: /Accelerator/ }],
  ['made from a machine image', withFeatures({ sourceMachineImage: 'm' }), { reason: 'MACHINE_FEATURES', healedBy: 'nobody' }],
  [
    'an accelerator that was approved',
    evidence({
      record: record({ machine_features: { ...record().machine_features, guest_accelerator_count: 1 } }),
      instance: instance({ features: { ...instance().features, guestAcceleratorCount: 1 } }),
    }),
    'pass',
  ],
]);
