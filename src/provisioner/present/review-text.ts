import type { Grade, ReviewFinding } from '../finding.js';
import type { Review } from '../review.js';
import { historySection } from './history-section.js';
import { wrapped } from './layout.js';
import { bootImageSection, diskSection, networkSection, protectionSection, whoSection } from './machine-sections.js';
import type { Paint } from './paint.js';
import { policySection, secretSection } from './policy-section.js';
import { identitySection, metadataSection, scriptSection } from './text-sections.js';
import { visible } from './visible.js';

/**
 * The review as a person reads it, top to bottom: what the VM is, what happened to it, what the approval would say, and at
 * the end, next to the question, what is wrong. Lines of at most 80 columns; nothing that Bob wrote reaches the terminal as
 * anything but visible text.
 */
export function reviewText(review: Review, paint: Paint): string {
  const { inspection } = review;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Who', whoSection(inspection)],
    ['Boot image', bootImageSection(inspection)],
    ['Startup script (user-data)', scriptSection(inspection)],
    ['Metadata', metadataSection(inspection)],
    ['Disks', diskSection(inspection)],
    ['Network', networkSection(inspection)],
    ['Shielded and confidential', protectionSection(inspection)],
    ['TPM identity', identitySection(inspection)],
    ['Audit history', historySection(inspection.history)],
    ['Policy to be written', policySection(review)],
    ['Secrets', secretSection(review.secrets, review.record)],
    ['Findings', findingLines(review.findings, paint)],
  ];
  return `${sections.map(([title, lines]) => [paint.heading(`== ${title}`), ...lines].join('\n')).join('\n\n')}\n`;
}

const order: readonly Grade[] = ['OK', 'WARN', 'FAIL'];

/** Worst last: it stands right above the question. */
function findingLines(all: readonly ReviewFinding[], paint: Paint): readonly string[] {
  const passed = all.filter((finding) => finding.grade === 'OK' && finding.ofServer === true);
  const others = all.filter((finding) => !passed.includes(finding));
  const what = `the TokenServer would pass now: ${passed.map((finding) => finding.id).join(', ')}`;
  const summary: readonly ReviewFinding[] = passed.length === 0 ? [] : [{ grade: 'OK', id: 'checks', what, waivable: true }];
  const lines = [...summary, ...order.flatMap((grade) => others.filter((finding) => finding.grade === grade))].flatMap((finding) =>
    findingText(finding, paint),
  );
  const count = (grade: Grade): number => all.filter((finding) => finding.grade === grade).length;
  return [...lines, '', `  ${count('FAIL')} FAIL, ${count('WARN')} WARN, ${count('OK')} OK`];
}

function findingText({ grade, id, what, remedy, waivable }: ReviewFinding, paint: Paint): readonly string[] {
  const [first = '', ...more] = wrapped(`  ${grade.padEnd(4)} `, `${id}: ${visible(what)}`);
  const lines = [first.replace(grade, paint.grade(grade, grade)), ...more];
  if (remedy !== undefined && remedy !== '') lines.push(...wrapped('         -> ', visible(remedy)));
  if (grade === 'FAIL' && !waivable) lines.push('         -> this cannot be accepted');
  return lines;
}
