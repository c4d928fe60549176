import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { blockOf, textOf } from './support/blocks.js';

const scripts = join(__dirname, '../../gcloud');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gcloud-'));
  // Stands for gcloud: writes down what it is told, keeps the user-data, finds nothing that was made before.
  writeFileSync(
    join(folder, 'gcloud'),
    `#!/usr/bin/env bash
printf '%s\\x1f' "$@" >>'${folder}/calls'
printf '\\n' >>'${folder}/calls'
said="$*"
for word in "$@"; do [[ $word != user-data=* ]] || cp "\${word#user-data=}" '${folder}/user-data'; done
case $said in
  *'value(projectNumber)'*) echo 437175015995 ;;
  *'addresses describe'*--format*) echo 203.0.113.9 ;;
  *'versions list'*) echo projects/437175015995/secrets/x/versions/7 ;;
  *'value(id)'*) echo 1095334895532210538 ;;
  *' describe '*) [[ -n \${THERE:-} && $said == *"$THERE"* ]] ;;
esac
`,
  );
  chmodSync(join(folder, 'gcloud'), 0o755);
  writeFileSync(join(folder, 'file.txt'), 'stands for a certificate');
});
afterAll(() => rmSync(folder, { recursive: true }));

const digest = 'a'.repeat(64);
const pins = `sha256/${'A'.repeat(43)}= sha256/${'B'.repeat(43)}=`;
const known = (file: string): Readonly<Record<string, string>> => ({
  TS_PROJECT_ID: 'ts-project',
  TC_PROJECT_ID: 'tc-project',
  TS_PROVISIONER: 'user:alice@esodemoapp2.com',
  TS_SERVICE_ACCOUNT: 'tokenserver@ts-project.iam.gserviceaccount.com',
  ALLOWED_CLIENT_CIDRS: '203.0.113.7/32',
  TS_AUDIENCE: 'https://tokenserver',
  TS_ADDRESS: '34.66.157.172',
  SNI_SERVERNAME: 'tokenservice.esodemoapp2.com',
  TLS_SERVER_PINS: pins,
  TS_IMAGE: `us-central1-docker.pkg.dev/ts-project/tokenserver/tokenserver@sha256:${digest}`,
  TC_IMAGE: `us-central1-docker.pkg.dev/tc-project/tokenclient/tokenclient@sha256:${digest}`,
  COS_IMAGE: 'projects/cos-cloud/global/images/cos-121-18867-199-5',
  ...Object.fromEntries(
    ['TLS_SERVER_CA', 'TLS_SERVER_CRT', 'TLS_SERVER_KEY', 'TLS_CLIENT_CA', 'TLS_CLIENT_CRT', 'TLS_CLIENT_KEY'].map((name) => [name, file]),
  ),
});

interface Ran {
  readonly code: number | null;
  readonly said: string;
  readonly complained: string;
  readonly calls: readonly (readonly string[])[];
  readonly userData: string;
}

const before = new Map<string, Ran>();

/** One step of a script, with what is known and some changes to it. The same words are run once. */
function run(script: 'alice' | 'bob', step: string, changes: Readonly<Record<string, string | undefined>> = {}): Ran {
  const key = JSON.stringify([script, step, Object.entries(changes)]);
  const ran = before.get(key) ?? runNow(script, step, changes);
  before.set(key, ran);
  return ran;
}

function runNow(script: 'alice' | 'bob', step: string, changes: Readonly<Record<string, string | undefined>>): Ran {
  writeFileSync(join(folder, 'calls'), '');
  writeFileSync(join(folder, 'user-data'), '');
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...known(join(folder, 'file.txt')), ...changes };
  const { status, stdout, stderr } = spawnSync('bash', [join(scripts, `${script}.sh`), step], { encoding: 'utf8', env });
  const lines = readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);
  return {
    code: status,
    said: stdout,
    complained: stderr,
    calls: lines.map((line) => line.split('\x1f').slice(0, -1)),
    userData: readFileSync(join(folder, 'user-data'), 'utf8'),
  };
}

const valueOf = (call: readonly string[], flag: string): string | undefined => call[call.indexOf(flag) + 1];
const callsOf = ({ calls }: Ran, ...words: readonly string[]): readonly (readonly string[])[] =>
  calls.filter((call) => words.every((word, i) => call[i] === word));

/** Custom roles that a script makes: id -> permissions. */
const rolesOf = (ran: Ran): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    callsOf(ran, 'iam', 'roles', 'create').map((call) => [call[3] ?? '', (valueOf(call, '--permissions') ?? '').split(',')]),
  );

/** Permissions of a list in the terraform of a part. */
const listed = (folderName: string, list: string): readonly string[] => {
  const [, body = ''] = new RegExp(`^  ${list} = \\[(.*?)\\]`, 'ms').exec(textOf(folderName)) ?? [];
  return [...body.matchAll(/"([A-Za-z.]+)"/g)].map(([, name = '']) => name);
};

