/** How many ways of matching are acceptable. They take a few milliseconds. */
const MOST_WAYS = 1_000_000;
const LONGEST_PATTERN = 1000;

/** Whether a text matches a pattern; undefined when we do not check it. */
export type PatternTest = (text: string) => boolean | undefined;

/**
 * Creates the test of a pattern. Patterns that could take very long, such as `^(a+)+$` (catastrophic backtracking), and
 * those that are invalid in JavaScript, are not checked: Port does.
 */
export function patternTest(pattern: string): PatternTest {
  const expression = pattern.length > LONGEST_PATTERN ? undefined : compile(pattern);
  if (expression === undefined) return () => undefined;
  const startsAnywhere = !pattern.startsWith('^') || pattern.includes('|');
  return (text) => {
    const ways = new PatternReader(pattern).ways(text.length);
    if (ways === undefined || ways * (startsAnywhere ? text.length + 1 : 1) > MOST_WAYS) return undefined;
    return expression.test(text);
  };
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

/** Computes an upper bound of the ways in which a pattern can match a text of a given length. */
class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** undefined: the pattern has a back reference, or unbalanced brackets. */
  ways(length: number): number | undefined {
    try {
      const ways = this.#alternatives(length + 1);
      return this.#at < this.#pattern.length ? undefined : ways;
    } catch (error) {
      if (error instanceof Unreadable) return undefined;
      throw error;
    }
  }

  #alternatives(most: number): number {
    let sum = 0;
    do {
      let ways = 1;
      while (this.#at < this.#pattern.length && !/[|)]/.test(this.#peek())) ways *= this.#piece(most);
      sum += ways;
    } while (this.#take('|'));
    return sum;
  }

  #piece(most: number): number {
    const inside = this.#atom(most);
    const { least, greatest } = this.#times(most);
    if (greatest === 1 && least === 1) return inside;
    return inside ** greatest * (greatest - least + 1);
  }

  /** The ways in which one character, class or group can match. */
  #atom(most: number): number {
    const character = this.#next();
    if (character === '(') {
      if (this.#take('?') && /^<[^=!]/.test(this.#rest())) this.#skipTo('>');
      // `?:`, `?=`, `?!`, `?<=`, `?<!` are counted like characters of the group.
      const ways = this.#alternatives(most);
      if (!this.#take(')')) throw new Unreadable();
      return ways;
    }
    if (character === '[') this.#skipClass();
    if (character === '\\') {
      const escaped = this.#next();
      if (/[1-9k]/.test(escaped)) throw new Unreadable();
      if (/[pPu]/.test(escaped) && this.#peek() === '{') this.#skipTo('}');
    }
    return 1;
  }

  #times(most: number): { readonly least: number; readonly greatest: number } {
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.#rest());
    if (quantifier === null) return { least: 1, greatest: 1 };
    this.#at += quantifier[0].length;
    this.#take('?');
    if (quantifier[0] === '*') return { least: 0, greatest: most };
    if (quantifier[0] === '+') return { least: 1, greatest: Math.max(most, 1) };
    if (quantifier[0] === '?') return { least: 0, greatest: 1 };
    const [, least = '0', comma, upTo] = quantifier;
    const open = comma === '' ? Number(least) : Math.max(most, Number(least));
    return { least: Number(least), greatest: upTo === '' || upTo === undefined ? open : Number(upTo) };
  }

  #skipClass(): void {
    while (this.#peek() !== ']') if (this.#next() === '\\') this.#next();
    this.#next();
  }

  #skipTo(end: string): void {
    while (this.#next() !== end);
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #rest(): string {
    return this.#pattern.slice(this.#at);
  }

  #next(): string {
    if (this.#at >= this.#pattern.length) throw new Unreadable();
    this.#at += 1;
    return this.#pattern.charAt(this.#at - 1);
  }
}

class Unreadable extends Error {}
