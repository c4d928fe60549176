import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintInstanceMetadata } from '../../src/provisioner/lint/metadata.js';
import { lintScript } from '../../src/provisioner/lint/script/index.js';

interface Machine {
  readonly image: string;
  readonly arguments: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly shielded: Readonly<Record<string, boolean>>;
  readonly externalAddresses: number;
  readonly confidential: readonly string[];
  readonly onHostMaintenance: string;
  readonly userDataSha256: string;
}

// What the roots plan in each variation: `npm run terraform` compares these files where terraform is installed.
const golden = join(__dirname, '../golden');
const read = (party: string): readonly (readonly [string, Machine])[] =>
  Object.entries(JSON.parse(readFileSync(join(golden, `terraform/${party}.json`), 'utf8')) as Record<string, Machine[]>).flatMap(
    ([name, machines]) => machines.map((machine) => [`${party} ${name}`, machine] as const),
  );
const [alice, bob] = [read('alice'), read('bob')];
const rendered = readFileSync(join(golden, 'cloud-config/client.yaml'), 'utf8');
const [moduleImage = ''] = /us-central1-docker\S+@sha256:[0-9a-f]{64}/.exec(rendered) ?? [];

/** The startup script: what the module renders, with image and arguments of the machine. */
const scriptOf = (machine: Machine): string =>
  rendered
    .replaceAll(moduleImage, machine.image)
    .replace(
      /(@sha256:[0-9a-f]{64} \\\n)(?: {6}--.*\n)+/,
      (_all, before: string) => `${before}${machine.arguments.map((line) => `      ${line}`).join(' \\\n')}\n`,
    );

it('there are the variations of the article: addresses, tunnels, transports, confidential machines', () => {
  expect(bob.map(([name]) => name)).toEqual(
    expect.arrayContaining(
      ['public', 'nat', 'ha_vpn', 'classic_vpn', 'private_service_connect', 'confidential'].map((name) => `bob ${name}`),
    ),
  );
  expect(alice.length).toBeGreaterThan(4);
});

describe('each machine of Bob', () => {
  it.each(bob)('%s: the review has nothing to say against its script and metadata', (_name, machine) => {
    const script = scriptOf(machine);
    expect(createHash('sha256').update(script).digest('base64')).toBe(machine.userDataSha256);
    expect(lintScript(script, [machine.image]).filter(({ grade }) => grade !== 'OK')).toEqual([]);
    const metadata = new Map(Object.entries({ ...machine.metadata, 'user-data': script }));
    expect(lintInstanceMetadata(metadata).filter(({ grade }) => grade !== 'OK')).toEqual([]);
  });

  it.each(bob)('%s: attests, and asks its token for one audience', (_name, machine) => {
    expect(machine.arguments).toEqual(expect.arrayContaining(['--useTPM', '--doAttestation']));
    expect(machine.arguments.filter((line) => line.startsWith('--tsAudience '))).toHaveLength(1);
  });
});

describe('each machine', () => {
  it.each([...alice, ...bob])('%s: is shielded, and a confidential one is not moved by its host', (_name, machine) => {
    expect(machine.shielded).toEqual({ enable_secure_boot: true, enable_vtpm: true, enable_integrity_monitoring: true });
    if (machine.confidential.some((type) => type !== 'SEV')) expect(machine.onHostMaintenance).toBe('TERMINATE');
  });

  it.each([...alice, ...bob])('%s: has no key and no secret in its arguments', (_name, machine) => {
    expect(machine.arguments.join(' ')).not.toMatch(/PRIVATE|BEGIN|password/i);
  });
});

test('without an address of its own, a machine has none', () => {
  const without = ['nat', 'ha_vpn', 'classic_vpn', 'private_service_connect'].map((name) => `bob ${name}`);
  expect(bob.filter(([name]) => without.includes(name)).map(([, { externalAddresses }]) => externalAddresses)).toEqual([0, 0, 0, 0]);
});
