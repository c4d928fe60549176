import { fail, warn, type ReviewFinding } from '../finding.js';
import type { Inspection } from '../inspect.js';

/** More than a person reads at one sitting. The hardened script of docs/operate.md has about a hundred lines. */
const maxScriptLines = 300;
const maxEntries = 100;
const maxValueCharacters = 2000;
/** No indentation is deeper. */
const maxBlanks = 40;

/** Is this review short enough to be read, or could something in it be overlooked? Nothing is left out of it for its length. */
export function lintReadable({ instance, projectMetadata, zoneMetadata, history }: Inspection): readonly ReviewFinding[] {
  const script = instance.metadata.get('user-data') ?? '';
  const lines = script.split('\n');
  const values = [...instance.metadata, ...projectMetadata, ...zoneMetadata].filter(
    ([key, value]) => key !== 'user-data' && (value?.length ?? 0) > maxValueCharacters,
  );
  return [
    ...pushedAside(lines),
    ...(lines.length <= maxScriptLines
      ? []
      : [
          warn(
            'long-script',
            `the startup script has ${lines.length} lines: much to hide in`,
            'ask Bob for a script of what the client needs',
          ),
        ]),
    ...(values.length === 0
      ? []
      : [warn('long-metadata', `long values: ${values.map(([key]) => key).join(', ')}`, 'ask Bob what they are for')]),
    ...(history.entries.length <= maxEntries
      ? []
      : [warn('long-history', `${history.entries.length} audit entries`, 'ask Bob why, or have the VM made anew')]),
  ];
}

/** Text behind a long run of blanks stands at the end of what looks like an empty line, or rows further down. */
function pushedAside(lines: readonly string[]): readonly ReviewFinding[] {
  const numbers = lines.flatMap((line, i) => (new RegExp(`[ \\t]{${maxBlanks},}\\S`).test(line) ? [i + 1] : []));
  const [first] = numbers;
  if (first === undefined) return [];
  const what = `line ${first} has text behind more than ${maxBlanks} blanks${numbers.length === 1 ? '' : `, and ${numbers.length - 1} more lines have`}`;
  return [fail('script-blanks', what, 'have the VM made with a script without such gaps', true)];
}
