import { createHash } from 'node:crypto';

/** What the article's shell variables stand for. */
const variables: Readonly<Record<string, string>> = {
  TF_VAR_ts_project_id: 'ts-project',
  TF_VAR_tc_project_id: 'tc-project',
  TF_VAR_tc_address: '34.121.225.36',
  TF_VAR_tc_instance_id: '8939838129032687278',
};

const approve = `go run src/provisioner/provisioner.go --fireStoreProjectId $TF_VAR_ts_project_id --firestoreCollectionName foo \\
    --clientProjectId $TF_VAR_tc_project_id --clientVMZone us-central1-a`;
const withPeer = `${approve} --peerAddress=$TF_VAR_tc_address --peerSerialNumber=5 \\
    --clientVMId $TF_VAR_tc_instance_id  --secretsFile=secrets.json`;

/** Name, the printed line, and what must happen: it works, or stops naming this one flag. */
export const articleCommands: readonly (readonly [string, string, 'works' | 'attestationPCRValue'])[] = [
  ['the first approval, the fakeimage one and the edited-metadata one', withPeer, 'attestationPCRValue'],
  [
    'an approval with TPM',
    `${approve} --clientVMId $TF_VAR_tc_instance_id  \\
    --secretsFile=secrets.json \\
    --useTPM --attestationPCR=0 --attestationPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f`,
    'works',
  ],
  [
    'an approval with address and serial number after the VM',
    `go run src/provisioner/provisioner.go --fireStoreProjectId $TF_VAR_ts_project_id  \\
  --firestoreCollectionName foo     --clientProjectId $TF_VAR_tc_project_id \\
  --clientVMZone us-central1-a --clientVMId $TF_VAR_tc_instance_id \\
  --peerAddress $TF_VAR_tc_address --peerSerialNumber=5  --secretsFile=secrets.json`,
    'attestationPCRValue',
  ],
  [
    'a line that seals to the TPM',
    `go run src/provisioner/provisioner.go --clientProjectId $TF_VAR_tc_project_id \\
  --clientVMZone us-central1-a --clientVMId $TF_VAR_tc_instance_id \\
  --encryptToTPM="datasealedtotpm"  \\
  --pcrValues 0=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f`,
    'works',
  ],
  [
    'an approval without address and serial number',
    `${approve} --clientVMId $TF_VAR_tc_instance_id  \\
    --secretsFile=secrets.json`,
    'attestationPCRValue',
  ],
  [
    'an approval of an SEV machine, with one dash and a colon',
    `${withPeer} \\
    -attestationPCR=0 \\
    -attestationPCRValue=0f35c214608d93c7a6e68ae7359b4a8be5a0e99eea9107ece427c4dea4e439cf \\
    -pcrValues=0:0f35c214608d93c7a6e68ae7359b4a8be5a0e99eea9107ece427c4dea4e439cf`,
    'works',
  ],
];

/** The words that a shell would pass to the program: continuation lines joined, variables and quotes resolved. */
export function commandWords(line: string): string[] {
  const joined = line.replaceAll('\\\n', ' ').replace(/\$(\w+)/g, (_all, name: string) => variables[name] ?? '');
  const words = joined.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  return words.slice(3).map((word) => word.replaceAll('"', ''));
}

const startupScript = (port: string): string => `#cloud-config

write_files:
- path: /etc/systemd/system/cloudservice.service
  permissions: 0644
  owner: root
  content: |
    [Unit]
    Description=Start a simple docker container
    Wants=gcr-online.target
    After=gcr-online.target

    [Service]
    Environment="HOME=/home/cloudservice"
    ExecStartPre=/usr/bin/docker-credential-gcr configure-docker
    ExecStart=/usr/bin/docker run --rm -u 0 --device=/dev/tpm0:/dev/tpm0 --name=mycloudservice gcr.io/tc-4f4f5a70/tokenclient@sha256:eea4812c723e6d39d4261504508c0903c1c0958fc6ec25a9cad906c57ea610a9 --address 34.136.142.112:${port} --servername tokenservice.esodemoapp2.com --tsAudience https://tokenserver --useMTLS --useSecrets  --tlsClientCert projects/634665912513/secrets/tls_crt --tlsClientKey projects/634665912513/secrets/tls_key --tlsCertChain projects/634665912513/secrets/tls-ca --useTPM --doAttestation --exchangeSigningKey --v=25 -alsologtostderr
    ExecStop=/usr/bin/docker stop mycloudservice
    ExecStopPost=/usr/bin/docker rm mycloudservice

bootcmd:
- iptables -D INPUT -p tcp -m tcp --dport 22 -j ACCEPT
- systemctl mask --now serial-getty@ttyS0.service

runcmd:
- systemctl daemon-reload
- systemctl start cloudservice.service`;

