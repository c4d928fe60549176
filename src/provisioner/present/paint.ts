import picocolors from 'picocolors';
import type { Grade } from '../finding.js';

/** Colours for our own words. What Bob wrote is never coloured by him: `visible` shows his escape sequences as text. */
export interface Paint {
  readonly heading: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly grade: (grade: Grade, text: string) => string;
}

/** @param colours false with NO_COLOR, without a terminal and for goldens. */
export function createPaint(colours: boolean): Paint {
  const { bold, dim, red, yellow, green } = picocolors.createColors(colours);
  const byGrade = { FAIL: (text: string) => bold(red(text)), WARN: yellow, OK: green };
  return { heading: bold, dim, grade: (grade, text) => byGrade[grade](text) };
}

/** Does this stream take colours? NO_COLOR (https://no-color.org) and a dumb terminal say no. */
export const wantsColours = (stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean =>
  stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
