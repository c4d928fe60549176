import { fail, ok, warn, type ReviewFinding } from '../finding.js';

const knownKeys = new Set([
  'write_files',
  'bootcmd',
  'runcmd',
  'users',
  'groups',
  'hostname',
  'timezone',
  'mounts',
  'disk_setup',
  'fs_setup',
  'final_message',
]);

/** An image as docker takes it: a registry or path, then a tag or digest. */
const imagePattern = /(?:^|\s)((?:[a-z0-9.-]+(?::[0-9]+)?\/)+[a-z0-9._-]+(?::[A-Za-z0-9._-]+)?(?:@sha256:[0-9a-f]{64})?)(?=\s|$)/g;

const dockerFlags: readonly (readonly [RegExp, string])[] = [
  [/--privileged(?!=false)/, '--privileged gives the container the whole VM'],
  [/--cap-add/, '--cap-add gives the container rights over the kernel'],
  [/--(?:pid|ipc|net|network|uts|userns)[= ]host/, 'a namespace of the host is shared with the container'],
  [/--security-opt/, '--security-opt loosens what confines the container'],
  [/(?:^|\s)(?:-v|--volume|--mount)[= ]/, 'a directory of the host is mounted into the container'],
];

/**
 * A first look at the startup script: is it one cloud-config that cloud-init will read as it is printed, does it run images
 * by digest with no right over the VM, and does it tie the client to Alice's server? It reads lines, not YAML: what it does
 * not find is not proven absent, so the script is printed in full above.
 */
export function lintCloudConfig(script: string, trustedImages: readonly string[]): readonly ReviewFinding[] {
  const lines = script.split('\n');
  const findings = [...lintShape(lines), ...lintDocker(lines, trustedImages), ...lintClient(lines), ...lintCharacters(script)];
  return findings.some((finding) => finding.grade === 'FAIL')
    ? findings
    : [...findings, ok('startup-script', 'one cloud-config, images by digest, no right over the VM')];
}

function lintShape(lines: readonly string[]): readonly ReviewFinding[] {
  const findings: ReviewFinding[] = [];
  if (lines[0] !== '#cloud-config') {
    findings.push(
      fail(
        'script-first-line',
        `the first line is "${(lines[0] ?? '').slice(0, 60)}", not "#cloud-config"`,
        'cloud-init reads anything else as another format; have the VM made with a plain cloud-config',
        true,
      ),
    );
  }
  const outside = lines.findIndex((line) => /^(?:---|\.\.\.)\s*$|^#include|^## template:|^Content-Type:|^MIME-Version:/i.test(line));
  if (outside !== -1) {
    findings.push(
      fail(
        'script-one-document',
        `line ${outside + 1} begins another document, an include or a template`,
        'have the VM made with one cloud-config that refers to nothing outside',
        true,
      ),
    );
  }
  const unknown = lines.flatMap((line) => /^["']?([A-Za-z_-][\w-]*)["']?\s*:/.exec(line)?.[1] ?? []).filter((key) => !knownKeys.has(key));
  if (unknown.length > 0) {
    findings.push(
      warn(
        'script-keys',
        `top-level keys not known here: ${[...new Set(unknown)].join(', ')}`,
        'look up what cloud-init does with them; some fetch from outside',
      ),
    );
  }
  return findings;
}

function lintDocker(lines: readonly string[], trustedImages: readonly string[]): readonly ReviewFinding[] {
  const findings: ReviewFinding[] = [];
  const runs = lines
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => /\bdocker\b.*\b(?:run|pull|create|load|login|exec)\b/.test(line));
  if (runs.length === 0)
    findings.push(warn('script-container', 'no docker run was found', 'make sure that the script starts what you mean it to'));
  for (const { line, number } of runs) {
    // What follows the image are the client's own arguments.
    const options = line.split(/\S+@sha256:/)[0] ?? line;
    for (const [pattern, what] of dockerFlags) {
      if (pattern.test(options)) findings.push(fail('script-docker-flags', `line ${number}: ${what}`, 'have the VM made without it', true));
    }
    findings.push(...lintImages(line, number, trustedImages));
  }
  return findings;
}

function lintImages(line: string, number: number, trustedImages: readonly string[]): readonly ReviewFinding[] {
  if (!/\b(?:run|pull|create)\b/.test(line)) return [];
  const images = [...line.matchAll(imagePattern)].map(([, image = '']) => image).filter((image) => !image.startsWith('projects/'));
  const byDigest = images.filter((image) => image.includes('@sha256:'));
  if (byDigest.length === 0) {
    return [
      fail(
        'script-image-digest',
        `line ${number} names no image by digest`,
        'name it as NAME@sha256:...: a tag can be given to another image after the approval',
        true,
      ),
    ];
  }
  if (trustedImages.length === 0) return [];
  return byDigest
    .filter((image) => !trustedImages.includes(image))
    .map((image) =>
      fail(
        'script-image-trusted',
        `line ${number} runs ${image}, which no --trustedImage names`,
        'have the VM made with the approved image, or name this one',
        true,
      ),
    );
}

function lintClient(lines: readonly string[]): readonly ReviewFinding[] {
  const clients = lines.filter((line) => /--address[= ]/.test(line));
  const rules: readonly (readonly [RegExp, ReviewFinding])[] = [
    [
      /--tsAudience[= ]/,
      warn('script-audience', "the client's arguments name no --tsAudience", 'add it: tokens for another audience are refused'),
    ],
    [
      /--tlsServerPin[= ]/,
      warn(
        'script-server-pin',
        "the client's arguments pin no server key: its CA comes from Bob's project, so Bob can put a server of his own between",
        'have the VM made with --tlsServerPin (npm run certs prints it)',
      ),
    ],
    [
      /--doAttestation/,
      warn(
        'script-attestation',
        "the client's arguments have no --doAttestation",
        'add it: without it an attested approval releases nothing',
      ),
    ],
  ];
  const local = clients.some((line) => /--?endpoints[= ]/.test(line));
  const findings = clients.flatMap((line) => rules.flatMap(([pattern, finding]) => (pattern.test(line) ? [] : [finding])));
  return local
    ? [
        ...findings,
        fail(
          'script-endpoints',
          '--endpoints points the TokenClient at something that is not Google Cloud',
          'have the VM made without it',
          true,
        ),
      ]
    : findings;
}

function lintCharacters(script: string): readonly ReviewFinding[] {
  const strange = script.split('\n').findIndex((line) => /[^\t -~]/.test(line));
  return strange === -1
    ? []
    : [
        fail(
          'script-characters',
          `line ${strange + 1} holds characters that are not plain ASCII; they are shown as <U+...>`,
          'have the VM made with a script that reads as it is printed',
          true,
        ),
      ];
}
