import { fail, ok, warn, type ReviewFinding } from '../../finding.js';
import { commandsOf } from './commands.js';

/** What a closed guest has masked, and what for. */
const doors: readonly (readonly [name: string, units: readonly string[]])[] = [
  ['consoles', ['serial-getty@ttyS0', 'serial-getty@ttyS1', 'serial-getty@ttyS2', 'serial-getty@ttyS3', 'getty@tty1']],
  ['startup and shutdown scripts', ['google-startup-scripts', 'google-shutdown-scripts']],
  ['guest agent', ['google-guest-agent']],
  ['OS Config', ['google-osconfig-agent']],
  ['konlet', ['konlet-startup']],
];

const remedy = 'have the VM made with these in bootcmd, which runs at each boot: docs/operate.md has them';

/**
 * Ways into the guest that a script shuts at each boot. /etc of Container-Optimized OS is made anew at each boot, so only bootcmd
 * counts. Open logins are a FAIL; units that also the metadata keys shut are a WARN.
 */
export function lintHardening(bootcmd: readonly string[]): readonly ReviewFinding[] {
  const commands = commandsOf({ bootcmd, runcmd: [] }).map(({ words }) => words);
  const masked = new Set<string>();
  for (const command of commands) {
    for (const unit of unitsAfter('mask', command)) masked.add(unit);
    for (const unit of unitsAfter('unmask', command)) masked.delete(unit);
  }
  const findings: ReviewFinding[] = [];
  const isMasked = (unit: string): boolean => masked.has(unit);
  if (!(isMasked('sshd') && isMasked('sshd.socket')) && !firewall(commands, 'iptables').shutsSsh)
    findings.push(fail('script-ssh', 'ssh stays open: neither are sshd.service and sshd.socket masked, nor is port 22 shut', remedy, true));
  if (!isMasked('serial-getty@ttyS0')) findings.push(fail('script-console', 'the login on the serial port stays open', remedy, true));
  const open = doors.flatMap(([name, units]) => {
    const left = units.filter((unit) => !isMasked(unit) && unit !== 'serial-getty@ttyS0');
    return left.length === 0 ? [] : [`${name} (${left.join(', ')})`];
  });
  if (open.length > 0) findings.push(warn('script-hardening', `not masked: ${open.join('; ')}`, remedy));
  const filters = ['iptables', 'ip6tables'].filter((tool) => !firewall(commands, tool).drops);
  if (filters.length > 0) findings.push(warn('script-firewall', `${filters.join(' and ')}: INPUT is not dropped by default`, remedy));
  const opened = ['iptables', 'ip6tables'].flatMap((tool) => firewall(commands, tool).opened);
  if (opened.length > 0) findings.push(warn('script-firewall', `lets callers in: ${opened.join('; ')}`, 'make sure that each is meant'));
  return findings.length === 0 ? [ok('script-hardening', 'logins, agents and other starters are masked; INPUT is dropped')] : findings;
}

/** Units without the suffix .service; a unit that is only stopped comes back. */
function unitsAfter(verb: 'mask' | 'unmask', [program = '', ...rest]: readonly string[]): readonly string[] {
  if (!/(?:^|\/)systemctl$/.test(program)) return [];
  const [given, ...units] = rest.filter((word) => !word.startsWith('-'));
  return given === verb ? units.map((unit) => unit.replace(/\.service$/, '')) : [];
}

interface Filter {
  readonly drops: boolean;
  readonly shutsSsh: boolean;
  /** Rules that let callers in. */
  readonly opened: readonly string[];
}

function firewall(commands: readonly (readonly string[])[], tool: string): Filter {
  const rules = commands
    .filter(([program = '']) => program === tool || program.endsWith(`/${tool}`))
    .map((words) => words.slice(1).join(' '));
  const drops = rules.findLast((rule) => rule.startsWith('-P INPUT')) === '-P INPUT DROP';
  const flushed = rules.some((rule) => /^-F(?: INPUT)?$/.test(rule));
  const deleted = rules.some((rule) => /^-D INPUT .*--dport 22 -j ACCEPT$/.test(rule));
  const opened = rules.filter((rule) => /^-[AI] INPUT .*-j ACCEPT/.test(rule) && !/-i lo\b|ESTABLISHED/.test(rule));
  return { drops, shutsSsh: (deleted || (drops && flushed)) && opened.length === 0, opened: opened.map((rule) => `${tool} ${rule}`) };
}
