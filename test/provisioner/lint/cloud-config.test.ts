import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { lintInstanceMetadata } from '../../../src/provisioner/lint/metadata.js';
import { unitsToMask } from '../../../src/provisioner/lint/script/hardening.js';
import { lintScript } from '../../../src/provisioner/lint/script/index.js';

// The files are what the terraform module renders: `npm run terraform` compares them where terraform is installed.
const folder = join(__dirname, '../../golden/cloud-config');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const found = (script: string, trusted: readonly string[] = []): readonly string[] => [
  ...new Set(lintScript(script, trusted).flatMap(({ grade, id }) => (grade === 'OK' ? [] : [`${grade} ${id}`]))),
];
const client = read('client.yaml');
const image = /us-central1-docker\S+@sha256:[0-9a-f]{64}/.exec(client)?.[0] ?? '';

describe('what the module renders', () => {
  it.each(scripts.filter((name) => name.startsWith('client') && name !== 'client-root.yaml'))(
    '%s: the review has nothing to say',
    (name) => {
      expect(found(read(name))).toEqual([]);
      expect(found(read(name), [image])).toEqual([]);
    },
  );

  it('root in the container is one warning', () => {
    expect(found(read('client-root.yaml'))).toEqual(['WARN script-user']);
  });

  it('a server has ports, and no server of its own', () => {
    expect(found(read('server.yaml'))).toEqual(['WARN script-ports', 'WARN script-client']);
  });

  it('a server behind a load balancer keeps a log, and takes on an address', () => {
    expect(found(read('server-replicas.yaml')).toSorted()).toEqual([
      'FAIL script-command',
      'FAIL script-docker-flags',
      'FAIL script-hardening',
      'FAIL script-logging',
      'WARN script-client',
    ]);
  });

  it.each(
    Object.entries(JSON.parse(read('metadata.json')) as Record<string, Record<string, string>>).filter(([name]) =>
      name.startsWith('client'),
    ),
  )('the metadata of %s: the review has nothing to say', (_name, metadata) => {
    expect(lintInstanceMetadata(new Map(Object.entries(metadata))).filter(({ grade }) => grade !== 'OK')).toEqual([]);
  });

  it.each(scripts)('%s is one cloud-config of plain text, with modes that YAML cannot read as numbers', (name) => {
    const text = read(name);
    expect(text.startsWith('#cloud-config\n')).toBe(true);
    expect(text).toMatch(/^[\n -~]+$/);
    const content = parse(text, { version: '1.1' }) as { write_files: readonly { permissions: unknown }[]; bootcmd: readonly unknown[] };
    expect(Object.keys(content).toSorted()).toEqual(['bootcmd', 'runcmd', 'write_files']);
    expect(content.write_files.map(({ permissions }) => permissions)).toEqual(['0644', '0644']);
    expect(content.bootcmd.every((command) => typeof command === 'string')).toBe(true);
  });

  it.each(scripts)('%s holds no secret, but names of secrets with their versions', (name) => {
    const text = read(name);
    expect(text).not.toMatch(/PRIVATE|BEGIN|password|secret_data/i);
    expect(
      (text.match(/projects\/\S*secrets\/\S+/g) ?? []).every((resource) =>
        /^projects\/\d+\/secrets\/[\w-]+\/versions\/\d+$/.test(resource),
      ),
    ).toBe(true);
  });
});

test('the module masks the units that the review looks for, and no others', () => {
  const masked = [...client.matchAll(/^- systemctl mask --now (\S+)$/gm)].map(([, unit = '']) => unit.replace(/\.service$/, ''));
  expect(masked.toSorted()).toEqual([...unitsToMask].toSorted());
});

/** Lines whose loss opens nothing: the machine works worse or not at all, or another line does the same. */
const functional = [
  /^- ip6?tables -w -A INPUT/,
  /^- ip6tables -w -P FORWARD DROP/,
  /^- systemctl stop docker/,
  /^- ch(?:grp|mod) /,
  /^- systemctl (?:daemon-reload|start)/,
];

describe('a line less', () => {
  const bootcmd = client
    .slice(client.indexOf('bootcmd:\n') + 9)
    .split('\n')
    .filter((line) => line.startsWith('- '));
  const closing = bootcmd.filter((line) => !functional.some((pattern) => pattern.test(line)));

  it('there are lines to lose', () => {
    expect(closing.length).toBeGreaterThan(35);
  });

  it.each(closing)('%s', (line) => {
    expect(found(client.replace(`${line}\n`, ''))[0]).toMatch(/^FAIL /);
  });
});

const flag = (words: string): string => client.replace('      --rm \\\n', `      --rm \\\n      ${words} \\\n`);
const without = (words: RegExp): string => client.replace(new RegExp(` {6}${words.source}[^\\n]*\\n`), '');
const written = (path: string, content: string): string =>
  client.replace('write_files:\n', `write_files:\n- path: ${path}\n  content: "${content}"\n`);

