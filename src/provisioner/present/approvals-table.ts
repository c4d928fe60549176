import Table from 'cli-table3';
import { visible } from './visible.js';

/** One approval as `list` shows it; what a document does not have is empty. */
export interface ApprovalRow {
  readonly instanceId: string;
  readonly policy: string;
  readonly until: string;
  readonly approvedBy: string;
}

/** A row of any stored document, whoever wrote it. */
export const rowOf = (instanceId: string, document: Readonly<Record<string, unknown>>): ApprovalRow => ({
  instanceId,
  policy: text(document['release_policy']) || 'reference',
  until: document['not_after'] instanceof Date ? document['not_after'].toISOString().slice(0, 16) : '',
  approvedBy: text(document['approved_by']),
});

const text = (value: unknown): string => (typeof value === 'string' ? visible(value) : '');

/** The approvals as a table of at most 80 columns, without colours. */
export function approvalsTable(rows: readonly ApprovalRow[]): string {
  const table = new Table({
    head: ['instance', 'policy', 'until (UTC)', 'approved by'],
    colWidths: [22, 11, 18, 24],
    style: { head: [], border: [] },
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  table.push(...rows.map((row) => [row.instanceId, row.policy, row.until, row.approvedBy]));
  return `${table.toString()}\n`;
}
