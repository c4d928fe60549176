// Everything that Bob wrote (scripts, names, log entries) passes through here before it reaches a terminal.

/**
 * Characters that a terminal obeys or that change how others read: C0 and C1 controls (escape sequences begin with one),
 * marks of writing direction, joiners, fillers and other characters without width or ink, spaces that are not a space, line
 * separators, tag characters, variation selectors, unpaired surrogates, private use, code points without a character.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** One line of text in which every such character, line breaks too, stands as `<U+001B>`. What is left, a terminal prints as it is. */
export const visible = (text: string): string => text.replace(hidden, (character) => `<U+${codePoint(character)}>`);

/** The same, line by line: line feeds end lines, and nothing else does. */
export const visibleLines = (text: string): readonly string[] => text.split('\n').map(visible);

const codePoint = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
