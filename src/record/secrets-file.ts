import { z } from 'zod';
import { AppError, fromBase64, Secret } from '../base/index.js';

export const secretLimits = {
  count: 64,
  bytesEach: 256 * 1024,
  /** A Firestore document holds 1 MiB; the rest of the record and the encryption need room beside the secrets. */
  bytesTogether: 768 * 1024,
} as const;

type SecretType = 'RAW' | 'TPM' | 'TINK';

/** One secret as Alice wrote it, decoded. */
export interface SecretEntry {
  readonly name: string;
  readonly type: SecretType;
  readonly data: Secret;
}

/**
 * Judges of data whose format this room does not know. Each answers with the problem in words (never with a value), or
 * undefined where the bytes are what their type says.
 */
export interface SecretValidators {
  /** A cleartext Tink keyset. */
  readonly tink: (data: Uint8Array) => string | undefined;
  /** An ImportBlob. */
  readonly tpm: (data: Uint8Array) => string | undefined;
}

const entrySchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, 'is 1 to 128 letters, digits, _ . or -'),
  type: z.enum(['RAW', 'TPM', 'TINK']),
  data: z.string(),
});

/**
 * Reads secrets.json: an array of `{"name", "type": "RAW" | "TPM" | "TINK", "data": base64}`.
 * Data is canonical, padded base64 of 1 byte to 256 KiB; at most 64 secrets of 768 KiB together; names are unique.
 * @throws AppError RECORD_MALFORMED with one line for each thing that is wrong, naming the entry by position and name.
 * No line holds a byte of any value.
 */
export function parseSecretsFile(file: string, text: string, validators: SecretValidators): readonly SecretEntry[] {
  const document = parseJson(file, text);
  if (!Array.isArray(document)) throw malformed([`${file} is a JSON array of {"name", "type", "data"}`]);
  const list: readonly unknown[] = document;
  const problems: string[] = [];
  if (list.length === 0) problems.push(`${file} holds no secret`);
  if (list.length > secretLimits.count) problems.push(`${file} holds ${list.length} secrets; at most ${secretLimits.count} fit`);
  const entries = list.slice(0, secretLimits.count).map((item, position) => readEntry(item, position, validators, problems));
  const known = entries.filter((entry) => entry !== undefined);
  problems.push(...duplicatesOf(known));
  const total = known.reduce((sum, entry) => sum + entry.data.expose().length, 0);
  if (total > secretLimits.bytesTogether)
    problems.push(`${file}: the secrets have ${total} bytes together; at most ${secretLimits.bytesTogether} fit`);
  if (problems.length > 0) {
    for (const entry of known) entry.data.dispose();
    throw malformed(problems);
  }
  return known;
}

function readEntry(item: unknown, position: number, validators: SecretValidators, problems: string[]): SecretEntry | undefined {
  const named = typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string' ? item.name : undefined;
  const label = `secret ${position + 1}${named === undefined ? '' : ` ("${printable(named)}")`}`;
  const parsed = entrySchema.safeParse(item);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => `${label}: ${describeIssue(issue)}`));
    return undefined;
  }
  const { name, type, data } = parsed.data;
  const bytes = fromBase64(data);
  const problem = problemWith(type, bytes, validators);
  if (problem !== undefined || bytes === undefined) {
    problems.push(`${label}: ${problem ?? 'data cannot be read'}`);
    return undefined;
  }
  const secret = new Secret(bytes);
  bytes.fill(0);
  return { name, type, data: secret };
}

function problemWith(type: SecretType, bytes: Buffer | undefined, validators: SecretValidators): string | undefined {
  if (bytes === undefined) return 'data is not base64 with padding and without line breaks';
  if (bytes.length === 0) return 'data is empty';
  if (bytes.length > secretLimits.bytesEach) return `data has ${bytes.length} bytes; at most ${secretLimits.bytesEach} are allowed`;
  if (type === 'RAW') return undefined;
  return type === 'TINK' ? validators.tink(bytes) : validators.tpm(bytes);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return `unknown member ${issue.keys.map((key) => `"${printable(key)}"`).join(', ')}`;
  if (where === '') return 'is an object with name, type and data';
  if (where === 'type') return 'type is RAW, TPM or TINK';
  if (where === 'name' && issue.code === 'invalid_format') return 'name is 1 to 128 letters, digits, _ . or -';
  return `${where} is missing or no text`;
}

function duplicatesOf(entries: readonly SecretEntry[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return [...twice].map((name) => `two secrets have the name "${name}"`);
}

/** The parser's own message quotes the text around the mistake, which may be a secret: only the line number is kept. */
function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const line = position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`;
    throw malformed([`${file} is not JSON${line}`]);
  }
}

const printable = (text: string): string => text.slice(0, 40).replace(/[^ -~]/g, '?');

const malformed = (problems: readonly string[]): AppError => new AppError('RECORD_MALFORMED', problems.join('\n'));
