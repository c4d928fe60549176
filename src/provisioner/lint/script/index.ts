import { fail, ok, type ReviewFinding } from '../../finding.js';
import { lintClient } from './client-arguments.js';
import { commandsOf } from './commands.js';
import { lintDocker } from './docker.js';
import { readCloudConfig } from './document.js';
import { lintFiles } from './files.js';
import { lintHardening } from './hardening.js';
import { lintCommand, lintWords } from './known-commands.js';
import { lintUnit, unitsOf } from './units.js';

/**
 * Is the startup script one cloud-config that cloud-init reads as it is printed; does it run images by digest, with no right
 * over the VM; does it shut the ways into the guest; does it tie the client to Alice's server? What is not known here is named.
 * It knows no shell: a line that is more than plain words is named as such.
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
    all.push(...lintFiles(config.files));
    all.push(...[...config.bootcmd, ...config.runcmd].flatMap((text) => text.split('\n')).flatMap((line) => lintWords(line, where(line))));
    const ownUnits = units.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
    all.push(...commands.flatMap((command) => lintCommand(command, ownUnits)));
    all.push(...lintDocker(commands, trustedImages));
    all.push(...lintClient(commands));
    all.push(...lintHardening(config.bootcmd));
  }
  return all.some((finding) => finding.grade === 'FAIL')
    ? all
    : [...all, ok('startup-script', 'one cloud-config, images by digest, no right over the VM, a client that knows its server')];
}

/** `line 7: ` of the first line that holds the text, or where it goes on below, its first words; for people. */
function lineFinder(script: string): (text: string) => string {
  const lines = script.split('\n');
  const find = (part: string): number => lines.findIndex((line) => part !== '' && line.includes(part));
  return (text) => {
    const [first = ''] = text.trim().split('\n');
    const whole = find(first);
    const index = whole === -1 ? find(first.split(/\s+/).slice(0, 2).join(' ')) : whole;
    return index === -1 ? '' : `line ${index + 1}: `;
  };
}

function lintCharacters(script: string): readonly ReviewFinding[] {
  const strange = script.split('\n').findIndex((line) => /[^\t -~]/.test(line));
  if (strange === -1) return [];
  const what = `line ${strange + 1} holds characters that are not plain ASCII; they are shown as <U+...>`;
  return [fail('script-characters', what, 'have the VM made with a script that reads as it is printed', true)];
}
