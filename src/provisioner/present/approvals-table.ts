import Table from 'cli-table3';
import type { ApprovalLife } from '../../gcp/index.js';
import { visible } from './visible.js';

/** One approval as `list` shows it; what a document does not have is empty. */
export interface ApprovalRow {
  readonly instanceId: string;
  readonly policy: string;
  readonly until: string;
  readonly state: 'valid' | 'expired' | 'revoked' | '';
  readonly approvedBy: string;
}

/** A row of any stored document, whoever wrote it. */
export function rowOf(instanceId: string, document: Readonly<Record<string, unknown>>, life: ApprovalLife, now: Date): ApprovalRow {
  const isOfThis = ({ approvalDigest }: { readonly approvalDigest: string }): boolean => approvalDigest === document['approval_digest'];
  const approvedUntil = document['not_after'] instanceof Date ? document['not_after'] : undefined;
  const extended = life.extensions.find(isOfThis)?.notAfter;
  const until = extended !== undefined && approvedUntil !== undefined && extended > approvedUntil ? extended : approvedUntil;
  return {
    instanceId,
    policy: text(document['release_policy']) || 'reference',
    until: until === undefined ? '' : until.toISOString().slice(0, 16),
    state: until === undefined ? '' : life.revocations.some(isOfThis) ? 'revoked' : until > now ? 'valid' : 'expired',
    approvedBy: text(document['approved_by']),
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? visible(value) : '');

/** The approvals as a table of at most 80 columns, without colours. */
export function approvalsTable(rows: readonly ApprovalRow[]): string {
  const table = new Table({
    head: ['instance', 'policy', 'until (UTC)', 'state', 'approved by'],
    colWidths: [22, 11, 18, 9, 14],
    style: { head: [], border: [] },
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  table.push(...rows.map((row) => [row.instanceId, row.policy, row.until, row.state, row.approvedBy]));
  return `${table.toString()}\n`;
}
