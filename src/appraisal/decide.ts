import { AppError, isAppError, notReached, type ErrorCode, type Finding, type HealedBy } from '../base/index.js';
import type { ProvisioningRecord } from '../record/index.js';
import type { Outcome, PublicRefusal, StageName } from './evidence.js';
import { policyPage } from './policy.js';
import { runStage, type Stage, type StageOutline } from './stage.js';

/** Why a request was answered as it was. It names every check of the policy page, also those that were not asked. For Alice's log. */
export interface ReleaseDecision {
  readonly decisionId: string;
  /** Undefined until the caller's token was good. */
  readonly instanceId: string | undefined;
  readonly outcome: Outcome;
  /** The stage that refused, or in which the error happened. */
  readonly stage: StageName | undefined;
  readonly findings: readonly Finding[];
  /** Present exactly if the outcome is `undecided`. */
  readonly errorCode?: ErrorCode;
}

/**
 * Collects the findings of one request, stage by stage, and makes the decision of them. A refusal in any stage makes the
 * decision a refusal whatever the caller of `decide` asks for, and a release needs every stage of the policy page.
 */
export class Appraisal {
  readonly #decisionId: string;
  readonly #onJudged: (stage: StageName) => void;
  readonly #findings = new Map<StageName, readonly Finding[]>();
  readonly #skipped = new Set<StageName>();
  #instanceId: string | undefined;
  #refusedIn: StageName | undefined;

  /**
   * @param decisionId random, never used before.
   * @param onJudged told after each stage that was judged.
   */
  constructor(decisionId: string, onJudged: (stage: StageName) => void = () => undefined) {
    this.#decisionId = decisionId;
    this.#onJudged = onJudged;
  }

  /** Names the VM that the decision is about, as soon as its token was good. */
  identify(instanceId: string): void {
    this.#instanceId = instanceId;
  }

  /**
   * Runs all checks of a stage and gives its evidence; undefined when it refused, then only `decide` may follow.
   * @throws AppError INTERNAL for a stage that was judged or skipped before, and after a refusal.
   */
  judge<A, E>(stage: Stage<A, E>, arrival: A): E | undefined {
    this.#begin(stage.name);
    const { findings, evidence } = runStage(stage, arrival);
    this.#findings.set(stage.name, findings);
    if (evidence === undefined) this.#refusedIn = stage.name;
    this.#onJudged(stage.name);
    return evidence;
  }

  /**
   * Notes that the tpm stage does not apply, because the record asks for no attestation. No other stage can be skipped.
   * @throws AppError INTERNAL for a record of another policy than `identity`, and as `judge`.
   */
  skipTpm(record: ProvisioningRecord): void {
    if (record.release_policy !== 'identity') throw new AppError('INTERNAL', `policy ${record.release_policy} needs the tpm stage`);
    this.#begin('tpm');
    const detail = 'release_policy is identity: the record asks for no attestation';
    this.#skipped.add('tpm');
    this.#findings.set(
      'tpm',
      outline('tpm').checks.map((check) => ({ check: check.id, outcome: 'skipped', detail })),
    );
  }

  /**
   * The decision: `refused` if any stage refused, else what was asked for.
   * @throws AppError INTERNAL for `released` while a stage of the policy page was neither judged nor skipped, and for
   * `passed` when nothing was judged.
   */
  decide(outcome: 'released' | 'passed'): ReleaseDecision {
    if (this.#refusedIn !== undefined) return this.#decision('refused', this.#refusedIn);
    const missing = policyPage.filter((stage) => !this.#findings.has(stage.name)).map((stage) => stage.name);
    if (outcome === 'released' && missing.length > 0) {
      throw new AppError('INTERNAL', `nothing is released before stages ${missing.join(', ')} were judged`);
    }
    if (this.#findings.size === this.#skipped.size) throw new AppError('INTERNAL', 'nothing was judged');
    return this.#decision(outcome, undefined);
  }

  /** Nothing was decided because of an error. Only its code is kept: its text goes to the error log. */
  undecided(error: unknown, stage?: StageName): ReleaseDecision {
    return { ...this.#decision('undecided', stage), errorCode: isAppError(error) ? error.code : 'INTERNAL' };
  }

  #begin(name: StageName): void {
    if (this.#refusedIn !== undefined) throw new AppError('INTERNAL', `stage ${name} cannot follow the refusal in ${this.#refusedIn}`);
    if (this.#findings.has(outline(name).name)) throw new AppError('INTERNAL', `stage ${name} was judged already`);
  }

  #decision(outcome: Outcome, stage: StageName | undefined): ReleaseDecision {
    const findings = policyPage.flatMap(({ name, checks }) => this.#findings.get(name) ?? notReached(checks));
    return { decisionId: this.#decisionId, instanceId: this.#instanceId, outcome, stage, findings };
  }
}

function outline(name: StageName): StageOutline {
  const stage = policyPage.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new AppError('INTERNAL', `stage ${name} is not on the policy page`);
  return stage;
}

/** Least healable first: what nobody can mend must not look like something that passes with time. */
const leastHealable: readonly HealedBy[] = ['nobody', 'bob', 'alice', 'time'];

/**
 * What the caller may know of a refusal; undefined for any other outcome. Of several refused checks it shows the one that
 * is hardest to mend (of equals the first), without details and expected values.
 */
export function publicRefusal(decision: ReleaseDecision): PublicRefusal | undefined {
  const { outcome, stage, findings } = decision;
  if (outcome !== 'refused' || stage === undefined) return undefined;
  const refused = findings.filter((finding) => finding.outcome === 'refused');
  for (const healedBy of leastHealable) {
    const worst = refused.find((finding) => finding.healedBy === healedBy);
    if (worst !== undefined) return { stage, reason: worst.reason ?? 'REFUSED', remedy: worst.remedy ?? '', healedBy };
  }
  throw new AppError('INTERNAL', `stage ${stage} refused without a refused check`);
}
