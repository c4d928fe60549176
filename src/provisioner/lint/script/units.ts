import { fail, type ReviewFinding } from '../../finding.js';
import { commandOf, splitShell, type Command } from './commands.js';
import type { WrittenFile } from './document.js';
import { lintWords } from './known-commands.js';

/** A unit of systemd that the script writes. */
export interface Unit {
  readonly path: string;
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Of the Exec settings. */
  readonly commands: readonly Command[];
  readonly comments: readonly string[];
}

/** Units among the files. Lines that end in a backslash go on; comments are left out. */
export const unitsOf = (files: readonly WrittenFile[]): readonly Unit[] =>
  files.filter(({ path }) => path.startsWith('/etc/systemd/')).map(readUnit);

function readUnit({ path, content }: WrittenFile): Unit {
  const lines = content.replace(/\\\n\s*/g, ' ').split('\n');
  const settings = lines.flatMap((line) => {
    const [, name, value] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const commands = settings.filter(([name]) => name.startsWith('Exec')).flatMap(([, value]) => commandsIn(value.replace(/^[@:+!-]+/, '')));
  return { path, settings, commands, comments: content.split('\n').filter((line) => /^\s*[#;]/.test(line)) };
}

/** The service manager runs one program; a shell, what its words say. */
function commandsIn(text: string): readonly Command[] {
  const command = commandOf(text);
  return /(?:^|\/)(?:ba|da)?sh$/.test(command.words[0] ?? '') ? splitShell(text) : [command];
}

/** Variables that change no program. */
export const harmlessVariables: ReadonlySet<string> = new Set(['HOME', 'TZ', 'LANG', 'NODE_ENV']);

/** Where the output of a unit may go: others are read by whoever has the serial console. */
const quietOutputs: ReadonlySet<string> = new Set(['null', 'journal', 'inherit']);

const unitNames = /^(?:(?:network-online|gcr-online)\.target|(?:docker|containerd)\.service|docker\.socket)(?: |$)/;

/** Settings that give a service no more than what it runs; the values of some are judged below. */
const knownSettings: ReadonlySet<string> = new Set([
  ...['Description', 'Wants', 'Requires', 'After', 'Before', 'StartLimitIntervalSec', 'StartLimitBurst', 'WantedBy'],
  ...['Type', 'RemainAfterExit', 'Environment', 'RuntimeDirectory', 'LimitCORE', 'TimeoutStartSec', 'TimeoutStopSec'],
  ...['Restart', 'RestartSec', 'RestartPreventExitStatus', 'KillMode', 'StandardOutput', 'StandardError'],
  ...['ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecStop', 'ExecStopPost'],
]);

const without = 'have the VM made without it';

/** What a unit gives its commands beside their arguments, and what it draws in. */
export function lintUnit({ settings, comments }: Unit, where: (text: string) => string): readonly ReviewFinding[] {
  const endless = comments.filter((line) => line.endsWith('\\'));
  return [
    ...endless.map((line) => fail('script-unit', `${where(line)}a comment that seems to go on, and does not`, without, true)),
    ...settings.flatMap(([name, value]) => lintSetting(name, value, where(`${name}=${value}`) || where(`${name}=`))),
  ];
}

function lintSetting(name: string, value: string, line: string): readonly ReviewFinding[] {
  if (name === 'EnvironmentFile' || name === 'PassEnvironment')
    return [fail('script-environment', `${line}${name} gives variables that do not stand there`, without, true)];
  if (!knownSettings.has(name)) return [fail('script-unit', `${line}${name} is not a setting that is known to be harmless`, without, true)];
  if (name === 'Environment') return lintVariables(value, line);
  if (/^Standard(?:Output|Error)$/.test(name) && !quietOutputs.has(value))
    return [fail('script-logging', `${line}output goes to ${value}, where others can read it`, without, true)];
  if ((name === 'Wants' || name === 'Requires') && !value.split(/\s+/).every((unit) => unitNames.test(unit)))
    return [fail('script-unit', `${line}${name} draws in ${value}`, without, true)];
  if (!name.startsWith('Exec')) return [];
  // Behind a dash, which forgives a failure, stands the program. Other signs there change its name or its rights.
  const command = value.replace(/^-/, '');
  return /^[@:+!|-]/.test(command)
    ? [fail('script-command', `${line}${value.slice(0, 2)} changes what runs`, without, true)]
    : lintWords(command, line);
}

function lintVariables(value: string, line: string): readonly ReviewFinding[] {
  const names = commandOf(value).words.map((word) => word.split('=')[0] ?? '');
  const unknown = names.filter((name) => !harmlessVariables.has(name));
  if (unknown.length === 0) return [];
  return [fail('script-environment', `${line}sets ${unknown.join(', ')}, which may change what programs do`, without, true)];
}
