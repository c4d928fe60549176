import type { AnswerConfig } from './config.js';
import type { ReviewFinding } from './finding.js';
import { wrapped } from './present/layout.js';
import type { Terminal } from './terminal.js';

/** What came of the review. */
export type Answer =
  | { readonly kind: 'accepted'; readonly waived: readonly ReviewFinding[] }
  /** A person said no, or nothing. */
  | { readonly kind: 'declined'; readonly why: string }
  /** The machine says no: nobody was asked, or nobody may answer for a person. */
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Asks whether the VM may be approved. The default is No; an end of input or Ctrl-C is a No. A review with FAIL is accepted
 * only by typing the instance id, or by flags that name each; one with a FAIL that cannot be accepted is not asked about at all.
 * @param introduction stands before the question: what it is about
 */
export async function confirmReview(
  findings: readonly ReviewFinding[],
  instanceId: string,
  answer: AnswerConfig,
  terminal: Terminal,
  introduction = '',
): Promise<Answer> {
  const failures = findings.filter((finding) => finding.grade === 'FAIL');
  const final = failures.filter((finding) => !finding.waivable);
  if (final.length > 0) return { kind: 'failed', why: `cannot be accepted: ${idsOf(final)}; nothing is written` };
  if (answer.by === 'flag') {
    const unnamed = failures.filter(({ id }) => !answer.waive.includes(id));
    if (unnamed.length === 0) return { kind: 'accepted', waived: failures };
    return { kind: 'failed', why: `${idsOf(unnamed)} failed, and no --waive names it; nothing is written` };
  }
  if (failures.length === 0) {
    const text = await terminal.ask(`${above(introduction)}looks ok? (y/N): `);
    return /^\s*y(?:es)?\s*$/i.test(text ?? '') ? { kind: 'accepted', waived: [] } : declined(text);
  }
  const text = await terminal.ask(
    `${above(introduction, `${failures.length} FAIL: ${idsOf(failures)}`)}looks ok? (to accept all the same, type the instance id; anything else is No): `,
  );
  return text?.trim() === instanceId ? { kind: 'accepted', waived: failures } : declined(text);
}

/** Lines of their own above a question. */
const above = (...parts: readonly string[]): string => {
  const text = parts.filter(Boolean).join('; ');
  return text === '' ? '' : `${wrapped('', text).join('\n')}\n`;
};

/** How often may the secrets be released? Undefined when the person gave no usable answer in three attempts. */
export async function askMaxReleases(terminal: Terminal): Promise<number | 'unlimited' | undefined> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const text = (await terminal.ask('how many sessions may receive the secrets? (a number, or unlimited): '))?.trim();
    if (text === undefined) return undefined;
    if (text === 'unlimited') return text;
    if (/^[1-9][0-9]{0,6}$/.test(text) && Number(text) <= 1_000_000) return Number(text);
  }
  return undefined;
}

const idsOf = (findings: readonly ReviewFinding[]): string => [...new Set(findings.map((finding) => finding.id))].join(', ');

const declined = (text: string | undefined): Answer => ({
  kind: 'declined',
  why: text === undefined ? 'no answer; nothing is written' : 'declined; nothing is written',
});
