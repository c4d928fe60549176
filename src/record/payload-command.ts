import { z } from 'zod';
import { AppError } from '../base/index.js';

const limits = { words: 64, charactersEach: 1024, charactersTogether: 4096 } as const;

/** A word of a command line may hold anything but NUL, which execve(2) cannot pass on. */
const wordSchema = z
  .string()
  .max(limits.charactersEach)
  .regex(/^[^\0]*$/);

/**
 * The command that starts a payload, as it is stored: argv, the program first. It is given to no shell, so what a person reads
 * is what runs.
 */
export const payloadCommandSchema = z
  .array(wordSchema)
  .min(1)
  .max(limits.words)
  .refine(([program]) => program !== '', 'no program')
  .refine((words) => words.join('').length <= limits.charactersTogether, 'too long');

/**
 * Reads a command that is written as a JSON array of strings: `["./start", "--port", "8080"]`. An array, because a line of text
 * would need the quoting rules of some shell.
 * @throws AppError CONFIG_INVALID
 */
export function parsePayloadCommand(text: string): string[] {
  let words: unknown;
  try {
    words = JSON.parse(text);
  } catch {
    words = undefined;
  }
  const parsed = payloadCommandSchema.safeParse(words);
  if (parsed.success) return parsed.data;
  const { words: most, charactersEach, charactersTogether } = limits;
  throw new AppError(
    'CONFIG_INVALID',
    `--payloadCommand is a JSON array of strings, the program first, for example '["./start","--port","8080"]': at most ${most} words of ${charactersEach} characters, ${charactersTogether} together, without NUL`,
  );
}
