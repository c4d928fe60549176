import { AppError, messageOf } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { kindOfDocument, parseRecord, parseReferenceRecord } from '../record/index.js';
import type { ShowConfig } from './config.js';
import { exitCodes, type ExitCode } from './exit.js';
import { approvalsTable, rowOf, type ApprovalRow } from './present/approvals-table.js';
import { treeLines } from './present/tree.js';
import type { Program } from './program.js';

const maxListed = 1000;

/** `list`, `show` and `revoke`: what happens to approvals after they were written. @throws AppError as the record store */
export async function runApprovals(config: ShowConfig, program: Program): Promise<ExitCode> {
  const cloud = program.openCloud(config);
  try {
    switch (config.command) {
      case 'list':
        return await list(config, cloud, program);
      case 'show':
        return await show(config, cloud, program);
      case 'revoke':
        return await revoke(config, cloud, program);
    }
  } finally {
    await cloud.close();
  }
}

async function list({ collection }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const ids = await cloud.records.list(maxListed);
  const rows: ApprovalRow[] = [];
  for (const id of ids) rows.push(rowOf(id, (await cloud.records.loadRaw(id)) ?? {}));
  if (rows.length > 0) program.show(approvalsTable(rows));
  program.complain(`${ids.length} approvals in ${collection}${ids.length === maxListed ? ' (there may be more)' : ''}`);
  program.result({ approvals: rows });
  return exitCodes.done;
}

async function show({ instanceId }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const document = await cloud.records.loadRaw(instanceId);
  if (document === undefined) throw noApproval(instanceId);
  const kind = kindOfDocument(document);
  const shown = withoutData(document);
  program.show(`${[`${instanceId}: ${describeKind(kind)}`, ...treeLines(printable(shown), '  ')].join('\n')}\n`);
  const revocation = kind === 'ours' ? await revocationOf(cloud, instanceId) : undefined;
  program.show(revocation === undefined ? '' : `REVOKED ${revocation.at.toISOString()} by ${revocation.by}: ${revocation.why}\n`);
  const problem = problemOf(kind, document);
  if (problem !== undefined) program.complain(`it cannot be used: ${problem}`);
  program.result({ instanceId, kind, document: printable(shown), revocation, problem });
  return exitCodes.done;
}

async function revoke({ instanceId, why, approvedBy }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const stored = await cloud.records.load(instanceId);
  if (stored.kind !== 'found') throw noApproval(instanceId);
  const approvalDigest = stored.value.record.approval_digest;
  await cloud.records.revoke(instanceId, { approvalDigest, why, by: approvedBy ?? program.userName, at: program.now() });
  program.complain(`revoked: the approval ${approvalDigest} of ${instanceId}; no server releases under it any more`);
  program.complain('what was released before cannot be called back: change those secrets where they are used');
  program.result({ outcome: 'revoked', instanceId, approvalDigest });
  return exitCodes.done;
}

async function revocationOf(cloud: Cloud, instanceId: string): Promise<{ by: string; why: string; at: Date } | undefined> {
  const stored = await cloud.records.load(instanceId).catch(() => undefined);
  return stored?.kind === 'found' ? stored.value.revocation : undefined;
}

const noApproval = (instanceId: string): AppError =>
  new AppError('CLOUD_NOT_FOUND', `there is no approval of VM ${instanceId}; list shows all`);

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
      return 'record of the reference; it releases only from a server with --acceptReferenceRecords';
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
