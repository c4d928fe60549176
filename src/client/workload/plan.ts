import type { FlagReader } from '../../base/index.js';

/** What `tokenclient run` was told about the workload. Names of secrets only, never a value. */
export interface WorkloadPlan {
  /** What is started: words of our own command line, or what Alice allowed for the archive that is the secret `payload`. */
  readonly start: { readonly command: string; readonly args: readonly string[] } | { readonly payload: string };
  readonly env: readonly { readonly variable: string; readonly secret: string }[];
  readonly fds: readonly { readonly fd: number; readonly secret: string }[];
  readonly writesFiles: boolean;
  readonly googleCredentials: string | undefined;
  /** How often a workload that fails is started again. */
  readonly maxRestarts: number;
}

/** `{{secret:NAME}}` and `{{secrets}}`. */
export const templatePattern = /\{\{(?:secrets|secret:([A-Za-z0-9_.-]{1,128}))\}\}/g;

const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Set by the client itself, or would change what a program loads or whom it trusts before its first line runs. */
const reservedVariables = /^(?:PATH|LD_.*|GOOGLE_APPLICATION_CREDENTIALS|TOKENCLIENT_.*)$/;
const [lowestFd, highestFd] = [3, 63];

/** Reads the flags and the words after them. Each thing that is wrong is a problem of the reader. */
export function readWorkloadPlan(flags: FlagReader): WorkloadPlan {
  const writesFiles = flags.flag('files');
  const googleCredentials = flags.text('googleCredentials');
  if (!writesFiles && googleCredentials !== undefined) flags.problem('--googleCredentials needs files: --files=false excludes it');
  const plan = { start: readStart(flags, writesFiles), env: readEnv(flags), fds: readFds(flags), writesFiles, googleCredentials };
  return { ...plan, maxRestarts: readRestarts(flags) };
}

function readStart(flags: FlagReader, writesFiles: boolean): WorkloadPlan['start'] {
  const [command = '', ...args] = flags.rest;
  const payload = flags.text('payload');
  if (payload !== undefined) {
    if (command !== '') flags.problem(`--payload ${payload} starts the command that Alice allowed: leave out "${command}"`);
    return { payload };
  }
  if (command === '') flags.problem('run needs a command: tokenclient run [flags] -- CMD ARGS, or --payload NAME');
  if (/\{\{/.test(command)) flags.problem('the command itself is no template: only its arguments are');
  for (const arg of args) {
    if (/\{\{secret/.test(arg.replace(templatePattern, ''))) flags.problem(`"${arg}" is no template: write {{secret:NAME}} or {{secrets}}`);
    if (!writesFiles && arg.replace(templatePattern, '') !== arg) flags.problem('--files=false leaves no path for {{secret:NAME}}');
  }
  return { command, args };
}

/** Does the workload get anything as a file? */
export const writesToMemory = ({ writesFiles, start }: WorkloadPlan): boolean => writesFiles || 'payload' in start;

/** Every secret that the workload is to find by its path. @param words of its command line. */
export const secretsByPath = ({ googleCredentials }: WorkloadPlan, words: readonly string[]): readonly string[] => [
  ...words.flatMap((word) => [...word.matchAll(templatePattern)].flatMap(([, name]) => name ?? [])),
  ...(googleCredentials === undefined ? [] : [googleCredentials]),
];

/** Every secret that is named, in whatever way. @param words of the workload's command line. */
export const namedSecrets = (plan: WorkloadPlan, words: readonly string[]): ReadonlySet<string> =>
  new Set([...secretsByPath(plan, words), ...[...plan.env, ...plan.fds].map(({ secret }) => secret)]);

function readEnv(flags: FlagReader): WorkloadPlan['env'] {
  const seen = new Set<string>();
  return flags.list('env').map((text) => {
    const [variable, secret] = halves(text);
    // The right side is not repeated: somebody may have put a value there.
    if (!variablePattern.test(variable) || secret === '')
      flags.problem('--env is NAME=SECRET, the name of a variable and the name of a secret');
    else if (reservedVariables.test(variable)) flags.problem(`--env ${variable}: this variable is not for secrets`);
    else if (seen.has(variable)) flags.problem(`--env ${variable} is given twice`);
    seen.add(variable);
    return { variable, secret };
  });
}

function readFds(flags: FlagReader): WorkloadPlan['fds'] {
  const seen = new Set<number>();
  return flags.list('fd').map((text) => {
    const [number, secret] = halves(text);
    const fd = /^\d{1,2}$/.test(number) ? Number(number) : 0;
    if (fd < lowestFd || fd > highestFd || secret === '') flags.problem(`--fd is N=SECRET with N from ${lowestFd} to ${highestFd}`);
    else if (seen.has(fd)) flags.problem(`--fd ${fd} is given twice`);
    seen.add(fd);
    return { fd, secret };
  });
}

function readRestarts(flags: FlagReader): number {
  const text = flags.text('restart') ?? 'no';
  if (text === 'no') return 0;
  const match = /^on-failure(?::(\d{1,6}))?$/.exec(text);
  if (match === null) flags.problem(`--restart is no, on-failure or on-failure:N, not "${text}"`);
  return match?.[1] === undefined ? Infinity : Number(match[1]);
}

function halves(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
