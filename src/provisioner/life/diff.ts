import type { Cloud } from '../../gcp/index.js';
import { vmChanges } from '../changes.js';
import type { ShowConfig } from '../config.js';
import { vmFieldsOf } from '../draft.js';
import { exitCodes, type ExitCode } from '../exit.js';
import { inspectVm } from '../inspect.js';
import { judge } from '../judge.js';
import { changeLines } from '../present/changes-section.js';
import { wrapped } from '../present/layout.js';
import { visible } from '../present/visible.js';
import type { Program } from '../program.js';
import { patienceWithQuota } from '../quota.js';
import { storedApproval } from './stored.js';

/**
 * `diff`: the approval against the live VM. Which fields differ, and what would the TokenServer's own checks of machine and
 * history refuse now? Exit code 5 where anything differs.
 */
export async function diff({ instanceId }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const { record, revocation } = await storedApproval(cloud, instanceId);
  const target = { project: record.client_project, zone: record.client_zone, nameOrId: instanceId, projectNumber: undefined };
  const waitForQuota = patienceWithQuota(program);
  const inspection = await inspectVm(cloud, target, { now: program.now(), onProgress: program.progress, waitForQuota });
  const changes = vmChanges(record, vmFieldsOf(inspection));
  const refused = judge(inspection, record, program.now()).filter(({ outcome }) => outcome === 'refused' || outcome === 'not-reached');
  const head = `${instanceId}: the approval by ${visible(record.approved_by)} of ${record.approved_at.toISOString()} against the VM now`;
  const verdicts = refused.flatMap(({ check, detail, reason }) =>
    wrapped('  refused ', visible(`${check}: ${detail ?? reason ?? 'not reached'}`)),
  );
  program.show(`${[...wrapped('', head), ...changeLines(changes), ...verdicts].join('\n')}\n`);
  if (revocation !== undefined) program.complain('the approval is revoked');
  if (record.not_after <= program.now()) program.complain(`the approval ended at ${record.not_after.toISOString()}`);
  const same = changes.length === 0 && refused.length === 0;
  program.complain(same ? 'the VM is what was approved' : 'the VM is not what was approved');
  program.result({ instanceId, outcome: same ? 'same' : 'different', changes, refused });
  return same ? exitCodes.done : exitCodes.changed;
}
