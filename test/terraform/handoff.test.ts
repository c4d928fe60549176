import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputsOf, variablesOf } from './support/blocks.js';

const program = join(__dirname, '../../terraform/handoff/main.cjs');
const { tables } = require('../../terraform/handoff/table.cjs') as {
  tables: Readonly<Record<'alice' | 'bob', readonly { readonly name: string; readonly isShown?: boolean }[]>>;
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handoff-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number | null;
  readonly said: string;
  readonly complained: string;
}

function handoff(words: readonly string[], input = '', variables: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    input,
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...variables },
  });
  return { code: status, said: stdout, complained: stderr };
}

const written = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

const outputs = (values: Readonly<Record<string, unknown>>, sensitive: readonly string[] = []): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { sensitive: sensitive.includes(name), type: 'string', value }]),
    ),
  );

const pin = `sha256/${'A'.repeat(43)}=`;
const alice = {
  ts_project_id: 'ts-9c943cd0',
  ts_service_account: 'tokenserver@ts-9c943cd0.iam.gserviceaccount.com',
  ts_provisioner: 'user:alice@esodemoapp2.com',
  ts_address: '34.66.157.172',
  ts_audience: 'https://tokenserver',
  sni_servername: 'tokenservice.esodemoapp2.com',
  tls_server_pins: [pin],
  connectivity: 'public',
  transport: 'mtls',
};
const bob = {
  tc_project_id: 'tc-dbb1627c',
  tc_instance_id: '1095334895532210538',
  tc_zone: 'us-central1-a',
  tc_address: '34.68.187.147',
};

