import pino from 'pino';

/** What a log line may hold. Bytes, errors, maps and class instances do not fit: turn them into text on purpose. */
export type Loggable = string | number | boolean | null | undefined | readonly Loggable[] | { readonly [key: string]: Loggable };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One JSON line per event: a constant event name, and fields. */
export interface Log {
  debug(event: string, fields?: Readonly<Record<string, Loggable>>): void;
  info(event: string, fields?: Readonly<Record<string, Loggable>>): void;
  warn(event: string, fields?: Readonly<Record<string, Loggable>>): void;
  error(event: string, fields?: Readonly<Record<string, Loggable>>): void;
}

export interface LogOptions {
  readonly name: string;
  readonly level: LogLevel;
  /** Where lines go; standard error when absent. */
  readonly write?: (line: string) => void;
}

/** A log that writes `{"level","time","name","event",...}` lines, time in ISO 8601. Levels below `level` are dropped. */
export function createLog(options: LogOptions): Log {
  const { write } = options;
  const destination = write === undefined ? pino.destination({ fd: 2, sync: true }) : { write };
  const logger = pino(
    {
      level: options.level,
      base: { name: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const at =
    (level: LogLevel) =>
    (event: string, fields: Readonly<Record<string, Loggable>> = {}): void => {
      logger[level]({ ...fields }, event);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A log that goes nowhere. */
export const silentLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
