import { AppError } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { canonicalDigest, type SecretEntry } from '../record/index.js';
import { assess } from './assess.js';
import { askMaxReleases, confirmReview } from './confirm.js';
import type { ApproveConfig } from './config.js';
import { enrol, type Enrolled } from './enrol.js';
import { exitCodes, type ExitCode } from './exit.js';
import type { ReviewFinding } from './finding.js';
import { inspectVm, type Inspection } from './inspect.js';
import { reviewText } from './present/review-text.js';
import type { Review } from './review.js';
import type { Program } from './program.js';
import { openStorage, readSecrets, summaryOf, unsealed } from './secrets.js';

/**
 * The approval of one VM: inspect, show, ask, and write only what was shown and accepted. Nothing is written on any other way
 * out of here.
 */
export async function approve(config: ApproveConfig, program: Program): Promise<ExitCode> {
  if (config.answer.by === 'terminal' && !config.dryRun && !program.terminal.interactive) {
    throw new AppError('CONFIG_INVALID', 'there is no terminal to ask on; --yes answers for you (never for a FAIL), --dryRun only shows');
  }
  const entries = await readSecrets(config.secretsFile);
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
  const inspect = (): Promise<Inspection> => inspectVm(cloud, config.target, { now: program.now(), onProgress: program.progress });
  for (const note of config.notes) program.complain(`note: ${note}`);
  const review = assess(await inspect(), config, {
    secrets: unsealed(entries),
    summaries: summaryOf(entries),
    encryption: storage.encryption,
    approvedBy,
    now: program.now(),
  });
  program.show(reviewText(review, program.paint));
  const over = await showPrevious(cloud, review, program);
  if (config.dryRun) return dryRunResult(review, program);
  const accepted = await ask(review, program);
  if (accepted === undefined || typeof accepted === 'number') return accepted ?? exitCodes.declined;
  const acceptance = { review, approvedBy, approvedAt: program.now(), over, ...accepted };
  const parts = { inspectAgain: inspect, records: cloud.records, storage, entries };
  return report(await enrol(acceptance, parts), review, program);
}

interface Accepted {
  readonly waived: readonly ReviewFinding[];
  readonly maxReleases: number | 'unlimited';
}

/** The answers, or how to exit without them. */
async function ask({ config, findings, inspection }: Review, program: Program): Promise<Accepted | ExitCode> {
  const { terminal } = program;
  if (config.answer.autoAccept) program.complain('--autoAccept: NOBODY LOOKS AT THIS REVIEW; for tests only');
  const answer = await confirmReview(findings, inspection.instance.id, config.answer, terminal);
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

/** An approval that this one would replace is named before the question. @returns the digest of what is stored. */
async function showPrevious(cloud: Pick<Cloud, 'records'>, { inspection }: Review, program: Program): Promise<string | undefined> {
  const stored = await cloud.records.loadRaw(inspection.instance.id);
  if (stored === undefined) return undefined;
  const [by, at] = [stored['approved_by'], stored['approved_at']];
  const who = typeof by === 'string' && at instanceof Date ? `by ${by} at ${at.toISOString()}` : 'written by another version';
  program.complain(`note: this VM has an approval already (${who}); accepting replaces it`);
  return canonicalDigest(stored);
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
