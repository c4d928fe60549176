// Makes docs/pictures/NAME.svg from docs/pictures/NAME.ansi, a cut of what a program wrote to a terminal of 80 columns, recorded
// with `script -qec 'provisioner ...' FILE`. The same recording gives the same picture; a test compares them. With --check nothing
// is written, and it fails when a picture is not what would be made. It knows the few sequences that our programs write: colours,
// bold, and the wiping of a progress line. Anything else in a recording is an error.
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = join(__dirname, '../docs/pictures');
const [cellWidth, lineHeight, margin, fontSize, columns] = [8.4, 19, 16, 14, 80];
const colours = { 31: '#f14c4c', 32: '#3fb950', 33: '#d9a80d', plain: '#d4d4d4', paper: '#1e1e1e' };

/** Lines of runs: text of one look. */
function parse(recording) {
  const lines = [[]];
  const look = { colour: 'plain', bold: false };
  for (const match of recording.matchAll(/\x1b\[([0-9;?]*)([A-Za-z])|\r\n|\n|\r|[^\x1b\r\n]+/g)) {
    const [token, sequence] = split(match);
    if (sequence !== undefined) apply(sequence, look, lines);
    else if (token === '\n' || token === '\r\n') lines.push([]);
    else if (token === '\r') continue;
    else print(token, look, lines);
  }
  while (lines.at(-1).length === 0) lines.pop();
  return lines;
}

/** A terminal goes on in the next line when one is full. */
function print(text, look, lines) {
  const used = lines.at(-1).reduce((sum, run) => sum + run.text.length, 0);
  const fits = text.slice(0, columns - used);
  if (fits !== '') lines.at(-1).push({ text: fits, ...look });
  if (fits.length === text.length) return;
  lines.push([]);
  print(text.slice(fits.length), look, lines);
}

const split = ([token, parameters, letter]) => [token, letter === undefined ? undefined : `${parameters}${letter}`];

function apply(sequence, look, lines) {
  if (sequence === 'K') lines[lines.length - 1] = [];
  else if (sequence === '1m') look.bold = true;
  else if (sequence === '22m') look.bold = false;
  else if (sequence === '39m') look.colour = 'plain';
  else if (/^3[123]m$/.test(sequence)) look.colour = sequence.slice(0, 2);
  else throw new Error(`the recording has a sequence that is not known: ${JSON.stringify(sequence)}`);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Every run has its place and its width in cells, so that no font moves a column. */
function lineElement(runs, index) {
  let column = 0;
  const spans = runs.map(({ text, colour, bold }) => {
    const x = (margin + column * cellWidth).toFixed(1);
    column += text.length;
    const width = (text.length * cellWidth).toFixed(1);
    const look = `${colour === 'plain' ? '' : ` fill="${colours[colour]}"`}${bold ? ' font-weight="bold"' : ''}`;
    return text.trim() === '' ? '' : `<tspan x="${x}" textLength="${width}"${look}>${escaped(text)}</tspan>`;
  });
  const y = margin + (index + 1) * lineHeight - 5;
  return spans.join('') === '' ? '' : `<text y="${y}">${spans.join('')}</text>\n`;
}

/** The picture. `title` is what a screen reader says. */
function render(recording, title) {
  if (/[^\x1b\r\n\x20-\x7e\u2500-\u257f]/.test(recording)) throw new Error('the recording has a character that no program of ours writes');
  const lines = parse(recording);
  const [width, height] = [2 * margin + columns * cellWidth, 2 * margin + lines.length * lineHeight];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="6" fill="${colours.paper}"/>
<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${fontSize}" fill="${colours.plain}" xml:space="preserve">
${lines.map(lineElement).join('')}</g>
</svg>
`;
}

/** Pictures by file name. */
const pictures = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ansi'))
    .map((name) => [
      name.replace('.ansi', '.svg'),
      render(readFileSync(join(folder, name), 'utf8'), `terminal: ${name.replace('.ansi', '')}`),
    ]);

function main() {
  for (const [name, picture] of pictures()) {
    const path = join(folder, name);
    if (!process.argv.includes('--check')) writeFileSync(path, picture);
    else if (readFileSync(path, 'utf8') !== picture) throw new Error(`docs/pictures/${name} is not what scripts/gen-pictures.cjs makes`);
  }
}

module.exports = { pictures, render };
if (require.main === module) main();
