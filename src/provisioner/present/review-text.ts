import type { Grade, ReviewFinding } from '../finding.js';
import type { Review } from '../review.js';
import { changesSection } from './changes-section.js';
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
  const unchanged: string[] = [];
  const sections = sectionsOf(review, paint).filter(({ title, isUnchanged }) => {
    if (isUnchanged) unchanged.push(title);
    return !isUnchanged;
  });
  const texts = sections.map(({ title, lines }) => [paint.heading(`== ${title}`), ...lines()].join('\n'));
  if (unchanged.length > 0) {
    const what = `as in the last approval, and not printed again (--full prints them): ${unchanged.join(', ')}`;
    texts.push([paint.heading('== Unchanged'), ...wrapped('  ', what)].join('\n'));
  }
  texts.push([paint.heading('== Findings'), ...findingLines(review.findings, paint)].join('\n'));
  return `${texts.join('\n\n')}\n`;
}

interface Section {
  readonly title: string;
  readonly lines: () => readonly string[];
  /** Is all of it in the last approval, word for word? */
  readonly isUnchanged: boolean;
}

function sectionsOf(review: Review, paint: Paint): readonly Section[] {
  const { inspection, since, config } = review;
  const isShort = since?.trusted === true && !config.full;
  const section = (title: string, lines: () => readonly string[], ...fields: readonly string[]): Section => ({
    title,
    lines,
    isUnchanged:
      isShort &&
      fields.length > 0 &&
      !since.changes.some(({ field }) => fields.some((name) => field === name || field.startsWith(`${name}.`))),
  });
  const history = isShort ? { ...inspection.history, entries: since.entries } : inspection.history;
  return [
    section('Who', () => whoSection(inspection)),
    section('Boot image', () => bootImageSection(inspection), 'boot_image_id', 'boot_disk_id'),
    section('Startup script (user-data)', () => scriptSection(review, paint), 'init_script_hash'),
    section('Metadata', () => metadataSection(inspection)),
    section('Disks', () => diskSection(inspection)),
    section('Network', () => networkSection(inspection), 'network', 'image_fingerprint'),
    section(
      'Shielded and confidential',
      () => protectionSection(inspection),
      'shielded',
      'confidential_type',
      'machine_features',
      'image_fingerprint',
    ),
    section(
      'TPM identity',
      () => identitySection(inspection),
      // The record holds no ECC keys, so nothing says that they are as they were.
      ...(inspection.identity.ecc === undefined ? ['ek_encryption_key', 'ak_signing_key', 'ek_encryption_cert', 'ak_signing_cert'] : []),
    ),
    section('Audit history', () => historySection(history)),
    section('Policy to be written', () => policySection(review)),
    section('Secrets', () => secretSection(review.secrets, review.record)),
    ...(since === undefined ? [] : [section('Changes since the last approval', () => changesSection(since))]),
  ];
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
