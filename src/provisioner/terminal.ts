import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Who can be asked. */
export interface Terminal {
  /** Is there a person? Both ends must be terminals. */
  readonly interactive: boolean;
  /** The answer without its line end; undefined at the end of input and on Ctrl-C. */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

/** A terminal on two streams. Lines that were typed ahead are kept for the questions that follow. */
export function openTerminal(input: Readable & { isTTY?: boolean }, output: Writable & { isTTY?: boolean }): Terminal {
  const interactive = input.isTTY === true && output.isTTY === true;
  const lines: string[] = [];
  let ended = false;
  let waiting: ((line: string | undefined) => void) | undefined;
  let reader: Interface | undefined;
  const deliver = (): void => {
    if (waiting === undefined || (lines.length === 0 && !ended)) return;
    const resolve = waiting;
    waiting = undefined;
    resolve(lines.shift());
  };
  const end = (): void => {
    ended = true;
    lines.length = 0;
    output.write('\n');
    deliver();
  };
  const start = (): void => {
    reader = createInterface({ input, terminal: false });
    reader.on('line', (line) => {
      lines.push(line);
      deliver();
    });
    reader.on('close', () => {
      ended = true;
      deliver();
    });
    // Ctrl-C at a question is an answer: nothing is written. Without a question it ends the program as usual.
    process.once('SIGINT', end);
  };
  return {
    interactive,
    ask: (question) => {
      if (reader === undefined) start();
      output.write(question);
      return new Promise((resolve) => {
        waiting = resolve;
        deliver();
      });
    },
    close: () => {
      process.removeListener('SIGINT', end);
      reader?.close();
    },
  };
}
