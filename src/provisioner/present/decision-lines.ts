import { policyPage } from '../../appraisal/index.js';
import type { LastDecision } from '../../gcp/index.js';
import { field } from './layout.js';
import { visible } from './visible.js';

/**
 * The last decision of a TokenServer about a VM, and why: the checks that refused, by their reason, with what to do.
 * @param approvedAt of the approval that is shown: a decision before it was about another one
 */
export function decisionLines(decision: LastDecision | undefined, approvedAt: Date | undefined): readonly string[] {
  if (decision === undefined) return field('last decision', 'none noted');
  const { outcome, call, at, stage, decisionId, reasons } = decision;
  const earlier = approvedAt !== undefined && at < approvedAt ? ', before this approval' : '';
  return [
    ...field('last decision', visible(`${outcome}${stage === undefined ? '' : ` at stage ${stage}`}, at ${at.toISOString()}${earlier}`)),
    ...field('  call', visible(`${call}, decision ${decisionId}`)),
    ...reasons.flatMap((reason) => field('  why', visible(explained(reason)))),
  ];
}

/** Reasons that a check gives in place of its own. */
const others: Readonly<Record<string, string>> = {
  METADATA_CHANGED: 'metadata of the VM was edited, which nobody can accept; have the VM made anew',
  APPROVAL_REVOKED: 'the approval was revoked; approve the VM again',
  RELEASES_USED_UP: 'no release is left; approve the VM again, with its --maxReleases',
};

/** A reason with the remedies of the checks that give it, where there are any; docs/checks.md has them all. */
function explained(reason: string): string {
  const remedies = policyPage.flatMap((stage) => stage.checks.flatMap((check) => (check.reason === reason ? [check.remedy] : [])));
  const what = Object.hasOwn(others, reason) ? others[reason] : [...new Set(remedies)].join('; or ');
  return what === undefined || what === '' ? reason : `${reason}: ${what}`;
}
