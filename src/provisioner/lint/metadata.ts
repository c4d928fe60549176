import type { Metadata } from '../../facts/index.js';
import { fail, ok, warn, type ReviewFinding } from '../finding.js';

/** Values with which a key shuts something. Any other value of the same key opens it. */
const hardening: ReadonlyMap<string, RegExp> = new Map([
  ['block-project-ssh-keys', /^(?:true|1|y|yes)$/i],
  ['serial-port-enable', /^(?:false|0|n|no)$/i],
  ['serial-port-logging-enable', /^(?:false|0|n|no)$/i],
  ['enable-oslogin', /^(?:false|0|n|no)$/i],
  ['enable-osconfig', /^(?:false|0|n|no)$/i],
  ['enable-guest-attributes', /^(?:false|0|n|no)$/i],
  ['google-logging-enabled', /^(?:false|0|n|no)$/i],
  ['google-monitoring-enabled', /^(?:false|0|n|no)$/i],
  ['cos-update-strategy', /^update_disabled$/],
  ['cos-metrics-enabled', /^(?:false|0|n|no)$/i],
  ['disable-legacy-endpoints', /^(?:true|1|y|yes)$/i],
]);

/** Keys by which somebody runs code in the guest, gets a login, or changes what another key means. */
const entrances: readonly (readonly [RegExp, string])[] = [
  [/^user-data-encoding$/, 'makes cloud-init read the approved script as something else'],
  [/^(?:startup|shutdown)-script/, 'runs as root beside the approved script'],
  [/^(?:windows|sysprep)-/, 'runs code in the guest'],
  [/^ssh-?keys$/i, 'lets its owner log in as root'],
  [/^(?:gce-container-declaration|gce-container-runner-version-override|google-container-manifest)$/, 'starts another container'],
  [/^vendor-data$/, 'is a second cloud-config'],
  [/^(?:kube|kubelet|tee|osconfig)-/, 'is read by an agent that acts on it'],
];

/** Switches whose absence leaves a door open: the level below may set them. */
const recommended: readonly string[] = [
  'block-project-ssh-keys',
  'serial-port-enable',
  'serial-port-logging-enable',
  'enable-oslogin',
  'enable-osconfig',
];

/**
 * The keys that the VM itself carries. They were there before the review, so no audit entry shows them and the approval
 * would take them as they are: this is where a key that opens the guest is seen.
 */
export function lintInstanceMetadata(metadata: Metadata): readonly ReviewFinding[] {
  const findings = [...metadata].flatMap(([key, value]) => lintKey(key, value ?? ''));
  const missing = recommended.filter((key) => !metadata.has(key));
  if (missing.length > 0) {
    findings.push(
      warn(
        'metadata-hardening',
        `not set on the VM: ${missing.join(', ')}`,
        'ask Bob to set them to their safe values when he makes the VM: project or zone can set them otherwise',
      ),
    );
  }
  return findings.some((finding) => finding.grade === 'FAIL')
    ? findings
    : [...findings, ok('metadata-keys', 'no key of the VM opens the guest')];
}

function lintKey(key: string, value: string): readonly ReviewFinding[] {
  const entrance = entrances.find(([pattern]) => pattern.test(key));
  if (entrance !== undefined) return [fail('metadata-keys', `key ${key} ${entrance[1]}`, `have the VM made anew without ${key}`, true)];
  const safe = hardening.get(key);
  if (safe !== undefined && !safe.test(value)) {
    return [
      fail(
        'metadata-keys',
        `key ${key} is "${value.slice(0, 60)}": it opens what it should shut`,
        `have the VM made anew with a safe value of ${key}, or without it`,
        true,
      ),
    ];
  }
  if (safe === undefined && key !== 'user-data') {
    return [
      warn(
        'metadata-known',
        `key ${key} is not known here; its value becomes part of the approval`,
        `make sure that nothing in the guest acts on ${key}`,
      ),
    ];
  }
  return [];
}
