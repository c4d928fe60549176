import type { InstanceFacts } from '../../facts/index.js';
import { fail, ok, warn, type ReviewFinding } from '../finding.js';
import type { Inspection } from '../inspect.js';

type Rule = readonly [wrong: boolean, finding: ReviewFinding];

/**
 * Settings that a person would hardly look for. The record pins each of them as it is, so the review is the one place where
 * a bad one can be seen.
 */
export function lintMachine({ instance, otherDisks }: Inspection): readonly ReviewFinding[] {
  const rules = [...shieldedRules(instance), ...featureRules(instance), ...shapeRules(instance, otherDisks.length)];
  const findings = rules.flatMap(([wrong, finding]) => (wrong ? [finding] : []));
  return findings.some((finding) => finding.id === 'shielded')
    ? findings
    : [...findings, ok('shielded', 'Secure Boot, vTPM and integrity monitoring are on')];
}

const shieldedRules = ({ shielded, confidentialType }: InstanceFacts): readonly Rule[] => [
  [
    shielded?.enableVtpm !== true,
    fail('shielded', 'the VM has no vTPM', 'have the VM made with a vTPM: it has nothing to attest with', false),
  ],
  [
    shielded?.enableSecureBoot !== true,
    fail('shielded', 'Secure Boot is off', 'have the VM made with Secure Boot: without it any kernel boots', true),
  ],
  [
    shielded?.enableIntegrityMonitoring !== true,
    warn('shielded', 'integrity monitoring is off', 'turn it on when the VM is made: it warns of other boots'),
  ],
  [
    confidentialType === 'NONE',
    warn(
      'confidential',
      'not a Confidential VM: its host can read its memory, and so the secrets',
      'use a Confidential VM if the host is not trusted',
    ),
  ],
];

const anew = 'have the VM made anew without it';

const featureRules = ({ features }: InstanceFacts): readonly Rule[] => [
  [features.enableUefiNetworking, fail('features', 'the firmware boots from the network', anew, true)],
  [features.enableNestedVirtualization, warn('features', 'nested virtualization is on', anew)],
  [features.displayDevice, warn('features', 'a display device is attached: screenshots can be taken', anew)],
  [features.canIpForward, warn('features', 'IP forwarding is on', anew)],
  [
    features.guestAcceleratorCount > 0,
    warn('features', 'accelerators are attached: devices with access to memory', 'make sure that they are meant'),
  ],
];

const shapeRules = ({ networkInterfaces, serviceAccounts }: InstanceFacts, otherDisks: number): readonly Rule[] => [
  [networkInterfaces.length > 1, warn('network', `${networkInterfaces.length} network interfaces`, 'make sure that each is meant')],
  [
    networkInterfaces.some((nic) => nic.stackType !== 'IPV4_ONLY'),
    warn('network', 'IPv6 is on', 'make sure that the startup script shuts ip6tables too'),
  ],
  [
    otherDisks > 0,
    warn('disks', `${otherDisks} disks beside the boot disk: what they hold is not measured`, 'make sure that each is meant'),
  ],
  [
    serviceAccounts.some(({ email }) => email.endsWith('-compute@developer.gserviceaccount.com')),
    warn('service-account', 'the VM runs as the default service account of its project', 'have it made with an account of its own'),
  ],
];
