import { alternative, LEVELS } from './operators.ts';
import { many, type One, outputsOf, type Plain, pipe } from './plain.ts';
import { parseTerm, type Rules } from './terms.ts';
import { NotPlain, notPlain, TokenReader } from './token-reader.ts';
import { tokensOf } from './tokens.ts';

const MAX_LENGTH = 4_000;
const MAX_GROWTH = 500;
/** Brackets in brackets. */
const MAX_NESTING = 50;

/**
 * An expression as a function, when it is of the small part of jq that is evaluated here. Undefined for every other one, and
 * for one that jq would not compile.
 */
export function parsePlain(expression: string, env: Rules['env']): Plain | undefined {
  if (expression.length > MAX_LENGTH || !expression.isWellFormed()) return undefined;
  const tokens = tokensOf(expression);
  if (tokens === undefined) return undefined;
  try {
    const reader = new TokenReader(tokens);
    const parsed = new Parser(reader, env, 0).pipe();
    return reader.isAtEnd() && parsed.growth <= MAX_GROWTH ? parsed : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class Parser implements Rules {
  readonly reader: TokenReader;
  readonly env: Rules['env'];
  readonly #depth: number;

  constructor(reader: TokenReader, env: Rules['env'], depth: number) {
    if (depth > MAX_NESTING) notPlain();
    this.reader = reader;
    this.env = env;
    this.#depth = depth;
  }

  inside(reader: TokenReader = this.reader): Parser {
    return new Parser(reader, this.env, this.#depth + 1);
  }

  /** The parts between pipes: they may hold lists of expressions. */
  pipe(): Plain {
    let parsed = this.#list();
    while (this.reader.takes('|')) parsed = pipe(parsed, this.#list());
    return parsed;
  }

  /** One expression, without pipes and commas. */
  single(): Plain {
    const left = this.#operation(0);
    return this.reader.takes('//') ? alternative(single(left), single(this.single())) : left;
  }

  #list(): Plain {
    const first = this.single();
    if (!this.reader.takes(',')) return first;
    const all = [first];
    do all.push(this.single());
    while (this.reader.takes(','));
    return many(
      (input) => all.flatMap((part) => outputsOf(part, input)),
      all.reduce((sum, { growth }) => sum + growth, 0),
    );
  }

  #operation(level: number): Plain {
    const binding = LEVELS[level];
    if (binding === undefined) return parseTerm(this);
    let left = this.#operation(level + 1);
    for (let operator = this.#operator(binding.operators); operator !== undefined; ) {
      left = operator(single(left), single(this.#operation(level + 1)));
      operator = this.#operator(binding.operators);
      if (operator !== undefined && !binding.chains) notPlain();
    }
    return left;
  }

  #operator<T>(operators: ReadonlyMap<string, T>): T | undefined {
    const token = this.reader.peek();
    const text = token?.type === 'sign' ? token.sign : token?.type === 'word' ? token.name : undefined;
    const operator = text === undefined ? undefined : operators.get(text);
    if (operator !== undefined) this.reader.next();
    return operator;
  }
}

function single(plain: Plain): One {
  return plain.many ? notPlain() : plain;
}
