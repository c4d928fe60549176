/** Was a goal reached, and with which figure? */
export interface Goal {
  readonly what: string;
  readonly figure: string;
  readonly met: boolean;
}

/** What a part found: a table for people, figures for machines. */
export interface Report {
  readonly part: string;
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
  /** Lines of explanation made of measured figures. */
  readonly notes: readonly string[];
  readonly figures: Readonly<Record<string, unknown>>;
}

/** As Markdown, without heading. */
export function reportText({ about, columns, rows, goals, notes }: Report): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = line(columns.map((_, i) => (i === 0 ? '---' : '---:')));
  return [
    about,
    '',
    line(columns),
    rule,
    ...rows.map(line),
    '',
    ...goals.map(({ what, figure, met }) => `- **${met ? 'met' : 'not met'}**: ${what}: ${figure}`),
    ...notes.map((note) => `- ${note}`),
  ].join('\n');
}
