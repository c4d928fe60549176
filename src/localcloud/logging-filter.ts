import { comparisonOf, type Test } from './logging-terms.js';
import { invalid } from './problem.js';

/** Longest filter that the API takes. @see https://cloud.google.com/logging/quotas */
const maxFilterCharacters = 20_000;

type Token = { readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close'; readonly text: string };

const tokenSyntax = /\s+|(?<text>"(?:[^"\\]|\\.)*")|(?<operator>!=|>=|<=|=~|!~|=|:|>|<)|(?<open>\()|(?<close>\))|(?<word>[\w.@%/+-]+)/y;

/**
 * Parses a filter in the Logging query language: comparisons, parentheses, AND, OR, NOT, and `field=(a OR b)`. OR binds
 * tighter than AND, and two terms side by side are joined by AND.
 * @throws Problem INVALID_ARGUMENT for anything else: a field, operator or value that is not known here is never guessed at.
 * @see https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function parseFilter(filter: string): Test {
  if (filter.length > maxFilterCharacters)
    throw invalid(`Filter is too long: ${filter.length} characters, at most ${maxFilterCharacters}.`);
  const parser = new Parser(tokensOf(filter));
  return filter.trim() === '' ? () => true : parser.whole();
}

function tokensOf(filter: string): readonly Token[] {
  const tokens: Token[] = [];
  tokenSyntax.lastIndex = 0;
  while (tokenSyntax.lastIndex < filter.length) {
    const at = tokenSyntax.lastIndex;
    const match = tokenSyntax.exec(filter);
    if (match === null) throw invalid(`Unparseable filter: syntax error at column ${at + 1}.`);
    for (const kind of ['word', 'text', 'operator', 'open', 'close'] as const) {
      const text = match.groups?.[kind];
      if (text !== undefined) tokens.push({ kind, text: kind === 'text' ? unquoted(text) : text });
    }
  }
  return tokens;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, character: string) => {
    if (character !== '"' && character !== '\\') throw invalid('Unparseable filter: unknown escape.');
    return character;
  });
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Test {
    const test = this.#conjunction();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return test;
  }

  #conjunction(): Test {
    const terms = [this.#disjunction()];
    while (this.#at < this.#tokens.length && this.#peek()?.kind !== 'close') {
      this.#takeWord('AND');
      terms.push(this.#disjunction());
    }
    return (entry) => terms.every((term) => term(entry));
  }

  #disjunction(): Test {
    const terms = [this.#factor()];
    while (this.#takeWord('OR')) terms.push(this.#factor());
    return (entry) => terms.some((term) => term(entry));
  }

  #factor(): Test {
    if (this.#takeWord('NOT')) {
      const term = this.#factor();
      return (entry) => !term(entry);
    }
    if (this.#take('open') === undefined) return this.#comparison();
    const term = this.#conjunction();
    if (this.#take('close') === undefined) throw this.#unexpected();
    return term;
  }

  #comparison(): Test {
    const field = this.#take('word');
    const operator = this.#take('operator');
    if (field === undefined || operator === undefined) throw this.#unexpected();
    if (this.#take('open') === undefined) return comparisonOf(field, operator, this.#value());
    const values = [this.#value()];
    while (this.#takeWord('OR')) values.push(this.#value());
    if (this.#take('close') === undefined) throw this.#unexpected();
    const terms = values.map((value) => comparisonOf(field, operator, value));
    return (entry) => terms.some((term) => term(entry));
  }

  #value(): string {
    const value = this.#take('text') ?? this.#take('word');
    if (value === undefined) throw this.#unexpected();
    return value;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(kind: Token['kind']): string | undefined {
    const token = this.#peek();
    if (token?.kind !== kind) return undefined;
    this.#at++;
    return token.text;
  }

  #takeWord(word: 'AND' | 'OR' | 'NOT'): boolean {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text !== word) return false;
    this.#at++;
    return true;
  }

  #unexpected(): Error {
    const token = this.#peek();
    return invalid(`Unparseable filter: syntax error at ${token === undefined ? 'its end' : `"${token.text}"`}.`);
  }
}