describe('the scripts and terraform give the same', () => {
  it('roles of Alice', () => {
    expect(rolesOf(run('alice', 'setup'))).toEqual({
      tokenStore: listed('alice/setup', 'store_permissions'),
      tokenDecisionLog: [...(/log_permissions += \["([^"]+)"\]/.exec(textOf('alice/setup')) ?? [])].slice(1),
    });
  });

  it('roles of Bob, the same that the programs ask for', () => {
    const roles = rolesOf(run('bob', 'setup'));
    const instance = [...(/instance_permissions = \["([^"]+)", "([^"]+)"\]/.exec(textOf('bob/deploy')) ?? [])].slice(1);
    expect(roles).toEqual({
      tokenReviewInstance: instance,
      tokenReviewDisk: ['compute.disks.get'],
      tokenReviewProject: listed('bob/deploy', 'project_permissions'),
    });
    expect(textOf('bob/deploy')).toContain('disk_permissions     = ["compute.disks.get"]');
    // src/gcp names the permission that is missing with these words.
    expect(Object.values(roles).flat().toSorted()).toEqual(
      [
        'compute.disks.get',
        'compute.instances.get',
        'compute.instances.getShieldedInstanceIdentity',
        'compute.instanceSettings.get',
        'compute.projects.get',
        'logging.logEntries.list',
      ].toSorted(),
    );
  });

  it.each([
    ['alice', 'setup', 'alice/setup'],
    ['alice', 'certificates', 'modules/secrets'],
    ['bob', 'certificates', 'modules/secrets'],
  ] as const)('predefined roles: %s %s', (script, step, part) => {
    const granted = new Set(
      run(script, step)
        .calls.flatMap((call) => valueOf(call, '--role') ?? [])
        .filter((role) => role.startsWith('roles/')),
    );
    const inTerraform = new Set(
      [...`${textOf(part)}\n${textOf('modules/registry')}`.matchAll(/role\s+= "(roles\/[^"]+)"/g)].map(([, role]) => role),
    );
    for (const role of granted) expect(inTerraform).toContain(role);
    expect(granted.size).toBeGreaterThan(0);
  });

  it.each(['alice', 'bob'] as const)('APIs: %s', (script) => {
    const [enabled = []] = callsOf(run(script, 'setup'), 'services', 'enable');
    const inTerraform = [...blockOf(`${script}/setup`, 'module "party"').matchAll(/"([a-z]+\.googleapis\.com)"/g)].map(([, api]) => api);
    expect(enabled.filter((word) => word.endsWith('.googleapis.com'))).toEqual(inTerraform);
  });

  it.each([
    ['alice', 'setup', 'alice/setup'],
    ['alice', 'clients', 'alice/setup'],
    ['bob', 'setup', 'bob/setup'],
    ['bob', 'deploy', 'bob/setup'],
  ] as const)(
    'firewall: each rule of %s %s has the name of one of terraform, names the account and opens no port 22',
    (script, step, part) => {
      const rules = callsOf(run(script, step), 'compute', 'firewall-rules', 'create');
      const [, own = ''] = /^  name += "([^"]+)"/m.exec(blockOf(part, 'module "party"')) ?? [];
      const inTerraform = `${textOf(part)}\n${textOf('modules/party').replaceAll('${var.name}', own)}`;
      expect(rules.length).toBeGreaterThan(0);
      for (const rule of rules) {
        expect(inTerraform).toContain(`"${rule[3] ?? ''}"`);
        expect(valueOf(rule, '--target-service-accounts')).toMatch(/^token(?:server|client)@/);
        expect(['all', 'tcp:443', 'tcp:50051']).toContain(valueOf(rule, '--rules'));
        if (valueOf(rule, '--action') === 'ALLOW') expect(rule).not.toContain('0.0.0.0/0');
      }
    },
  );
});

