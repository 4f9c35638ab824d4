import { isCertainNumber } from './values.ts';

/** A piece of an expression. The parts of a text are strings, and the tokens of what stands in `\( … )`. */
export type Token =
  | { readonly type: 'field' | 'word' | 'variable'; readonly name: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly parts: readonly (string | readonly Token[])[] }
  | { readonly type: 'sign'; readonly sign: string };

const SPACE = /[ \t\r\n]+/y;
const NAMED = /([.$]?)([A-Za-z_]\w*)/y;
const NUMBER = /\d+(?:\.\d+)?(?![\w.])/y;
const SIGN = /==|!=|<=|>=|\/\/|[.,|:;?()[\]{}<>+*/-]/y;
/** What changes values, or means more than its parts. */
const OTHER_SIGN = /\.\.|\?\/\/|(?:\/\/|[|+*/-])=(?!=)|::|\.\d/y;
const TEXT_PART = /(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

const NAMED_TYPES: ReadonlyMap<string, 'field' | 'variable'> = new Map([
  ['.', 'field'],
  ['$', 'variable'],
]);

/** Splits an expression. Undefined when it has something that no plain expression has. */
export function tokensOf(expression: string): readonly Token[] | undefined {
  const reader = new Reader(expression);
  const tokens = reader.tokens();
  return reader.isAtEnd() ? tokens : undefined;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** The tokens up to the end, to the bracket that closes an outer one, or to something unknown. */
  tokens(): readonly Token[] {
    const tokens: Token[] = [];
    let open = 0;
    while (true) {
      this.#take(SPACE);
      const token = this.#next();
      if (token === undefined) return tokens;
      if (token.type === 'sign' && token.sign === '(') open += 1;
      if (token.type === 'sign' && token.sign === ')') {
        if (open === 0) {
          this.#at -= 1;
          return tokens;
        }
        open -= 1;
      }
      tokens.push(token);
    }
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #next(): Token | undefined {
    if (this.#text[this.#at] === '"') return this.#nextText();
    const [, before = '', name] = this.#take(NAMED) ?? [];
    if (name !== undefined) return { type: NAMED_TYPES.get(before) ?? 'word', name };
    const number = this.#take(NUMBER)?.[0];
    if (number !== undefined) {
      const value = Number(number);
      return String(value) === number && isCertainNumber(value) ? { type: 'number', value } : undefined;
    }
    OTHER_SIGN.lastIndex = this.#at;
    if (OTHER_SIGN.test(this.#text)) return undefined;
    const sign = this.#take(SIGN)?.[0];
    return sign === undefined ? undefined : { type: 'sign', sign };
  }

  #nextText(): Token | undefined {
    const parts: (string | readonly Token[])[] = [];
    this.#at += 1;
    while (true) {
      const part = textOf(this.#take(TEXT_PART)?.[0] ?? '');
      if (part === undefined) return undefined;
      parts.push(part);
      if (this.#text[this.#at] === '"') {
        this.#at += 1;
        return { type: 'text', parts };
      }
      if (!this.#text.startsWith('\\(', this.#at)) return undefined;
      this.#at += 2;
      parts.push(this.tokens());
      if (this.#text[this.#at] !== ')') return undefined;
      this.#at += 1;
    }
  }
}

/** The value of a part of a text. Undefined when it is not JSON, or has characters that not every jq reads alike. */
function textOf(part: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${part}"`);
    return typeof value === 'string' && value.isWellFormed() && !/\\u[dD][89a-fA-F]/.test(part) && !value.includes('\0')
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
