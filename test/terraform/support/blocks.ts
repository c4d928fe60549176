import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const terraform = join(__dirname, '../../../terraform');

/** The text of every *.tf file of a folder of terraform/, one after the other. */
export function textOf(folder: string): string {
  const names = readdirSync(join(terraform, folder)).filter((name) => name.endsWith('.tf'));
  return names.map((name) => readFileSync(join(terraform, folder, name), 'utf8')).join('\n');
}

const namesOf = (kind: 'variable' | 'output', folder: string): readonly string[] =>
  [...textOf(folder).matchAll(new RegExp(`^${kind} "([^"]+)"`, 'gm'))].map(([, name = '']) => name);

/** Names of the variables of a folder. */
export const variablesOf = (folder: string): readonly string[] => namesOf('variable', folder);

/** Names of the outputs of a folder. */
export const outputsOf = (folder: string): readonly string[] => namesOf('output', folder);

/** The text of one block, such as `variable "x"`, from its first line to its closing brace. */
export function blockOf(folder: string, head: string): string {
  const text = textOf(folder);
  const start = text.indexOf(`${head} {`);
  if (start === -1) throw new Error(`terraform/${folder} has no ${head}`);
  return text.slice(start, text.indexOf('\n}\n', start) + 2);
}
