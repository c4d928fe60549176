/** What seven rounds say: the middle one, and how far apart the outer ones are. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

/** The value that this share of the sorted samples is below; 0.5 is the median. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const digits = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value >= 10 ? 1 : 2));

export const figure = (value: number, unit = ''): string => `${digits(value)}${unit === '' ? '' : ` ${unit}`}`;

/** `12.3 (11.8 to 14.0)` */
export const spreadText = ({ median, min, max }: Spread, unit = ''): string =>
  `${digits(median)}${unit === '' ? '' : ` ${unit}`} (${digits(min)} to ${digits(max)})`;
