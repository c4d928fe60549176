import type { Readable } from 'node:stream';
import type { Cloud } from '../gcp/index.js';
import type { Paint } from './present/paint.js';
import type { Terminal } from './terminal.js';

/** Where the cloud is; a command that needs no records names no collection. */
export interface CloudTarget {
  readonly firestoreProject?: string;
  readonly collection?: string;
  readonly endpoints: string | undefined;
}

/** What the commands need of the process that they run in. */
export interface Program {
  readonly openCloud: (target: CloudTarget) => Cloud;
  readonly terminal: Terminal;
  readonly input: Readable;
  readonly userName: string;
  readonly paint: Paint;
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<void>;
  /** Text for the person: the review. */
  readonly show: (text: string) => void;
  /** One line on standard error. */
  readonly complain: (line: string) => void;
  /** A line that the next one overwrites, on a terminal only. */
  readonly progress: (line: string) => void;
  /** The result as one line of JSON; printed with --json only. */
  readonly result: (value: unknown) => void;
  /** Text for programs on standard output, always. */
  readonly print: (text: string) => void;
}
