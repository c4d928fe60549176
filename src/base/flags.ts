import { AppError } from './errors.js';

/**
 * Go's flag rules, because the article's command lines are Go's: `-flag` and `--flag` are the same; `--x=y` and `--x y`;
 * a boolean is `--b`, `--b=true` or `--b=false` and never takes the next word; `--` ends the flags; the first word that
 * is not a flag ends them too.
 * @see https://pkg.go.dev/flag#hdr-Command_line_flag_syntax
 */
export interface FlagSpec {
  readonly name: string;
  readonly kind: 'string' | 'boolean' | 'number';
  /** One line for `--help`. */
  readonly doc: string;
  /** Shown in `--help` and docs/config.md; used when the flag is not given. Absent: the flag has no default. */
  readonly default?: string | number | boolean;
  /** The article's default, if it differs from ours, and why; docs/config.md shows both. */
  readonly articleDefault?: string;
  readonly why?: string;
  readonly aliases?: readonly string[];
  /** May be given more than once. */
  readonly repeated?: boolean;
  /** Known but refused: the value is the line that says what to do instead. */
  readonly refused?: string;
  /** Accepted and without effect (Go's logging flags): the value says so. */
  readonly ignored?: string;
}

export interface ParsedFlags {
  /** Values in the order given, by canonical flag name. Flags that were not given are absent. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** What follows the flags. */
  readonly rest: readonly string[];
}

/**
 * Reads a command line against a table of flags.
 * @throws AppError CONFIG_INVALID with every problem at once, one per line: unknown flag (with the nearest known name),
 * missing value, a boolean or number that is neither, a flag given twice, a refused flag.
 */
export function parseFlags(specs: readonly FlagSpec[], args: readonly string[]): ParsedFlags {
  const byName = indexByName(specs);
  const given = new Map<string, string[]>();
  const problems: string[] = [];
  let i = 0;
  for (; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '--') {
      i++;
      break;
    }
    const match = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(word);
    if (match === null) break;
    const [, name = '', inline] = match;
    const spec = byName.get(name);
    if (spec === undefined) {
      problems.push(unknownFlag(name, byName));
      if (inline === undefined && args[i + 1]?.startsWith('-') === false) i++;
      continue;
    }
    let value = inline;
    if (value === undefined) value = spec.kind === 'boolean' ? 'true' : args[++i];
    const problem = problemWith(spec, name, value, given.get(spec.name));
    if (problem !== undefined) problems.push(problem);
    else given.set(spec.name, [...(given.get(spec.name) ?? []), value ?? '']);
  }
  if (problems.length > 0) throw new AppError('CONFIG_INVALID', problems.join('\n'));
  return { given, rest: args.slice(i) };
}

function indexByName(specs: readonly FlagSpec[]): ReadonlyMap<string, FlagSpec> {
  const byName = new Map<string, FlagSpec>();
  for (const spec of specs) for (const name of [spec.name, ...(spec.aliases ?? [])]) byName.set(name, spec);
  return byName;
}

function problemWith(spec: FlagSpec, name: string, value: string | undefined, before: readonly string[] | undefined): string | undefined {
  if (spec.refused !== undefined) return `--${name}: ${spec.refused}`;
  if (value === undefined) return `--${name} needs a value: ${spec.doc}`;
  if (before !== undefined && spec.repeated !== true) return `--${name} is given twice`;
  if (spec.kind === 'boolean' && !/^(?:true|false|1|0|t|f|T|F|TRUE|FALSE|True|False)$/.test(value)) {
    return `--${name} is true or false, not "${value}"`;
  }
  if (spec.kind === 'number' && !/^\d{1,15}$/.test(value)) return `--${name} is a whole number, not "${value}"`;
  return undefined;
}

function unknownFlag(name: string, byName: ReadonlyMap<string, FlagSpec>): string {
  let best: string | undefined;
  let bestDistance = 4;
  for (const known of byName.keys()) {
    const distance = editDistance(name.toLowerCase(), known.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [known, distance];
  }
  return `unknown flag --${name}${best === undefined ? '' : ` (did you mean --${best}?)`}; --help lists all flags`;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row[b.length] ?? 4;
}
