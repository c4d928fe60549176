import { PassThrough } from 'node:stream';
import type { Cloud } from '../../../src/gcp/index.js';
import { createPaint } from '../../../src/provisioner/present/paint.js';
import type { CloudTarget, Program } from '../../../src/provisioner/program.js';
import { readConfig } from '../../../src/provisioner/read-config.js';
import { run } from '../../../src/provisioner/run.js';
import type { Terminal } from '../../../src/provisioner/terminal.js';

export interface Outcome {
  readonly exitCode: number;
  /** What the person read. */
  readonly shown: string;
  readonly complaints: readonly string[];
  readonly questions: readonly string[];
  readonly results: readonly Record<string, unknown>[];
  readonly printed: string;
}

export interface RunOptions {
  /** Answers to the questions, in order; undefined is the end of input. A function acts before it answers. */
  readonly answers?: readonly (string | (() => Promise<string>))[];
  readonly interactive?: boolean;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The clock; the machine's where absent. */
  readonly now?: Date;
  /** What a pause does instead of waiting. */
  readonly pause?: (ms: number) => Promise<void>;
}

/** Runs a command, with the process's ends in hand. */
export async function provision(
  args: readonly string[],
  openCloud: (target: CloudTarget) => Cloud,
  options: RunOptions = {},
): Promise<Outcome> {
  const shown: string[] = [];
  const complaints: string[] = [];
  const questions: string[] = [];
  const results: Record<string, unknown>[] = [];
  const printed: string[] = [];
  const answers = [...(options.answers ?? [])];
  const terminal: Terminal = {
    interactive: options.interactive ?? true,
    ask: async (question) => {
      questions.push(question);
      const answer = answers.shift();
      return typeof answer === 'function' ? answer() : answer;
    },
    close: () => undefined,
  };
  const input = new PassThrough();
  input.end(options.input ?? '');
  const program: Program = {
    openCloud,
    terminal,
    input,
    userName: 'somebody',
    paint: createPaint(false),
    now: () => options.now ?? new Date(),
    pause: options.pause ?? (() => Promise.reject(new Error('nothing to wait for'))),
    show: (text) => void shown.push(text),
    complain: (line) => void complaints.push(line),
    progress: () => undefined,
    result: (value) => void results.push(value as Record<string, unknown>),
    print: (text) => void printed.push(text),
  };
  const { exitCode, lines } = await run(
    () => readConfig(args, options.now ?? new Date()),
    options.env ?? {},
    () => program,
  );
  return { exitCode, shown: shown.join(''), complaints: [...complaints, ...lines], questions, results, printed: printed.join('') };
}