const weaker: readonly (readonly [name: string, script: string, finding: string])[] = [
  ['the disk of the VM', flag('-v /:/host'), 'FAIL script-docker-flags'],
  ['the socket of docker', flag('--volume=/var/run/docker.sock:/var/run/docker.sock'), 'FAIL script-docker-flags'],
  ['every right', flag('--privileged'), 'FAIL script-docker-flags'],
  ['the network of the VM', flag('--network=host'), 'FAIL script-docker-flags'],
  ['a right over the kernel', flag('--cap-add=SYS_PTRACE'), 'FAIL script-docker-flags'],
  ['no filter of calls', flag('--security-opt=seccomp=unconfined'), 'FAIL script-docker-flags'],
  ['a second device', flag('--device=/dev/sda'), 'FAIL script-docker-flags'],
  ['another entry point', flag('--entrypoint=/bin/sh'), 'FAIL script-entrypoint'],
  ['a variable', flag('--env=NODE_OPTIONS=--inspect'), 'FAIL script-environment'],
  ['all capabilities', without(/--cap-drop/), 'FAIL script-confinement'],
  ['a root that can be written', without(/--read-only/), 'FAIL script-confinement'],
  ['rights that grow', without(/--security-opt/), 'FAIL script-confinement'],
  ['a log that docker keeps', without(/--log-driver/), 'FAIL script-logging'],
  ['a log that Bob reads', client.replace('--log-driver=none', '--log-driver=gcplogs'), 'FAIL script-logging'],
  ['a tag', client.replace(/@sha256:[0-9a-f]{64} \\/, ':v1 \\'), 'FAIL script-image-digest'],
  ['a tag that is pulled', client.replace(/(docker pull .*)@sha256:[0-9a-f]{64}/, '$1:v1'), 'FAIL script-image-digest'],
  ['no pin', client.replace(/ {6}--tlsServerPin [^\n]*\n/g, ''), 'FAIL script-server-pin'],
  ['no audience', without(/--tsAudience/), 'FAIL script-audience'],
  ['other endpoints', client.replace('--useTPM', '--useTPM --endpoints /x'), 'FAIL script-endpoints'],
  ['a level that prints secrets', client.replace('--useTPM', '--useTPM --v=25'), 'FAIL script-logging'],
  ['a key to log in', written('/root/.ssh/authorized_keys', 'ssh-ed25519 AAAA bob'), 'FAIL script-files'],
  ['a user', `${client}users: [bob]\n`, 'FAIL script-keys'],
  ['a key of cloud-init to log in', `${client}ssh_authorized_keys: [ssh-ed25519 AAAA bob]\n`, 'FAIL script-keys'],
  ['settings of docker', written('/etc/docker/daemon.json', '{}'), 'FAIL script-files'],
  ['a drop-in of the service', written('/etc/systemd/system/tokenclient.service.d/x.conf', '[Service]'), 'FAIL script-files'],
  ['one more command', `${client}- /opt/thing\n`, 'FAIL script-command'],
  ['a program fetched', `${client}- curl http://203.0.113.9/x\n`, 'FAIL script-command'],
  ['a door opened again', `${client}- systemctl unmask sshd.service\n`, 'FAIL script-command'],
  ['a door started', `${client}- systemctl start sshd.service\n`, 'FAIL script-command'],
  ['a second container', `${client}- docker run --privileged x\n`, 'FAIL script-docker-flags'],
  ['a guest agent that runs scripts', client.replace('startup = false', 'startup = true'), 'FAIL script-files'],
  ['a guest agent that makes users', client.replace('accounts_daemon = false', 'accounts_daemon = true'), 'FAIL script-files'],
  ['callers', client.replace('ESTABLISHED,RELATED', 'ESTABLISHED,RELATED,NEW'), 'FAIL script-firewall'],
  [
    'an image with disk',
    client.replace('mount -t tmpfs -o size=768m,mode=0711 tmpfs /var/lib/docker', 'mount /dev/sdb /var/lib/docker'),
    'FAIL script-command',
  ],
  ['a TPM for everybody', client.replace('chmod 0660', 'chmod 0666'), 'FAIL script-command'],
];

describe('the review fails what gives the client more, or less to hold on to', () => {
  it.each(weaker)('%s', (_name, script, finding) => {
    expect(script).not.toBe(client);
    expect(found(script)).toContain(finding);
  });
});

test("a pin beside Alice's shows in the review: only she knows which are hers", () => {
  const more = client.replace('--useTPM', `--useTPM --tlsServerPin sha256/${'E'.repeat(43)}=`);
  expect(lintScript(more, []).find(({ id }) => id === 'script-server-pin')?.what).toContain(`sha256/${'E'.repeat(43)}=`);
});
