import type { Token } from './tokens.ts';

/** Thrown where an expression is not plain. */
export class NotPlain extends Error {}

export function notPlain(): never {
  throw new NotPlain('jq runs it');
}

/** Reads tokens from first to last. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.peek() ?? notPlain();
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is this sign or word. */
  takes(text: string): boolean {
    const token = this.peek();
    const taken = token !== undefined && (token.type === 'sign' ? token.sign : wordIn(token)) === text;
    if (taken) this.#at += 1;
    return taken;
  }

  expect(text: string): void {
    if (!this.takes(text)) notPlain();
  }
}

function wordIn(token: Token): string | undefined {
  return token.type === 'word' ? token.name : undefined;
}
