import { fail, ok, warn, type ReviewFinding } from '../../finding.js';
import { lintClient } from './client-arguments.js';
import { commandsOf, type Command } from './commands.js';
import { lintDocker } from './docker.js';
import { readCloudConfig } from './document.js';
import { lintHardening } from './hardening.js';
import { lintUnit, unitsOf } from './units.js';

/**
 * Is the startup script one cloud-config that cloud-init reads as it is printed; does it run images by digest, with no right
 * over the VM; does it shut the ways into the guest; does it tie the client to Alice's server? What is not known here is named.
 * It knows no shell: a command that hides what it runs is named as such.
 */
export function lintScript(script: string, trustedImages: readonly string[]): readonly ReviewFinding[] {
  const { findings, config } = readCloudConfig(script);
  const all = [...findings, ...lintCharacters(script)];
  if (config !== undefined) {
    const where = lineFinder(script);
    const units = unitsOf(config.files);
    const commands = [...commandsOf(config), ...units.flatMap((unit) => unit.commands)].map((command) => ({
      ...command,
      where: where(command.text),
    }));
    all.push(...units.flatMap((unit) => lintUnit(unit, where)));
    all.push(...lintFiles(config.files.map(({ path }) => path)));
    all.push(...commands.flatMap(lintCommand));
    all.push(...lintDocker(commands, trustedImages));
    all.push(...lintClient(commands));
    all.push(...lintHardening(config.bootcmd));
  }
  return all.some((finding) => finding.grade === 'FAIL')
    ? all
    : [...all, ok('startup-script', 'one cloud-config, images by digest, no right over the VM, a client that knows its server')];
}

/** `line 7: ` of the first line that holds the text, for people. */
function lineFinder(script: string): (text: string) => string {
  const lines = script.split('\n');
  return (text) => {
    const [first = ''] = text.split('\n');
    const index = lines.findIndex((line) => line.includes(first.trim()));
    return index === -1 ? '' : `line ${index + 1}: `;
  };
}

const known = new Set([
  ...['systemctl', 'iptables', 'ip6tables', 'sysctl', 'docker', 'docker-credential-gcr', 'mkdir', 'true', 'echo', 'sleep', 'chmod'],
]);

/** Programs that fetch, run what does not stand in the script, let people in, or start containers past docker. */
const dangerous =
  /^(?:curl|wget|gsutil|gcloud|(?:ba|da|z)?sh|eval|source|python[0-9.]*|perl|ctr|nerdctl|runc|podman|crictl|toolbox|nsenter|chroot|unshare|socat|nc|ncat|ssh|scp|useradd|usermod|passwd|chpasswd|insmod|modprobe|kexec|mount|env|sudo|nohup|exec|systemd-run)$/;

function lintCommand({ words, where, text }: Command & { readonly where: string }): readonly ReviewFinding[] {
  if (/[`]|\$\(|<\(/.test(text))
    return [warn('script-command', `${where}a command within a command: what it gives is not known here`, 'have the VM made without it')];
  const [first = ''] = words;
  const name = first.slice(first.lastIndexOf('/') + 1);
  if (known.has(name)) return [];
  if (dangerous.test(name))
    return [fail('script-command', `${where}runs ${first}, which can do what does not stand there`, 'have the VM made without it', true)];
  return [warn('script-command', `${where}runs ${first}, which is not known here`, 'make sure that you know what it does')];
}

/** Files that are read by the service manager, the kernel's settings, and nothing else. */
const knownPath = /^\/etc\/(?:systemd\/system\/[A-Za-z0-9@._-]+\.(?:service|mount|timer|socket)|sysctl\.d\/[A-Za-z0-9._-]+\.conf)$/;

const lintFiles = (paths: readonly string[]): readonly ReviewFinding[] =>
  paths
    .filter((path) => !knownPath.test(path))
    .map((path) => warn('script-files', `writes ${path}`, 'make sure that you know what reads that file'));

function lintCharacters(script: string): readonly ReviewFinding[] {
  const strange = script.split('\n').findIndex((line) => /[^\t -~]/.test(line));
  if (strange === -1) return [];
  const what = `line ${strange + 1} holds characters that are not plain ASCII; they are shown as <U+...>`;
  return [fail('script-characters', what, 'have the VM made with a script that reads as it is printed', true)];
}