describe('the table', () => {
  it.each([
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const)('each name of %s is an output there and, unless it is only shown, a variable of %s', (from, to) => {
    const [said, heard] = [outputsOf(from), variablesOf(to)];
    for (const { name, isShown } of tables[from]) {
      expect(said).toContain(name);
      if (isShown !== true) expect(heard).toContain(name);
    }
  });

  it('no name of it lets anybody in: neither ranges of callers, nor files, nor switches', () => {
    const told = [...tables.alice, ...tables.bob].map(({ name }) => name);
    for (const name of [
      'allowed_client_cidrs',
      'allowedclientsubnet',
      'allow_world',
      'tls_server_key',
      'tls_client_key',
      'restrict_egress',
      'egress_cidrs',
      'run_build',
      'app_source_dir',
    ])
      expect(told).not.toContain(name);
  });
});

describe('telling', () => {
  it('alice: a tfvars file for Bob, of what terraform printed, and a checklist', () => {
    const ran = handoff(
      ['alice', '--from', '-'],
      outputs({ ...alice, ts_vpnip_address: null, ts_kms_key: 'not for Bob', ts_image_hash: 'x' }),
    );
    expect(ran).toMatchObject({ code: 0, complained: '' });
    expect(written('from-alice.auto.tfvars.json')).toEqual(alice);
    expect(statSync(join(folder, 'from-alice.auto.tfvars.json')).mode & 0o777).toBe(0o600);
    expect(ran.said).toContain('[ ] ts_address = 34.66.157.172');
    expect(ran.said).toMatch(/Not there, now or in this set-up:\n.*ts_vpnip_address/);
    expect(ran.said).toContain('the pins once more by another way');
  });

  it('bob: what Alice can only read is in the checklist and not in the file', () => {
    const sha = `${'B'.repeat(43)}=`;
    const ran = handoff(['bob', '--from', '-'], outputs({ ...bob, tc_user_data_sha256: sha, tc_confidential_type: null }));
    expect(ran.code).toBe(0);
    expect(written('from-bob.auto.tfvars.json')).toEqual(bob);
    expect(ran.said).toContain(`[ ] tc_user_data_sha256 = ${sha}`);
  });

  it('reads a file as well', () => {
    writeFileSync(join(folder, 'outputs.json'), outputs(bob));
    expect(handoff(['bob', '--from', 'outputs.json', '--out', 'there.json']).code).toBe(0);
    expect(written('there.json')).toEqual(bob);
  });

  const key = 'K0ntainsN0thingThatIsTold0nScreen';

  it('the VPN key is not told, though it is set', () => {
    const ran = handoff(['alice', '--from', '-'], outputs({ ...alice, connectivity: 'vpn' }), { TF_VAR_vpn_key: key });
    expect(ran.code).toBe(0);
    expect(JSON.stringify(written('from-alice.auto.tfvars.json')) + ran.said).not.toContain(key);
    expect(ran.said).toContain('the vpn_key, by a way that you trust with a password');
  });

  it('the VPN key is in the file, and not on the screen, when asked for', () => {
    const ran = handoff(['alice', '--from', '-', '--include-vpn-key'], outputs(alice), { TF_VAR_vpn_key: key });
    expect(written('from-alice.auto.tfvars.json')).toEqual({ ...alice, vpn_key: key });
    expect(ran.said).not.toContain(key);
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['alice without a key', ['alice'], {}],
    ['alice with a short one', ['alice'], { TF_VAR_vpn_key: 'short' }],
    ['bob', ['bob'], { TF_VAR_vpn_key: key }],
  ])('--include-vpn-key: %s is refused', (_who, words, variables) => {
    const ran = handoff([...words, '--from', '-', '--include-vpn-key'], outputs(words[0] === 'bob' ? bob : alice), variables);
    expect(ran.code).toBe(2);
    expect(ran.complained).not.toContain(key);
  });

  it('an output that terraform calls sensitive is not told', () => {
    handoff(['alice', '--from', '-'], outputs(alice, ['ts_address']));
    expect(written('from-alice.auto.tfvars.json')).not.toHaveProperty('ts_address');
  });

  it.each<[string, string]>([
    ['no JSON', 'ts_project_id = 1'],
    ['no object', '[]'],
    ['outputs of the other party', outputs(bob)],
    ['a value of another form', outputs({ ...alice, ts_address: '34.66.157.172; id' })],
    ['more than 64 KiB', outputs({ ...alice, padding: 'x'.repeat(70_000) })],
  ])('refuses %s', (_what, input) => {
    expect(handoff(['alice', '--from', '-'], input)).toMatchObject({ code: 2, said: '' });
  });

  it.each([[[]], [['partner']], [['alice', 'bob']], [['alice', '--everything']], [['__proto__']]])('refuses the words %j', (words) => {
    expect(handoff(words)).toMatchObject({ code: 2, said: '' });
  });
});

describe('accepting', () => {
  const accept = (party: 'alice' | 'bob', content: string): Ran => {
    writeFileSync(join(folder, 'received.json'), content);
    return handoff([party, '--accept', 'received.json', '--out', 'accepted.json']);
  };

  it('Bob takes what Alice told, with the key', () => {
    const told = { ...alice, vpn_key: 'a971276b78b0315fff47d84b' };
    const ran = accept('bob', JSON.stringify(told));
    expect(ran.code).toBe(0);
    expect(written('accepted.json')).toEqual(told);
    expect(ran.said).not.toContain(told.vpn_key);
  });

  it('what one party writes the other accepts', () => {
    handoff(['bob', '--from', '-', '--out', 'received.json'], outputs(bob));
    expect(handoff(['alice', '--accept', 'received.json', '--out', 'accepted.json']).code).toBe(0);
    expect(written('accepted.json')).toEqual(bob);
  });

  // Each of these would be obeyed by terraform if the file were put there unread.
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['opens the server to the world', { allow_world: true, allowed_client_cidrs: ['0.0.0.0/0'] }],
    ['sends a file of Alice into a secret', { tls_server_key: '/home/alice/.ssh/id_ed25519' }],
    ['runs a build from elsewhere', { run_build: true, app_source_dir: '/tmp' }],
    ['sets what only Bob may', { tc_cidr: '0.0.0.0/0' }],
    ['is a range of the world', { tc_cidr: '10.0.0.0/1' }],
    ['holds a shell in an address', { tc_address: '1.2.3.4 --autoAccept' }],
    ['holds a line in a project', { tc_project_id: 'tc-project\nallow_world=true' }],
    ['holds a colour of the terminal', { tc_zone: 'us-central1-a\u001b[2J' }],
    ['is a number where a word is', { tc_instance_id: 1095334895532210 }],
    ['is an object', { tc_project_id: { toString: 'x' } }],
    ['is a fraction', { tc_asn: 64515.5 }],
    ['is a gateway of another kind', { tc_vpn_gateway: 'projects/tc-project/global/networks/default' }],
    ['names the prototype', JSON.parse('{"__proto__": {"tc_project_id": "tc-project"}}') as Record<string, unknown>],
    ['is empty', {}],
  ])('Alice refuses a file that %s', (_what, values) => {
    const ran = accept('alice', JSON.stringify(values));
    expect(ran).toMatchObject({ code: 2, said: '' });
    expect(ran.complained).not.toContain('\u001b');
    expect(ran.complained).not.toContain('autoAccept');
  });

  it.each(['\u001b[2Jx', '\u009b2Jx', '\u202ex'])('a name of the sender cannot write on the terminal (%#)', (name) => {
    const ran = accept('alice', JSON.stringify({ [name]: 1 }));
    expect(ran.code).toBe(2);
    expect(ran.complained).not.toContain(name.slice(0, 1));
  });

  it('a file that never ends is not read to its end', () => {
    expect(handoff(['alice', '--accept', '/dev/zero', '--out', 'accepted.json'])).toMatchObject({
      code: 2,
      complained: 'handoff: the file of bob is longer than 65536 bytes\n',
    });
  });
});
