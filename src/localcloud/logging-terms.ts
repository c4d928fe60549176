import type { LogEntry } from './audit-log.js';
import { isJsonObject, type Json } from './json.js';
import { invalid } from './problem.js';

/** Does an entry satisfy a filter, or a part of one? */
export type Test = (entry: LogEntry) => boolean;

const textFields: ReadonlySet<string> = new Set([
  'logName',
  'insertId',
  'operation.id',
  'operation.producer',
  'protoPayload.@type',
  'protoPayload.methodName',
  'protoPayload.serviceName',
  'protoPayload.resourceName',
  'protoPayload.authenticationInfo.principalEmail',
  'protoPayload.requestMetadata.callerIp',
  'resource.type',
]);
/** In the order of their weight. */
const severities = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'];

/** @throws Problem INVALID_ARGUMENT for a field, an operator or a value that is not known here. */
export function comparisonOf(field: string, operator: string, value: string): Test {
  if (field === 'timestamp' || field === 'receiveTimestamp')
    return ordered(operator, nanosecondsOf(value), (entry) => nanosecondsOf(entry[field]));
  if (field === 'severity') return ordered(operator, weightOf(value), (entry) => weightOf(entry.severity));
  if (textFields.has(field) || /^resource\.labels\.[a-z_]+$/.test(field) || /^jsonPayload(\.\w+)+$/.test(field))
    return textual(field, operator, value);
  throw invalid(`Unparseable filter: unrecognized field "${field}".`);
}

/** Text is compared without regard to case; a field that an entry lacks satisfies nothing. */
function textual(field: string, operator: string, value: string): Test {
  const wanted = value.toLowerCase();
  const actual = (entry: LogEntry): string | undefined => {
    const found = valueAt(entry, field);
    return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found).toLowerCase() : undefined;
  };
  if (operator === '=') return (entry) => actual(entry) === wanted;
  if (operator === ':') return (entry) => actual(entry)?.includes(wanted) ?? false;
  if (operator === '!=') return (entry) => ![wanted, undefined].includes(actual(entry));
  throw invalid(`Unparseable filter: operator "${operator}" cannot be used with "${field}".`);
}

function ordered<T extends bigint | number>(operator: string, wanted: T, actual: (entry: LogEntry) => T): Test {
  const tests: Readonly<Record<string, Test>> = {
    '=': (entry) => actual(entry) === wanted,
    '!=': (entry) => actual(entry) !== wanted,
    '>=': (entry) => actual(entry) >= wanted,
    '<=': (entry) => actual(entry) <= wanted,
    '>': (entry) => actual(entry) > wanted,
    '<': (entry) => actual(entry) < wanted,
  };
  const test = tests[operator];
  if (test === undefined) throw invalid(`Unparseable filter: operator "${operator}" has no order.`);
  return test;
}

/** Nanoseconds since 1970 of an RFC 3339 instant. */
export function nanosecondsOf(instant: string): bigint {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(instant);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`) / 1000;
  if (Number.isNaN(seconds)) throw invalid(`Unparseable filter: "${instant}" is not an instant.`);
  return BigInt(seconds) * 1_000_000_000n + BigInt((match?.[2] ?? '').padEnd(9, '0'));
}

function weightOf(severity: string): number {
  const weight = severities.indexOf(severity.toUpperCase());
  if (weight < 0) throw invalid(`Unparseable filter: "${severity}" is not a severity.`);
  return weight;
}

function valueAt(entry: LogEntry, path: string): Json | undefined {
  let at: Json | undefined = entry as unknown as Json;
  for (const name of path.split('.')) at = isJsonObject(at) ? at[name] : undefined;
  return at;
}
