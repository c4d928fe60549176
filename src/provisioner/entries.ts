import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { AppError, base64, isAppError } from '../base/index.js';
import type { EntryTarget } from './config.js';
import type { Program } from './program.js';
import { readSecrets } from './secrets.js';

/** An entry of a secrets file that a command made. */
export interface NewEntry {
  readonly name: string;
  readonly type: 'RAW' | 'TPM' | 'TINK';
  readonly data: Uint8Array;
}

/** Entries go into the secrets file that was named, or as JSON to standard output where none was. @param about more for the result */
export async function deliverEntries(
  entries: readonly NewEntry[],
  { secretsFile, json }: EntryTarget,
  program: Program,
  about: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const list = entries.map(({ name, type, data }) => ({ name, type, data: base64(data) }));
  if (secretsFile === undefined) {
    if (json) program.result({ secrets: list });
    else program.print(`${JSON.stringify(list, undefined, 2)}\n`);
    return;
  }
  const before = await entriesIn(secretsFile);
  for (const { name } of list) refuseTaken(name, before, secretsFile);
  await replaceFile(secretsFile, `${JSON.stringify([...before, ...list], undefined, 2)}\n`);
  const sizes = entries.map(({ name, type, data }) => ({ name, type, bytes: data.length }));
  program.complain(`added to ${secretsFile}: ${sizes.map(({ name, type, bytes }) => `${name} (${type}, ${bytes} bytes)`).join(', ')}`);
  program.result({ secretsFile, added: sizes, ...about });
}

/** Before anything is made that cannot be unmade: can the file be read, and is the name free in it? @throws AppError CONFIG_INVALID */
export async function requireFreeName(name: string, secretsFile: string): Promise<void> {
  refuseTaken(name, await entriesIn(secretsFile), secretsFile);
}

function refuseTaken(name: string, before: readonly { readonly name: string }[], secretsFile: string): void {
  if (before.some((entry) => entry.name === name))
    throw new AppError('CONFIG_INVALID', `--secretsFile: ${secretsFile} has a secret named "${name}" already; choose another --name`);
}

/** What is in the file; an absent file, or one without entries, is an empty one. @throws AppError as readSecrets */
async function entriesIn(file: string): Promise<readonly { readonly name: string; readonly type: string; readonly data: string }[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new AppError('CONFIG_INVALID', `--secretsFile: cannot read ${file}; name a file that this user can read`, { cause: error });
  });
  if (text === undefined || /^\s*(?:\[\s*\]\s*)?$/.test(text)) return [];
  const entries = await readSecrets(file);
  return entries.map(({ name, type, data }) => {
    const encoded = base64(data.expose());
    data.dispose();
    return { name, type, data: encoded };
  });
}

/** Readable by this user only; whole or not at all. */
async function replaceFile(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    if (isAppError(error)) throw error;
    throw new AppError('CONFIG_INVALID', `--secretsFile: cannot write ${file}; name a place that this user can write`, { cause: error });
  }
}
