import { defaultBootImage } from './images.js';
import type { VmSpec } from './insert-act.js';

/** The cast and the props of the story that `npm run local` and the demo play. */
export const story = {
  alice: {
    project: { id: 'alice-project', number: '708288290784' },
    /** Reviews and approves at her terminal. */
    person: 'alice@example.com',
    /** Runs the TokenServer. */
    server: 'tokenserver@alice-project.iam.gserviceaccount.com',
  },
  bob: {
    project: { id: 'bob-project', number: '248928956783' },
    person: 'bob@example.com',
    vmAccount: 'tokenclient@bob-project.iam.gserviceaccount.com',
  },
} as const;

const userData = `#cloud-config

write_files:
- path: /etc/systemd/system/cloudservice.service
  permissions: 0644
  owner: root
  content: |
    [Unit]
    Description=Start the TokenClient
    Wants=gcr-online.target
    After=gcr-online.target

    [Service]
    ExecStart=/usr/bin/docker run --rm --device=/dev/tpm0:/dev/tpm0 --name=tokenclient example.com/tokenclient@sha256:0b3c2ec4a4b0a3ed35a1ee0c7d1c5b8b0f2f1c0e7a4c8a7b4bdf8f43c9cf0c1e
    ExecStop=/usr/bin/docker stop tokenclient

bootcmd:
- iptables -P INPUT DROP
- ip6tables -P INPUT DROP
- systemctl mask --now sshd.service sshd.socket serial-getty@ttyS0.service

runcmd:
- systemctl daemon-reload
- systemctl start cloudservice.service
`;

/** Bob's VM as Alice would want it: every switch that lets somebody in is off at the instance itself. */
export const storyVm: VmSpec = {
  project: story.bob.project.id,
  zone: 'us-central1-a',
  name: 'tokenclient',
  serviceAccount: story.bob.vmAccount,
  bootImage: defaultBootImage,
  shielded: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
  metadata: {
    'user-data': userData,
    'block-project-ssh-keys': 'TRUE',
    'serial-port-enable': 'FALSE',
    'enable-oslogin': 'FALSE',
    'enable-osconfig': 'FALSE',
    'enable-guest-attributes': 'FALSE',
    'google-logging-enabled': 'FALSE',
    'cos-update-strategy': 'update_disabled',
  },
};

/** What `npm run local` prints once the world is up. `{dir}`, `{instanceId}` and `{tpm}` are filled in. */
export const storyText = `The local cloud is up. LOCAL MODE: nothing here is Google, and nothing leaves this machine.

  Alice's project   alice-project (708288290784)      endpoints: {dir}/alice.json, her TokenServer: {dir}/server.json
  Bob's project     bob-project (248928956783)        endpoints of his VM: {dir}/vm.json
  Bob's VM          tokenclient in us-central1-a, instance id {instanceId}
  its TPM           {tpm}

Give the real programs --endpoints {dir}/alice.json (provisioner), {dir}/server.json (TokenServer), {dir}/vm.json and
--tpm {tpm} (TokenClient). Play Bob in another terminal:

  node dist/localcloud/main.js act                               lists what can be done
  node dist/localcloud/main.js act edit-metadata startup-script='id > /dev/ttyS0'
  node dist/localcloud/main.js act stop
  node dist/localcloud/main.js act show

Ctrl-C ends the world.
`;
