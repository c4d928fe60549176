import type { Cloud } from '../../gcp/index.js';
import type { ShowConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import { approvalsTable, rowOf, type ApprovalRow } from '../present/approvals-table.js';
import type { Program } from '../program.js';

const maxListed = 1000;
const atOnce = 20;

/** `list`: all approvals as a table. */
export async function list({ collection }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const ids = await cloud.records.list(maxListed);
  const rows: ApprovalRow[] = [];
  for (let i = 0; i < ids.length; i += atOnce) {
    rows.push(...(await Promise.all(ids.slice(i, i + atOnce).map((id) => readRow(id, cloud, program.now())))));
  }
  if (rows.length > 0) program.show(approvalsTable(rows));
  program.complain(`${ids.length} approvals in ${collection}${ids.length === maxListed ? ' (there may be more)' : ''}`);
  program.result({ approvals: rows });
  return exitCodes.done;
}

async function readRow(id: string, cloud: Cloud, now: Date): Promise<ApprovalRow> {
  const [document, life] = await Promise.all([cloud.records.loadRaw(id), cloud.records.life(id)]);
  return rowOf(id, document ?? {}, life, now);
}
