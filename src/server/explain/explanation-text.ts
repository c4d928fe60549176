import type { Finding } from '../../base/index.js';
import type { Explanation, ExplainedStage } from './explain.js';

const words: Readonly<Record<Finding['outcome'], string>> = {
  passed: 'pass',
  refused: 'REFUSE',
  skipped: 'skip',
  'not-reached': '-',
};

const verdicts: Readonly<Record<Explanation['outcome'], string>> = {
  refused: 'REFUSED: a release would be refused now',
  undecided: 'UNDECIDED: not everything could be read, or the secrets do not open',
  clear: 'CLEAR: nothing stands against a release, as far as it can be asked without the caller',
};

const secretWords: Readonly<Record<Explanation['secrets']['outcome'], string>> = { opened: 'pass', failed: 'FAIL', 'not-tried': '-' };

/** The explanation as lines of text: one check a line, and below a refusal what mends it. Control characters are made visible. */
export function explanationText({ instanceId, at, outcome, stages, secrets }: Explanation): readonly string[] {
  const width = Math.max(...stages.flatMap(({ findings }) => findings.map(({ check }) => check.length)));
  return [
    `instance ${instanceId} at ${at}`,
    ...stages.flatMap((stage) => linesOf(stage, width)),
    ...['', 'secrets', `  ${secretWords[secrets.outcome].padEnd(6)}  ${visible(secrets.detail)}`],
    ...['', verdicts[outcome]],
  ];
}

function linesOf({ stage, findings, error }: ExplainedStage, width: number): readonly string[] {
  const head = ['', error === undefined ? stage : `${stage}: could not be read: ${visible(error)}`];
  return [...head, ...findings.flatMap((finding) => linesOfFinding(finding, width))];
}

function linesOfFinding({ check, outcome, detail, reason, remedy, healedBy }: Finding, width: number): readonly string[] {
  const line = `  ${words[outcome].padEnd(6)}  ${check.padEnd(width)}  ${outcome === 'refused' ? `${reason ?? ''}: ` : ''}${visible(detail ?? '')}`;
  if (outcome !== 'refused') return [line.trimEnd()];
  return [line.trimEnd(), `  ${' '.repeat(8 + width)}  mended by ${healedBy ?? 'nobody'}: ${remedy ?? ''}`];
}

/** Details quote what Bob wrote: nothing of it may move the cursor or turn the text around. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (mark) => `\\u{${mark.codePointAt(0)?.toString(16) ?? ''}}`);
