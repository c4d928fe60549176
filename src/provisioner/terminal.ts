import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Who can be asked. */
export interface Terminal {
  /** Is there a person? Both ends must be terminals. */
  readonly interactive: boolean;
  /** The answer without its line end; undefined at the end of input and on Ctrl-C. What was typed before the question does not count. */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

/** The input of a terminal as Node gives it. */
type TerminalInput = Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };

/** How long keys that wait in the terminal take to arrive. */
const drainMs = 80;
const interrupt = 3;

/** A terminal on two streams. */
export function openTerminal(input: TerminalInput, output: Writable & { isTTY?: boolean }): Terminal {
  const interactive = input.isTTY === true && output.isTTY === true;
  let reader: Interface | undefined;
  return {
    interactive,
    ask: async (question) => {
      if (interactive && (await typedAhead(input)).includes(interrupt)) return undefined;
      return new Promise((resolve) => {
        const lines = createInterface({ input, terminal: false });
        reader = lines;
        const answer = (line: string | undefined): void => {
          process.removeListener('SIGINT', onInterrupt);
          lines.removeAllListeners();
          lines.close();
          resolve(line);
        };
        // Ctrl-C at a question is an answer: nothing is written. Without a question it ends the program as usual.
        const onInterrupt = (): void => {
          output.write('\n');
          answer(undefined);
        };
        process.once('SIGINT', onInterrupt);
        lines.once('line', answer);
        lines.once('close', () => answer(undefined));
        // Last: whoever sees the question can answer it.
        output.write(question);
      });
    },
    close: () => reader?.close(),
  };
}

/**
 * Takes the keys that were typed before the question, also those of a line without its end, which a terminal gives out in raw
 * mode only. A stray y of a person who reads on must not answer.
 */
async function typedAhead(input: TerminalInput): Promise<Buffer> {
  const keys: Buffer[] = [];
  const take = (chunk: Buffer | string): void => void keys.push(Buffer.from(chunk));
  input.setRawMode?.(true);
  input.on('data', take);
  try {
    await new Promise((resolve) => setTimeout(resolve, drainMs));
  } finally {
    input.removeListener('data', take);
    input.pause();
    input.setRawMode?.(false);
  }
  return Buffer.concat(keys);
}
