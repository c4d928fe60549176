import { fail, type ReviewFinding } from '../../finding.js';
import { commandOf, splitShell, type Command } from './commands.js';
import type { WrittenFile } from './document.js';

/** A unit of systemd that the script writes. */
export interface Unit {
  readonly path: string;
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Of the Exec settings. */
  readonly commands: readonly Command[];
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
  return { path, settings, commands };
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

/** What a unit gives its commands beside their arguments. */
export const lintUnit = ({ settings }: Unit, where: (text: string) => string): readonly ReviewFinding[] =>
  settings.flatMap(([name, value]): readonly ReviewFinding[] => {
    const line = where(`${name}=${value}`);
    if (name === 'EnvironmentFile' || name === 'PassEnvironment')
      return [fail('script-environment', `${line}${name} gives variables that do not stand there`, 'have the VM made without it', true)];
    if (name === 'Environment') return lintVariables(value, line);
    if (/^Standard(?:Output|Error)$/.test(name) && !quietOutputs.has(value))
      return [fail('script-logging', `${line}output goes to ${value}, where others can read it`, 'have the VM made without it', true)];
    return [];
  });

function lintVariables(value: string, line: string): readonly ReviewFinding[] {
  const names = commandOf(value).words.map((word) => word.split('=')[0] ?? '');
  const unknown = names.filter((name) => !harmlessVariables.has(name));
  if (unknown.length === 0) return [];
  return [
    fail('script-environment', `${line}sets ${unknown.join(', ')}, which may change what programs do`, 'have the VM made without it', true),
  ];
}
