import { fail, ok, type ReviewFinding } from '../../finding.js';
import { commandsOf } from './commands.js';
import { hardenedSysctls, imageFolders } from './known-commands.js';

/** What a closed guest has masked, and what for. */
const doors: readonly (readonly [name: string, units: readonly string[]])[] = [
  ['ssh', ['sshd', 'sshd.socket']],
  ['consoles', ['serial-getty@ttyS0', 'serial-getty@ttyS1', 'serial-getty@ttyS2', 'serial-getty@ttyS3', 'getty@tty1']],
  ['startup and shutdown scripts', ['google-startup-scripts', 'google-shutdown-scripts']],
  ['guest agent', ['google-guest-agent', 'google-guest-agent-manager', 'google-guest-compat-manager']],
  ['OS Config', ['google-osconfig-agent', 'google-osconfig-init']],
  ['OS Login', ['google-oslogin-cache', 'google-oslogin-cache.timer']],
  ['konlet', ['konlet-startup']],
  [
    'reports to others',
    ['crash-reporter', 'fluent-bit', 'fluentd', 'stackdriver-logging', 'node-problem-detector', 'docker-events-collector'],
  ],
  ['changes of the system', ['update-engine', 'device_policy_manager', 'var-lib-toolbox.mount']],
];

/** The same as one list, units without the suffix .service: the module that writes the script has it too. */
export const unitsToMask: readonly string[] = doors.flatMap(([, units]) => units);

const remedy = 'have the VM made with these in bootcmd, which runs at each boot: docs/operate.md has them';

/**
 * Ways into the guest that a script shuts at each boot. /etc of Container-Optimized OS is made anew at each boot, so only bootcmd
 * counts. What is open is a FAIL, also where a metadata key shuts it: the key stands at the instance, and who wrote it may be the
 * one to shut out.
 */
export function lintHardening(bootcmd: readonly string[]): readonly ReviewFinding[] {
  const commands = commandsOf({ bootcmd, runcmd: [] }).map(({ words }) => words);
  const findings = [...lintLogins(commands), ...lintMasks(commands), ...lintFirewall(commands), ...lintMemory(commands)];
  return findings.length === 0 ? [ok('script-hardening', 'logins, agents and other starters are masked; INPUT is dropped')] : findings;
}

type Commands = readonly (readonly string[])[];

function maskedBy(commands: Commands): ReadonlySet<string> {
  const masked = new Set<string>();
  for (const command of commands) {
    for (const unit of unitsAfter('mask', command)) masked.add(unit);
    for (const unit of unitsAfter('unmask', command)) masked.delete(unit);
  }
  return masked;
}

/** Units without the suffix .service; a unit that is only stopped comes back. */
function unitsAfter(verb: 'mask' | 'unmask', [program = '', ...rest]: readonly string[]): readonly string[] {
  if (!/(?:^|\/)systemctl$/.test(program)) return [];
  const [given, ...units] = rest.filter((word) => !word.startsWith('-'));
  return given === verb ? units.map((unit) => unit.replace(/\.service$/, '')) : [];
}

function lintLogins(commands: Commands): readonly ReviewFinding[] {
  const masked = maskedBy(commands);
  const findings: ReviewFinding[] = [];
  if (!(masked.has('sshd') && masked.has('sshd.socket')) && !firewall(commands, 'iptables').shutsSsh)
    findings.push(fail('script-ssh', 'ssh stays open: neither are sshd.service and sshd.socket masked, nor is port 22 shut', remedy, true));
  if (!masked.has('serial-getty@ttyS0')) findings.push(fail('script-console', 'the login on the serial port stays open', remedy, true));
  return findings;
}

function lintMasks(commands: Commands): readonly ReviewFinding[] {
  const masked = maskedBy(commands);
  const open = doors.flatMap(([name, units]) => {
    const left = units.filter((unit) => !masked.has(unit));
    return left.length === 0 ? [] : [`${name} (${left.join(', ')})`];
  });
  return open.length === 0 ? [] : [fail('script-hardening', `not masked: ${open.join('; ')}`, remedy, true)];
}

function lintFirewall(commands: Commands): readonly ReviewFinding[] {
  const filters = ['iptables', 'ip6tables'].map((tool) => ({ tool, ...firewall(commands, tool) }));
  const findings: ReviewFinding[] = [];
  const open = filters.filter(({ drops, flushed }) => !(drops && flushed)).map(({ tool }) => tool);
  if (open.length > 0)
    findings.push(fail('script-firewall', `${open.join(' and ')}: INPUT is not emptied and dropped by default`, remedy, true));
  const opened = filters.flatMap((filter) => filter.opened);
  if (opened.length > 0)
    findings.push(fail('script-firewall', `lets callers in: ${opened.join('; ')}`, 'have the VM made without these rules', true));
  return findings;
}

interface Filter {
  readonly drops: boolean;
  readonly flushed: boolean;
  readonly shutsSsh: boolean;
  /** Rules that let callers in. */
  readonly opened: readonly string[];
}

/** Rules that let in nobody who was not called: the machine itself, and answers. */
const harmlessRule = /^-A INPUT (?:-i lo|-m conntrack --ctstate (?:ESTABLISHED,RELATED|RELATED,ESTABLISHED)) -j ACCEPT$/;

function firewall(commands: Commands, tool: string): Filter {
  const rules = commands
    .filter(([program = '']) => program === tool || program.endsWith(`/${tool}`))
    .map((words) => words.slice(words[1] === '-w' ? 2 : 1).join(' '));
  const drops = rules.findLast((rule) => rule.startsWith('-P INPUT')) === '-P INPUT DROP';
  const flushed = rules.some((rule) => /^-F(?: INPUT)?$/.test(rule));
  const deleted = rules.some((rule) => /^-D INPUT .*--dport 22 -j ACCEPT$/.test(rule));
  const opened = rules.filter((rule) => /^-[AI] INPUT /.test(rule) && !/ -j (?:DROP|REJECT)$/.test(rule) && !harmlessRule.test(rule));
  return {
    drops,
    flushed,
    shutsSsh: (deleted || (drops && flushed)) && opened.length === 0,
    opened: opened.map((rule) => `${tool} ${rule}`),
  };
}

/** What would write memory to a disk, let a program look into another, or keep images where they can be edited. */
function lintMemory(commands: Commands): readonly ReviewFinding[] {
  const said = new Set(commands.map((words) => words.join(' ')));
  const sysctls = [...hardenedSysctls].map(([key, value]) => `sysctl -w ${key}=${value}`);
  const missing = [...sysctls, 'swapoff -a'].filter((command) => !said.has(command));
  const folders = imageFolders.filter(
    (folder) => ![...said].some((line) => line.startsWith('mount -t tmpfs ') && line.endsWith(` ${folder}`)),
  );
  const findings: ReviewFinding[] = [];
  if (missing.length > 0) findings.push(fail('script-memory', `not there: ${missing.join('; ')}`, remedy, true));
  if (folders.length > 0) {
    const what = `${folders.join(' and ')} on the disk: layers of an image can be edited there while the VM is stopped, and docker does not look`;
    findings.push(fail('script-image-storage', what, 'have the VM made with a tmpfs there: docs/operate.md has it', true));
  }
  return findings;
}
