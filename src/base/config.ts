import { AppError } from './errors.js';
import { parseFlags, type FlagSpec, type ParsedFlags } from './flags.js';

/**
 * Typed reads of a parsed command line. Problems are collected, so that a person sees all of them at once:
 * read everything, then call `finish()`.
 */
export class FlagReader {
  readonly rest: readonly string[];
  readonly #specs: ReadonlyMap<string, FlagSpec>;
  readonly #parsed: ParsedFlags;
  readonly #problems: string[] = [];

  /** @throws AppError CONFIG_INVALID as parseFlags does. */
  constructor(specs: readonly FlagSpec[], args: readonly string[]) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    this.#parsed = parseFlags(specs, args);
    this.rest = this.#parsed.rest;
  }

  /** Was the flag on the command line? */
  isGiven(name: string): boolean {
    return this.#parsed.given.has(this.#spec(name).name);
  }

  /** The value or the default; undefined where neither is there. */
  text(name: string): string | undefined {
    const value = this.#parsed.given.get(name)?.[0] ?? this.#spec(name).default;
    return value === undefined || value === '' ? undefined : String(value);
  }

  /** As `text`, but its absence is a problem; then the returned value is the empty string and `finish()` throws. */
  requiredText(name: string, because?: string): string {
    const value = this.text(name);
    if (value === undefined) this.problem(`--${name} is missing: ${because ?? this.#spec(name).doc}`);
    return value ?? '';
  }

  /** All values of a repeated flag. */
  list(name: string): readonly string[] {
    return this.#parsed.given.get(this.#spec(name).name) ?? [];
  }

  flag(name: string): boolean {
    const value = this.text(name);
    return value !== undefined && /^(?:true|1|t)$/i.test(value);
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : Number(value);
  }

  /** As `number` for flags whose table row has a default. */
  numberOrDefault(name: string): number {
    const value = this.number(name);
    if (value === undefined) throw new AppError('INTERNAL', `flag ${name} has no default in its table`);
    return value;
  }

  /** The two flags may not be given together. */
  forbidTogether(a: string, b: string, why: string): void {
    if (this.isGiven(a) && this.isGiven(b)) this.problem(`--${a} and --${b} exclude each other: ${why}`);
  }

  problem(line: string): void {
    this.#problems.push(line);
  }

  /** @throws AppError CONFIG_INVALID with every problem found, one per line. */
  finish(): void {
    if (this.#problems.length > 0) throw new AppError('CONFIG_INVALID', this.#problems.join('\n'));
  }

  #spec(name: string): FlagSpec {
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new AppError('INTERNAL', `flag ${name} is not in the table`);
    return spec;
  }
}

/** Variables that change whom a process trusts or talks to. They may be set only together with `--endpoints` (local mode). */
const dangerousVariables = [
  'FIRESTORE_EMULATOR_HOST',
  'GCE_METADATA_HOST',
  'GCE_METADATA_IP',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'SSLKEYLOGFILE',
] as const;

/** The names of the variables in `env` that a production start refuses. */
export const dangerousEnvironment = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  dangerousVariables.filter((name) => env[name] !== undefined && env[name] !== '');

/** `--help`: usage, then one paragraph per flag, wrapped for 80 columns. Refused and ignored flags say so. */
export function helpText(usage: readonly string[], specs: readonly FlagSpec[]): string {
  const lines = [...usage, '', 'Flags (-flag and --flag are the same; --flag=value and --flag value too):', ''];
  for (const spec of specs) {
    const value = spec.kind === 'boolean' ? '' : ` <${spec.kind}>`;
    const aliases = spec.aliases === undefined ? '' : `  (also ${spec.aliases.map((alias) => `--${alias}`).join(', ')})`;
    lines.push(`  --${spec.name}${value}${aliases}`);
    const fallback = spec.default === undefined ? '' : ` (default: ${spec.default})`;
    lines.push(...wrap(`${spec.refused ?? spec.ignored ?? spec.doc}${fallback}`, 74).map((line) => `      ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
