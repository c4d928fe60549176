/** Every line of the review fits here. */
export const lineWidth = 80;

/** Columns that a terminal needs for a text: two for the wide characters of East Asian scripts and for pictographs, none for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

const columnsOfCharacter = (character: string): number => (/\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1);

/** Cuts a line into pieces of at most `width` columns, never between a letter and its marks. An empty line is one empty piece. */
export function cutAt(text: string, width: number): readonly string[] {
  const pieces = [''];
  let used = 0;
  for (const character of text) {
    const columns = columnsOfCharacter(character);
    if (used + columns > width) {
      pieces.push('');
      used = 0;
    }
    pieces[pieces.length - 1] += character;
    used += columns;
  }
  return pieces;
}

/** `first` before the first piece and blanks, or `next`, before the others; the prefixes count into the width. */
export function wrapped(first: string, text: string, next: string = ' '.repeat(columnsOf(first))): readonly string[] {
  return wordPieces(text, lineWidth - Math.max(columnsOf(first), columnsOf(next))).map((piece, i) => `${i === 0 ? first : next}${piece}`);
}

/** As cutAt, but between words where words are short enough. */
function wordPieces(text: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') pieces.push(line);
    const cut = cutAt(word, width);
    pieces.push(...cut.slice(0, -1));
    line = cut.at(-1) ?? '';
  }
  return [...pieces, line];
}

/** `  label          value`, the value wrapped below itself; a value with a word too long for that stands below its label. */
export function field(label: string, value: string): readonly string[] {
  const first = `  ${label.padEnd(16)} `;
  const longest = Math.max(...value.split(' ').map(columnsOf));
  if (longest <= lineWidth - columnsOf(first)) return wrapped(first, value === '' ? '-' : value);
  return [`  ${label}`, ...wrapped('      ', value)];
}
