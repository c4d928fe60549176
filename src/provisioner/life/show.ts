import { messageOf } from '../../base/index.js';
import type { Cloud, StoredApproval } from '../../gcp/index.js';
import { kindOfDocument, parseRecord, parseReferenceRecord } from '../../record/index.js';
import type { ShowConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import { decisionLines } from '../present/decision-lines.js';
import { field } from '../present/layout.js';
import { treeLines } from '../present/tree.js';
import { visible } from '../present/visible.js';
import type { Program } from '../program.js';
import { countReleases, type Releases } from './releases.js';
import { noApproval } from './stored.js';

/**
 * `show`: what was approved, by whom, until when, releases so far, the last decision and why, and the whole stored document
 * without the data of secrets.
 */
export async function show({ instanceId }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const document = await cloud.records.loadRaw(instanceId);
  if (document === undefined) throw noApproval(instanceId);
  const kind = kindOfDocument(document);
  const shown = withoutData(document);
  const stored = kind === 'ours' ? await cloud.records.load(instanceId).catch(() => undefined) : undefined;
  const approval = stored?.kind === 'found' ? stored.value : undefined;
  const releases = approval === undefined ? undefined : await countReleases(cloud.state, instanceId, approval.record.approval_digest);
  const decision = await cloud.lastDecisions.lastDecision(instanceId);
  const summary = [
    ...(approval === undefined || releases === undefined ? [] : summaryLines(approval, releases, program.now())),
    ...decisionLines(decision, approval?.record.approved_at),
  ];
  program.show(`${[`${instanceId}: ${describeKind(kind)}`, ...summary, '  stored:', ...treeLines(printable(shown), '    ')].join('\n')}\n`);
  const problem = problemOf(kind, document);
  if (problem !== undefined) program.complain(`it cannot be used: ${problem}`);
  const { revocation, record } = approval ?? {};
  program.result({
    instanceId,
    kind,
    document: printable(shown),
    until: record?.not_after,
    revocation,
    releases,
    lastDecision: decision,
    problem,
  });
  return exitCodes.done;
}

function summaryLines({ record, revocation }: StoredApproval, { count, lastAt }: Releases, now: Date): readonly string[] {
  const until = record.not_after.toISOString();
  const extended = record.extended_from === undefined ? '' : `, extended from ${record.extended_from.toISOString()}`;
  return [
    ...field('approved', `by ${visible(record.approved_by)} at ${record.approved_at.toISOString()}`),
    ...field('until', `${until}${extended}${record.not_after > now ? '' : ' (EXPIRED)'}`),
    ...field('releases', `${count} of ${record.max_releases}${lastAt === undefined ? '' : `, the last at ${lastAt.toISOString()}`}`),
    ...(record.waived_findings.length === 0 ? [] : field('accepted', record.waived_findings.map(visible).join(', '))),
    ...(revocation === undefined
      ? []
      : field('REVOKED', `${revocation.at.toISOString()} by ${visible(revocation.by)}: ${visible(revocation.why)}`)),
  ];
}

/** Sizes in place of the data of secrets, whoever wrote the document. */
function withoutData(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const hide = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return `(${value.length} bytes)`;
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, member]: [string, unknown]) => [name, /^data$/i.test(name) ? hideText(member) : hide(member)]),
      );
    }
    return value;
  };
  return hide(document) as Readonly<Record<string, unknown>>;
}

const hideText = (value: unknown): string => `(${value instanceof Uint8Array || typeof value === 'string' ? value.length : 0} bytes)`;

const printable = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function describeKind(kind: ReturnType<typeof kindOfDocument>): string {
  switch (kind) {
    case 'ours':
      return 'approval';
    case 'reference':
      return 'record of the reference; it releases nothing until the VM is approved again';
    case 'reference-older-generation':
      return 'record of an older generation of the reference; it releases nothing';
  }
}

function problemOf(kind: ReturnType<typeof kindOfDocument>, document: Readonly<Record<string, unknown>>): string | undefined {
  try {
    if (kind === 'ours') parseRecord(document);
    else parseReferenceRecord(document);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
