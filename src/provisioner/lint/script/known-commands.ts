import { fail, type ReviewFinding } from '../../finding.js';
import type { Command } from './commands.js';

/** Settings of the kernel that shut something, with the values that do. */
export const hardenedSysctls: ReadonlyMap<string, string> = new Map([
  ['kernel.core_pattern', 'core'],
  ['fs.suid_dumpable', '0'],
  ['kernel.kexec_load_disabled', '1'],
  ['kernel.sysrq', '0'],
  ['kernel.dmesg_restrict', '1'],
  ['kernel.yama.ptrace_scope', '2'],
]);

/** Where docker and containerd keep images; in memory, what lies there cannot be edited on the disk of a stopped VM. */
export const imageFolders: readonly string[] = ['/var/lib/docker', '/var/lib/containerd'];

/** Services that a script may start beside those that it writes. */
const startable = ['docker.service', 'docker.socket', 'containerd.service'];

/** What each program may be given: words behind its name, with one blank between. Another program, or more, is not known. */
const allowed: Readonly<Record<string, RegExp>> = {
  systemctl: /^(?:daemon-reload|(?:mask|stop|disable)(?: --now)?(?: [\w@.-]+)+|(?:start|restart) [\w@.-]+)$/,
  iptables: /^(?:-w )?(?:-F(?: INPUT| FORWARD| OUTPUT)?|-P (?:INPUT|FORWARD|OUTPUT) (?:DROP|ACCEPT)|-[AID] (?:INPUT|FORWARD|OUTPUT) .+)$/,
  swapoff: /^-a$/,
  mount: /^-t tmpfs -o size=\d+[kmg],mode=07[0-7]{2} tmpfs \/var\/lib\/(?:docker|containerd)$/,
  chgrp: /^[2-4]\d{3} \/dev\/tpmrm0$/,
  chmod: /^0?660 \/dev\/tpmrm0$/,
  mkdir: /^(?:-p )?\/run(?:\/[\w-]+)+$/,
  true: /^$/,
  echo: /.*/,
  sleep: /^\d+$/,
  'docker-credential-gcr': /^configure-docker(?: --registries=[a-z0-9.,-]+)?$/,
  // Judged by what it is given: docker.ts.
  docker: /.*/,
};

/** A program of the image, by its name alone or where the image keeps programs: another of that name may lie on the disk. */
const programName = (word: string): string | undefined => /^(?:\/(?:usr\/)?s?bin\/)?([a-z0-9-]+)$/.exec(word)?.[1];

const without = 'have the VM made without it';

/**
 * Is the command one that is known to do no more than it says? All others are named: those that fetch, run what does not stand in
 * the script or let people in, and those that nobody here knows. `ownUnits` are the services that the script writes.
 */
export function lintCommand(
  { words, where, text }: Command & { readonly where: string },
  ownUnits: readonly string[],
): readonly ReviewFinding[] {
  const [first = '', ...rest] = words;
  const name = programName(first) ?? '';
  const given = rest.join(' ');
  if (!isAllowed(name, given))
    return [fail('script-command', `${where}runs "${text.slice(0, 120)}", which is not known to be harmless`, without, true)];
  const [, unit] = name === 'systemctl' ? (/^(?:start|restart) (\S+)$/.exec(given) ?? []) : [];
  if (unit !== undefined && !startable.includes(unit) && !ownUnits.includes(unit) && !ownUnits.includes(`${unit}.service`))
    return [fail('script-command', `${where}starts ${unit}, which the script does not write`, without, true)];
  return [];
}

function isAllowed(name: string, given: string): boolean {
  if (name === 'sysctl') {
    const [, key = '', value] = /^-w ([a-z_.]+)=(\S+)$/.exec(given) ?? [];
    return value !== undefined && hardenedSysctls.get(key) === value;
  }
  const pattern = name === 'ip6tables' ? allowed['iptables'] : Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  return pattern?.test(given) === true;
}

/**
 * Does the line hold words only? Where a shell finds more in it (an operator, a redirection, a quote that ends lines below), what
 * runs is not what stands there, and a command that shuts something may never run.
 */
export function lintWords(line: string, where: string): readonly ReviewFinding[] {
  if (/^(?:[\w ./:=,@+-]|"[\w ./:=,@+-]*"|'[\w ./:=,@+-]*')*$/.test(line)) return [];
  const what = `${where}"${line.slice(0, 120)}" holds signs to which a shell or the service manager gives a meaning`;
  return [fail('script-command', what, 'have the VM made with one plain command a line', true)];
}
