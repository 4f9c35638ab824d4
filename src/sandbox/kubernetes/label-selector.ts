import { badRequest } from './refusals.ts';

export type Labels = { readonly [key: string]: string } | undefined;
type Test = (labels: NonNullable<Labels>) => boolean;

/** A label selector as kubectl takes it, e.g. `app=shop,tier in (web,api),!old`. Throws the server's refusal. */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const tests = new Reader(text).requirements();
  return (labels = {}) => tests.every((test) => test(labels));
}

const TOKEN = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+)/gy;
const END = '';
const SIGNS = ['==', '!=', '=', '!', '(', ')', ',', '<', '>'];
const OPERATORS = 'in, notin, =, ==, !=, gt, lt';

/** Reads token by token; what it complains of has the words of the real server. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(TOKEN)].map(([, token]) => token ?? END);
  }

  requirements(): readonly Test[] {
    const tests: Test[] = [];
    while (this.#peek() !== END) {
      const first = this.#peek();
      if (first !== '!' && !isWord(first)) throw expected(first, "!, identifier, or 'end of string'");
      tests.push(this.#requirement());
      const after = this.#next();
      if (after === END) break;
      if (after !== ',') throw expected(after, "',' or 'end of string'");
      if (this.#peek() !== '!' && !isWord(this.#peek())) throw expected(this.#peek(), "identifier after ','");
    }
    return tests;
  }

  #requirement(): Test {
    const isAbsent = this.#peek() === '!';
    if (isAbsent) this.#next();
    const key = this.#word('identifier');
    if (this.#peek() === END || this.#peek() === ',') return (labels) => (labels[key] === undefined) === isAbsent;
    const operator = this.#next();
    switch (operator) {
      case '=':
      case '==': {
        const value = this.#value();
        return (labels) => labels[key] === value;
      }
      case '!=': {
        const value = this.#value();
        return (labels) => labels[key] !== value;
      }
      case 'in':
      case 'notin': {
        const values = this.#values();
        return (labels) => values.includes(labels[key] ?? null) === (operator === 'in');
      }
      case '>':
      case '<': {
        const bound = this.#number();
        const sign = operator === '>' ? 1 : -1;
        return (labels) => labels[key] !== undefined && sign * (Number(labels[key]) - bound) > 0;
      }
      default:
        throw unreadable(operator, OPERATORS);
    }
  }

  #value(): string {
    return this.#peek() === END || this.#peek() === ',' ? '' : this.#word('identifier');
  }

  #number(): number {
    const value = this.#value();
    if (/^-?\d+$/.test(value)) return Number(value);
    const message = `values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`;
    throw badRequest(`unable to parse requirement: ${message}`);
  }

  #values(): readonly (string | null)[] {
    const open = this.#next();
    if (open !== '(') throw badRequest(`unable to parse requirement: found '${open}' expected: '('`);
    const values: string[] = [];
    if (this.#peek() === ')') {
      this.#next();
      return [''];
    }
    for (;;) {
      values.push(this.#word(values.length === 0 ? "',', ')' or identifier" : "',', or identifier"));
      const after = this.#next();
      if (after === ')') return values;
      if (after !== ',') throw unreadable(after, "',' or ')'");
    }
  }

  #word(wanted: string): string {
    const word = this.#next();
    if (!isWord(word)) throw unreadable(word, wanted);
    return word;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? END;
  }

  #next(): string {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }
}

function isWord(token: string): boolean {
  return token !== END && !SIGNS.includes(token);
}

function expected(found: string, wanted: string) {
  return badRequest(`found '${found}', expected: ${wanted}`);
}

function unreadable(found: string, wanted: string) {
  return badRequest(`unable to parse requirement: found '${found}', expected: ${wanted}`);
}
