import fc from 'fast-check';
import { columnsOf, cutAt, lineWidth, wrapped } from '../../../src/provisioner/present/layout.js';
import { treeLines } from '../../../src/provisioner/present/tree.js';
import { visible, visibleLines } from '../../../src/provisioner/present/visible.js';

describe('visible', () => {
  it.each([
    ['\u001b[2J\u001b[1;1Hlooks ok', '<U+001B>[2J<U+001B>[1;1Hlooks ok'],
    ['\u001b]0;title\u0007', '<U+001B>]0;title<U+0007>'],
    ['\u009b31m', '<U+009B>31m'],
    ['a\rb', 'a<U+000D>b'],
    ['a\bb\u007f', 'a<U+0008>b<U+007F>'],
    ['a\tb', 'a<U+0009>b'],
    ['user\u202egnp.exe', 'user<U+202E>gnp.exe'],
    ['\u2066x\u2069', '<U+2066>x<U+2069>'],
    ['a\u200bb\u200db\ufeff', 'a<U+200B>b<U+200D>b<U+FEFF>'],
    ['soft\u00adhyphen', 'soft<U+00AD>hyphen'],
    ['no\u00a0break\u3000wide', 'no<U+00A0>break<U+3000>wide'],
    ['a\u2028b\u2029c', 'a<U+2028>b<U+2029>c'],
    ['\u{e0041}\ufe0f\u3164\u2800', '<U+E0041><U+FE0F><U+3164><U+2800>'],
    ['\ud800', '<U+D800>'],
    ['\ue000', '<U+E000>'],
    ['plain ÄÖ 文字', 'plain ÄÖ 文字'],
  ])('shows %j as %s', (text, shown) => expect(visible(text)).toBe(shown));

  it('leaves nothing in any text that a terminal would obey', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // Controls as Unicode counts them (C0 and C1), and the marks that UAX 9 lists.
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });

  it('ends lines at line feeds only', () => {
    expect(visibleLines('a\nb\r\nc')).toEqual(['a', 'b<U+000D>', 'c']);
  });
});

describe('lines of the review', () => {
  it('never pass 80 columns, whatever they hold, and lose no character', () => {
    const noBlanks = fc.string({ unit: 'grapheme-composite', maxLength: 400 }).map((text) => visible(text).replaceAll(' ', '_'));
    fc.assert(
      fc.property(noBlanks, (text) => {
        const lines = wrapped('  label            ', text);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(lineWidth);
        expect(lines.map((line) => line.slice(19)).join('')).toBe(text);
        expect(cutAt(text, 10).join('')).toBe(text);
      }),
    );
  });

  it('count two columns for wide characters and none for marks', () => {
    expect(columnsOf('文字')).toBe(4);
    expect(columnsOf('e\u0301')).toBe(1);
  });
});

describe('treeLines', () => {
  it('shows every member and element on a line of its own', () => {
    const value = { a: 'x', list: [1, { b: true }], empty: {}, none: null };
    expect(treeLines(value, '')).toEqual(['a: x', 'list:', '  - 1', '  -', '    b: true', 'empty: {}', 'none: null']);
  });

  it('makes names and values visible, and cuts nothing off', () => {
    expect(treeLines({ 'a\u001b[0m': 'b\nc' }, ' ')).toEqual([' a<U+001B>[0m: b<U+000A>c']);
    const long = 'x'.repeat(5000);
    expect(treeLines({ long }, '').join('').replaceAll(/\s/g, '')).toBe(`long:${long}`);
  });

  it('prints what is nested too deep on one line rather than leaving it out', () => {
    let value: unknown = 'bottom';
    for (let i = 0; i < 100; i++) value = { a: value };
    expect(treeLines(value, '').join('').replaceAll(' ', '')).toContain('bottom');
  });
});
