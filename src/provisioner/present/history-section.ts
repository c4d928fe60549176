import type { AuditEntry, AuditRead } from '../../facts/index.js';
import { isMetadataChange } from '../judge.js';
import { field, wrapped } from './layout.js';
import { treeLines } from './tree.js';
import { visible } from './visible.js';

/** Every audit entry from before the creation of the VM until now, oldest first, with its request in full. */
export const historySection = ({ entries, from, until, complete }: AuditRead): readonly string[] => [
  ...wrapped('  ', `${entries.length} entries from ${from} to ${until}${complete ? '' : ', CUT OFF by the page limit'}`),
  ...[...entries].toSorted(byTime).flatMap(entryLines),
];

/** By the instant: Google writes a whole second without a fraction, and as text `52Z` stands behind `52.5Z`. */
const byTime = (a: AuditEntry, b: AuditEntry): number =>
  Date.parse(a.timestamp) - Date.parse(b.timestamp) || (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0);

const entryLines = (entry: AuditEntry): readonly string[] => [
  '',
  ...wrapped(`  ${entry.timestamp}  `, `${visible(entry.methodName)}${isMetadataChange(entry) ? '   <<< metadata was edited' : ''}`),
  ...field('  severity', visible(entry.severity)),
  ...field('  service', visible(entry.serviceName)),
  ...field('  principal', visible(entry.principalEmail) || '(redacted)'),
  ...field('  caller IP', visible(entry.callerIp) || '(redacted)'),
  ...field('  status', statusText(entry)),
  ...field('  resource', `${visible(entry.resourceType)} ${visible(entry.resourceName)}`),
  ...(entry.operation === undefined ? [] : field('  operation', operationText(entry.operation))),
  '    request:',
  ...treeLines(entry.request ?? '(none)', '      '),
];

function statusText({ statusCode }: AuditEntry): string {
  if (statusCode === undefined) return 'no failure reported';
  return statusCode === 0 ? 'OK' : `failed with code ${statusCode}: it changed nothing`;
}

const operationText = ({ id, first, last }: { readonly id: string; readonly first: boolean; readonly last: boolean }): string =>
  `${visible(id)}${first ? ' (first entry)' : ''}${last ? ' (last entry)' : ''}`;
