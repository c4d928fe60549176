import { AppError } from '../base/index.js';

const unitSeconds = { m: 60, h: 3600, d: 86_400 } as const;

/**
 * Reads when something ends: `90m`, `12h` or `30d` from now, or an RFC 3339 instant.
 * @throws AppError CONFIG_INVALID for another text, an instant that is past, or one more than ten years ahead
 */
export function readInstant(flag: string, text: string, now: Date): Date {
  const instant =
    fromNow(text, now) ?? (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : undefined);
  if (instant === undefined || Number.isNaN(instant.getTime())) {
    throw new AppError('CONFIG_INVALID', `--${flag} is 12h, 30d or an RFC 3339 instant such as 2027-01-31T00:00:00Z, not "${text}"`);
  }
  const seconds = (instant.getTime() - now.getTime()) / 1000;
  if (seconds <= 0) throw new AppError('CONFIG_INVALID', `--${flag} ${text} is past`);
  if (seconds > 3653 * unitSeconds.d) throw new AppError('CONFIG_INVALID', `--${flag} ${text} is more than ten years ahead`);
  return instant;
}

function fromNow(text: string, now: Date): Date | undefined {
  const [, count, unit] = /^([1-9][0-9]{0,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'm' && unit !== 'h' && unit !== 'd')) return undefined;
  return new Date(now.getTime() + Number(count) * unitSeconds[unit] * 1000);
}