describe('the VM', () => {
  it.each(['alice', 'bob'] as const)('%s: closed, by digest, with exactly the metadata of terraform', (script) => {
    const ran = run(script, 'deploy');
    expect(ran).toMatchObject({ code: 0, complained: '' });
    const [call = []] = callsOf(ran, 'compute', 'instances', 'create');
    for (const flag of ['--shielded-secure-boot', '--shielded-vtpm', '--shielded-integrity-monitoring']) expect(call).toContain(flag);
    expect(valueOf(call, '--image')).toBe('cos-121-18867-199-5');
    expect(valueOf(call, '--image-project')).toBe('cos-cloud');
    const metadata = Object.fromEntries((valueOf(call, '--metadata') ?? '').split(',').map((pair) => pair.split('=') as [string, string]));
    const inTerraform = [...blockOf('modules/cloud-config', 'output "metadata"').matchAll(/^ {4}([a-z-]+) += .*?"([A-Za-z_]+)"$/gm)];
    expect(metadata).toEqual(Object.fromEntries(inTerraform.map(([, key, value]) => [key, value])));
    expect(Object.keys(metadata)).toHaveLength(10);
  });

  it.each(['alice', 'bob'] as const)('%s: the user-data is a cloud-config without open places and without a secret', (script) => {
    const { userData } = run(script, 'deploy');
    expect(userData).toMatch(/^#cloud-config\n/);
    expect(userData).not.toMatch(/@[A-Z]+@|stands for a certificate/);
    expect(userData.endsWith('.service\n')).toBe(true);
    expect(Object.keys(parse(userData, { version: '1.1' }) as object)).toEqual(['write_files', 'bootcmd', 'runcmd']);
  });

  it("Bob's command line is what terraform/bob writes", () => {
    const { userData } = run('bob', 'deploy');
    expect(userData).toContain(
      [
        '--address 34.66.157.172:50051',
        '--sniServerName tokenservice.esodemoapp2.com',
        '--tsAudience https://tokenserver',
        `--tlsServerPin sha256/${'A'.repeat(43)}=`,
        `--tlsServerPin sha256/${'B'.repeat(43)}=`,
        '--useSecrets',
        '--tlsCertChain projects/437175015995/secrets/tls-ca/versions/7',
        '--useMTLS',
        '--tlsClientCert projects/437175015995/secrets/tls_crt/versions/7',
        '--tlsClientKey projects/437175015995/secrets/tls_key/versions/7',
        '--useTPM',
        '--doAttestation\n',
      ].join(' \\\n      '),
    );
  });

  it.each([
    ['SEV', 'n2d-standard-2', 'TERMINATE'],
    ['SEV_SNP', 'n2d-standard-2', 'TERMINATE'],
    ['TDX', 'c3-standard-4', 'TERMINATE'],
    ['', 'e2-small', 'MIGRATE'],
  ])('confidential type %j: machine %s', (type, machine, maintenance) => {
    const [call = []] = callsOf(run('bob', 'deploy', { CONFIDENTIAL_TYPE: type }), 'compute', 'instances', 'create');
    expect([valueOf(call, '--machine-type'), valueOf(call, '--maintenance-policy')]).toEqual([machine, maintenance]);
    expect(call.includes('--confidential-compute-type')).toBe(type !== '');
    expect(textOf('modules/machine')).toContain(`smallest = "${machine}"`);
  });

  it('one that is there is not changed', () => {
    const ran = run('bob', 'deploy', { THERE: 'compute instances describe' });
    expect(ran.code).toBe(2);
    expect(callsOf(ran, 'compute', 'instances', 'create')).toEqual([]);
  });
});

describe('refusals', () => {
  it.each<['alice' | 'bob', string, Readonly<Record<string, string | undefined>>]>([
    ['alice', 'setup', { TS_PROJECT_ID: undefined }],
    ['alice', 'setup', { TS_PROVISIONER: undefined }],
    ['alice', 'setup', { TS_PROVISIONER: 'allUsers' }],
    ['alice', 'setup', { CREATE_PROJECT: 'true' }],
    ['alice', 'clients', { ALLOWED_CLIENT_CIDRS: undefined }],
    ['alice', 'clients', { ALLOWED_CLIENT_CIDRS: '0.0.0.0/0' }],
    ['alice', 'clients', { ALLOWED_CLIENT_CIDRS: '203.0.113.7/32,128.0.0.0/1' }],
    ['alice', 'deploy', { TS_IMAGE: 'us-central1-docker.pkg.dev/ts-project/tokenserver/tokenserver:v1' }],
    ['alice', 'deploy', { COS_IMAGE: 'projects/cos-cloud/global/images/family/cos-stable' }],
    ['alice', 'deploy', { TS_AUDIENCE: 'https://tokenserver; reboot' }],
    ['alice', 'certificates', { TLS_SERVER_KEY: '/there/is/no/such/file' }],
    ['bob', 'deploy', { TLS_SERVER_PINS: undefined }],
    ['bob', 'deploy', { TLS_SERVER_PINS: 'sha256/AAAA' }],
    ['bob', 'deploy', { TS_ADDRESS: undefined }],
    ['bob', 'deploy', { TS_SERVICE_ACCOUNT: 'allAuthenticatedUsers' }],
    ['bob', 'deploy', { CONFIDENTIAL_TYPE: 'SGX' }],
    ['bob', 'destroy', {}],
    ['alice', '', {}],
  ])('%s %s with %j', (script, step, changes) => {
    const ran = run(script, step, changes);
    expect(ran.code).toBe(2);
    expect(callsOf(ran, 'compute', 'instances', 'create')).toEqual([]);
    expect(ran.complained).toMatch(/^(?:alice|bob)\.sh: /m);
  });
});

it("what Alice's script tells is what Bob's reads", () => {
  const told = run('alice', 'tell');
  expect(told.code).toBe(0);
  const names = [...told.said.matchAll(/^export (\w+)=/gm)].map(([, name = '']) => name);
  expect(names).toHaveLength(6);
  for (const name of names) expect(readFileSync(join(scripts, 'bob.sh'), 'utf8')).toContain(name);
});

it.each(['steps.sh', 'alice.sh', 'bob.sh'])('%s is a shell script, and shellcheck has nothing to say where it is installed', (name) => {
  const file = join(scripts, name);
  expect(spawnSync('bash', ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  const { error, stdout } = spawnSync('shellcheck', ['--external-sources', '--source-path', join(scripts, '..'), file], {
    encoding: 'utf8',
  });
  expect(error === undefined ? stdout : '').toBe('');
});
