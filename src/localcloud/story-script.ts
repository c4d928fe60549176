/** What Bob's terraform module cloud-config renders, with places for image and arguments. A test compares it with the module. */
const rendered = `#cloud-config

write_files:
- path: /etc/default/instance_configs.cfg
  permissions: "0644"
  owner: root
  content: |
    [Daemons]
    accounts_daemon = false
    [MetadataScripts]
    startup = false
    shutdown = false
    [Core]
    on_demand_plugins = false
    acs_client = false
- path: /etc/systemd/system/tokenclient.service
  permissions: "0644"
  owner: root
  content: |
    [Unit]
    Description=tokenclient
    Wants=gcr-online.target
    Requires=docker.service
    After=gcr-online.target docker.service
    StartLimitIntervalSec=0

    [Service]
    Environment=HOME=/run/tokenclient
    RuntimeDirectory=tokenclient
    LimitCORE=0
    TimeoutStartSec=600
    Restart=on-failure
    RestartSec=10
    ExecStartPre=/usr/bin/docker-credential-gcr configure-docker --registries=HOST
    ExecStartPre=-/usr/bin/docker rm --force tokenclient
    ExecStartPre=/usr/bin/docker pull --quiet IMAGE
    ExecStart=/usr/bin/docker run \\
      --rm \\
      --name=tokenclient \\
      --user=2000:2000 \\
      --read-only \\
      --tmpfs=/tmp:rw,noexec,nosuid,nodev,size=16m \\
      --tmpfs=/run:rw,noexec,nosuid,nodev,size=16m,mode=0700,uid=2000,gid=2000 \\
      --cap-drop=ALL \\
      --security-opt=no-new-privileges \\
      --pids-limit=256 \\
      --memory=512m \\
      --memory-swap=512m \\
      --ulimit=core=0 \\
      --log-driver=none \\
      --device=/dev/tpmrm0 \\
      IMAGE \\
ARGUMENTS
    ExecStop=/usr/bin/docker stop tokenclient

bootcmd:
- systemctl mask --now sshd.service
- systemctl mask --now sshd.socket
- systemctl mask --now serial-getty@ttyS0
- systemctl mask --now serial-getty@ttyS1
- systemctl mask --now serial-getty@ttyS2
- systemctl mask --now serial-getty@ttyS3
- systemctl mask --now getty@tty1
- systemctl mask --now google-startup-scripts
- systemctl mask --now google-shutdown-scripts
- systemctl mask --now google-guest-agent
- systemctl mask --now google-guest-agent-manager
- systemctl mask --now google-guest-compat-manager
- systemctl mask --now google-osconfig-agent
- systemctl mask --now google-osconfig-init
- systemctl mask --now google-oslogin-cache.service
- systemctl mask --now google-oslogin-cache.timer
- systemctl mask --now konlet-startup
- systemctl mask --now device_policy_manager
- systemctl mask --now crash-reporter
- systemctl mask --now update-engine
- systemctl mask --now docker-events-collector
- systemctl mask --now var-lib-toolbox.mount
- systemctl mask --now fluent-bit
- systemctl mask --now fluentd
- systemctl mask --now stackdriver-logging
- systemctl mask --now node-problem-detector
- iptables -w -P INPUT DROP
- iptables -w -F INPUT
- iptables -w -A INPUT -p tcp --dport 22 -j DROP
- iptables -w -A INPUT -i lo -j ACCEPT
- iptables -w -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
- ip6tables -w -P INPUT DROP
- ip6tables -w -F INPUT
- ip6tables -w -A INPUT -p tcp --dport 22 -j DROP
- ip6tables -w -A INPUT -i lo -j ACCEPT
- ip6tables -w -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
- ip6tables -w -P FORWARD DROP
- sysctl -w fs.suid_dumpable=0
- sysctl -w kernel.core_pattern=core
- sysctl -w kernel.dmesg_restrict=1
- sysctl -w kernel.kexec_load_disabled=1
- sysctl -w kernel.sysrq=0
- sysctl -w kernel.yama.ptrace_scope=2
- swapoff -a
- systemctl stop docker.socket docker.service containerd.service
- mount -t tmpfs -o size=768m,mode=0711 tmpfs /var/lib/docker
- mount -t tmpfs -o size=768m,mode=0711 tmpfs /var/lib/containerd
- chgrp 2000 /dev/tpmrm0
- chmod 0660 /dev/tpmrm0

runcmd:
- systemctl daemon-reload
- systemctl start tokenclient.service
`;

/** Bob's startup script in the story, for this image by digest and these arguments. */
export function clientScript(image: string, words: readonly string[]): string {
  const [host = ''] = image.split('/');
  const lines = words.map((word, i) => `${i === 0 ? '      ' : word.startsWith('-') ? ' \\\n      ' : ' '}${word}`);
  return rendered.replaceAll('IMAGE', image).replace('HOST', host).replace('ARGUMENTS', lines.join(''));
}
