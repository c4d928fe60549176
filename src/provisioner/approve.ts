import { AppError } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import type { SecretEntry } from '../record/index.js';
import { assess } from './assess.js';
import { askMaxReleases, confirmReview } from './confirm.js';
import type { ApproveConfig } from './config.js';
import { enrol, type Enrolled } from './enrol.js';
import { exitCodes, type ExitCode } from './exit.js';
import type { ReviewFinding } from './finding.js';
import { inspectVm, type Inspection } from './inspect.js';
import { introduction } from './present/changes-section.js';
import { reviewText } from './present/review-text.js';
import { loadPrevious, type Previous } from './previous.js';
import type { Review } from './review.js';
import type { Program } from './program.js';
import { patienceWithQuota } from './quota.js';
import { openStorage, readSecrets, summaryOf, unsealed } from './secrets.js';

/**
 * The approval of one VM: inspect, show, ask, and write only what was shown and accepted. Nothing is written on any other way
 * out of here.
 */
export async function approve(config: ApproveConfig, program: Program): Promise<ExitCode> {
  if (config.answer.by === 'terminal' && !config.dryRun && !program.terminal.interactive) {
    throw new AppError('CONFIG_INVALID', 'there is no terminal to ask on; --yes answers for you (never for a FAIL), --dryRun only shows');
  }
  const entries = config.secretsFile === undefined ? [] : await readSecrets(config.secretsFile);
  const cloud = program.openCloud(config);
  try {
    return await approveWith(config, entries, cloud, program);
  } finally {
    for (const { data } of entries) data.dispose();
    await cloud.close();
  }
}

async function approveWith(config: ApproveConfig, entries: readonly SecretEntry[], cloud: Cloud, program: Program): Promise<ExitCode> {
  const storage = await openStorage(config, cloud.kms);
  const approvedBy = config.approvedBy ?? program.userName;
  const inspect = (): Promise<Inspection> =>
    inspectVm(cloud, config.target, { now: program.now(), onProgress: program.progress, waitForQuota: patienceWithQuota(program) });
  for (const note of config.notes) program.complain(`note: ${note}`);
  const inspection = await inspect();
  const previous = await loadPrevious(cloud, config, inspection.instance.id);
  const review = assess(inspection, config, {
    secrets: unsealed(entries),
    summaries: summaryOf(entries),
    encryption: storage.encryption,
    approvedBy,
    now: program.now(),
    previous,
  });
  program.show(reviewText(review, program.paint));
  if (previous !== undefined) program.complain(`note: ${notePrevious(previous)}; accepting replaces it`);
  if (config.dryRun) return dryRunResult(review, program);
  const accepted = await ask(review, program);
  if (accepted === undefined || typeof accepted === 'number') return accepted ?? exitCodes.declined;
  const acceptance = { review, approvedBy, approvedAt: program.now(), over: previous?.digest, ...accepted };
  const parts = { inspectAgain: inspect, records: cloud.records, storage, entries };
  return report(await enrol(acceptance, parts), review, program);
}

interface Accepted {
  readonly waived: readonly ReviewFinding[];
  readonly maxReleases: number | 'unlimited';
}

/** The answers, or how to exit without them. */
async function ask({ config, findings, inspection, since }: Review, program: Program): Promise<Accepted | ExitCode> {
  const { terminal } = program;
  if (config.answer.autoAccept) program.complain('--autoAccept: NOBODY LOOKS AT THIS REVIEW; for tests only');
  const answer = await confirmReview(findings, inspection.instance.id, config.answer, terminal, introduction(since));
  if (answer.kind !== 'accepted') {
    program.complain(answer.why);
    program.result({ outcome: answer.kind, instanceId: inspection.instance.id, findings });
    return answer.kind === 'declined' ? exitCodes.declined : exitCodes.reviewFailed;
  }
  const maxReleases = config.maxReleases ?? (await askMaxReleases(terminal));
  if (maxReleases !== undefined) return { waived: answer.waived, maxReleases };
  program.complain('no number of releases; nothing is written');
  return exitCodes.declined;
}

/** An approval that this one would replace is named before the question. */
function notePrevious({ who, record, revoked, genuine }: Previous): string {
  const note = `this VM has an approval already (${who}${revoked ? ', REVOKED' : ''})`;
  if (record === undefined || revoked || genuine) return note;
  return `${note}; nothing proves that it is as it was written, so everything is shown and asked anew`;
}

function dryRunResult({ findings, inspection }: Review, program: Program): ExitCode {
  const failed = findings.some((finding) => finding.grade === 'FAIL');
  program.complain('--dryRun: nothing is written');
  program.result({ outcome: failed ? 'failed' : 'accepted', instanceId: inspection.instance.id, findings });
  return failed ? exitCodes.reviewFailed : exitCodes.done;
}

function report(enrolled: Enrolled, { config, inspection, findings }: Review, program: Program): ExitCode {
  const instanceId = inspection.instance.id;
  if (enrolled.kind === 'changed') {
    program.complain(`the VM changed while you were reading (${enrolled.parts.join(', ')}); nothing is written; look at it again`);
    program.result({ outcome: 'changed', instanceId, parts: enrolled.parts });
    return exitCodes.changed;
  }
  const { record } = enrolled;
  program.complain(
    `approved: ${config.collection}/${instanceId}, until ${record.not_after.toISOString()}, releases: ${record.max_releases}`,
  );
  program.complain(`approval digest: ${record.approval_digest}`);
  program.result({ outcome: 'written', instanceId, approvalDigest: record.approval_digest, waived: record.waived_findings, findings });
  return exitCodes.done;
}