/** The two startup scripts that the article prints, byte for byte as its hashes need them: only the first ends in a newline. */
export const articleScript = `${startupScript('50051')}\n`;
export const editedArticleScript = startupScript('50052');
export const articleScriptHash = 'v7SftwlRj75WRXCq0Q/buov8D7t+Sg08fRqaylohfiI=';
export const editedArticleScriptHash = '700Dma/2uMOpNNcHAF7vjZUrrk7ZBCSdTiaUrPM0GJA=';

/** Units that a careful Bob masks: docs/operate.md has the same. */
const masked = [
  ...['sshd.service', 'sshd.socket', 'getty@tty1', 'serial-getty@ttyS0', 'serial-getty@ttyS1', 'serial-getty@ttyS2', 'serial-getty@ttyS3'],
  ...['google-startup-scripts', 'google-shutdown-scripts', 'google-guest-agent', 'google-guest-agent-manager'],
  ...['google-guest-compat-manager', 'google-osconfig-agent', 'google-osconfig-init', 'google-oslogin-cache.service'],
  ...['google-oslogin-cache.timer', 'konlet-startup', 'crash-reporter', 'fluent-bit', 'fluentd', 'stackdriver-logging'],
  ...['node-problem-detector', 'docker-events-collector', 'update-engine', 'device_policy_manager', 'var-lib-toolbox.mount'],
];
const filter = (tool: string): readonly string[] => [
  `${tool} -F INPUT`,
  `${tool} -P INPUT DROP`,
  `${tool} -A INPUT -i lo -j ACCEPT`,
  `${tool} -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
];
const kernel = [
  ...['kernel.core_pattern=core', 'fs.suid_dumpable=0', 'kernel.kexec_load_disabled=1', 'kernel.sysrq=0', 'kernel.dmesg_restrict=1'],
  'kernel.yama.ptrace_scope=2',
];

/** The bootcmd of docs/operate.md. */
export const closingCommands: readonly string[] = [
  ...masked.map((unit) => `systemctl mask --now ${unit}`),
  ...filter('iptables'),
  ...filter('ip6tables'),
  ...kernel.map((setting) => `sysctl -w ${setting}`),
  'swapoff -a',
  'systemctl stop docker.socket docker.service containerd.service',
  'mount -t tmpfs -o size=768m,mode=0711 tmpfs /var/lib/docker',
  'mount -t tmpfs -o size=768m,mode=0711 tmpfs /var/lib/containerd',
  'chgrp 2000 /dev/tpmrm0',
  'chmod 0660 /dev/tpmrm0',
];

const confined = '--user 2000:2000 --read-only --cap-drop=ALL --security-opt=no-new-privileges --log-driver=none';

/** The article's script as a careful Bob writes it: pinned, quiet, and closed. */
export const hardenedScript = articleScript
  .replace('docker run --rm -u 0', `docker run --rm ${confined}`)
  .replace('/dev/tpm0:/dev/tpm0', '/dev/tpmrm0')
  .replace('--useMTLS', `--tlsServerPin sha256/${'A'.repeat(43)}= --useMTLS`)
  .replace(' --v=25 -alsologtostderr', '')
  .replace('- systemctl mask --now serial-getty@ttyS0.service', closingCommands.map((command) => `- ${command}`).join('\n'));
export const hardenedScriptHash = createHash('sha256').update(hardenedScript).digest('base64');
