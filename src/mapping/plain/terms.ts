import { isCertainValue } from './certain-value.ts';
import { callOf } from './functions.ts';
import { element, elements, member, slice } from './paths.ts';
import { constant, IDENTITY, type One, one, outputsOf, type Plain, pipe } from './plain.ts';
import { TO_TEXT } from './text-functions.ts';
import { notPlain, TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';
import { certain, isTrue, NOTHING } from './values.ts';

/** What a term needs of the grammar around it. */
export interface Rules {
  readonly reader: TokenReader;
  readonly env: Readonly<Record<string, string>>;
  /** The same one bracket deeper, or on other tokens. */
  inside(reader?: TokenReader): Rules;
  pipe(): Plain;
}

/** A term with the path behind it. */
export function parseTerm(rules: Rules): Plain {
  const { reader } = rules;
  const token = reader.next();
  switch (token.type) {
    case 'number':
      return constant(token.value);
    case 'text':
      return text(token, rules);
    case 'field':
      return path(member(token.name, reader.takes('?')), reader);
    case 'variable':
      return token.name === 'ENV' ? path(variable(rules), reader) : notPlain();
    case 'word':
      return word(token.name, rules);
    case 'sign':
      return sign(token.sign, rules);
  }
}

function sign(found: string, rules: Rules): Plain {
  const { reader } = rules;
  const inner = rules.inside();
  switch (found) {
    case '.':
      return path(dotted(reader) ?? IDENTITY, reader);
    case '-': {
      const token = reader.next();
      return token.type === 'number' ? constant(certain(-token.value)) : notPlain();
    }
    case '(': {
      const parsed = inner.pipe();
      reader.expect(')');
      return path(parsed, reader);
    }
    case '[': {
      if (reader.takes(']'))
        return path(
          one(() => []),
          reader,
        );
      const parsed = inner.pipe();
      reader.expect(']');
      return path(
        one((input) => outputsOf(parsed, input), parsed.growth + 1),
        reader,
      );
    }
    case '{':
      return path(object(inner), reader);
    default:
      return notPlain();
  }
}

function word(name: string, rules: Rules): Plain {
  const { reader } = rules;
  if (name === 'if') return condition(rules.inside());
  if (name === 'env') return path(variable(rules), reader);
  const args: Plain[] = [];
  if (reader.takes('(')) {
    const inner = rules.inside();
    do args.push(inner.pipe());
    while (reader.takes(';'));
    reader.expect(')');
  }
  return path(callOf(name, args) ?? notPlain(), reader);
}

/** What follows `if`. */
function condition(rules: Rules): One {
  const { reader } = rules;
  const asked = single(rules.pipe());
  reader.expect('then');
  const then = single(rules.pipe());
  const otherwise = reader.takes('elif') ? condition(rules.inside()) : elsePart(rules);
  return one(
    (input) => {
      const value = asked.run(input);
      return value === NOTHING ? NOTHING : (isTrue(value) ? then : otherwise).run(input);
    },
    Math.max(then.growth, otherwise.growth),
  );
}

function elsePart(rules: Rules): One {
  const parsed = rules.reader.takes('else') ? single(rules.pipe()) : IDENTITY;
  rules.reader.expect('end');
  return parsed;
}

/** The steps of a path behind a term. */
function path(start: Plain, reader: TokenReader): Plain {
  let parsed = start;
  while (true) {
    const token = reader.peek();
    if (token?.type === 'field') {
      reader.next();
      parsed = pipe(parsed, member(token.name, reader.takes('?')));
    } else if (reader.takes('.')) parsed = pipe(parsed, dotted(reader) ?? notPlain());
    else if (reader.takes('[')) parsed = pipe(parsed, index(reader));
    else return parsed;
  }
}

/** What may follow a dot: `"name"` or `[…]`. */
function dotted(reader: TokenReader): Plain | undefined {
  const token = reader.peek();
  if (token?.type === 'text') {
    reader.next();
    return member(plainText(token), reader.takes('?'));
  }
  return reader.takes('[') ? index(reader) : undefined;
}

/** What follows `[` in a path. */
function index(reader: TokenReader): Plain {
  if (reader.takes(']')) return elements(reader.takes('?'));
  const token = reader.peek();
  if (token?.type === 'text') {
    reader.next();
    reader.expect(']');
    return member(plainText(token), reader.takes('?'));
  }
  const start = integer(reader);
  if (reader.takes(':')) {
    const end = integer(reader);
    reader.expect(']');
    return start === undefined && end === undefined ? notPlain() : slice(start, end);
  }
  reader.expect(']');
  return element(start ?? notPlain(), reader.takes('?'));
}

function integer(reader: TokenReader): number | undefined {
  const negative = reader.takes('-');
  const token = reader.peek();
  if (token?.type !== 'number') return negative ? notPlain() : undefined;
  reader.next();
  if (!Number.isInteger(token.value)) return notPlain();
  return certain(negative ? -token.value : token.value);
}

function plainText(token: Token): string {
  if (token.type !== 'text') return notPlain();
  const [part] = token.parts;
  return token.parts.length === 1 && typeof part === 'string' ? part : notPlain();
}

/** A text with what stands in its `\( … )`. */
function text(token: Extract<Token, { type: 'text' }>, rules: Rules): One {
  const parts = token.parts.map((part) => (typeof part === 'string' ? constant(part) : interpolated(part, rules)));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return one(
    (input) => {
      // All of them, even behind one that gives nothing: jq fails if one of them fails.
      const values = parts.map((part) => part.run(input));
      return values.includes(NOTHING) ? NOTHING : values.join('');
    },
    parts.reduce((sum, { growth }) => sum + growth, 0),
  );
}

function interpolated(tokens: readonly Token[], rules: Rules): One {
  const reader = new TokenReader(tokens);
  const parsed = rules.inside(reader).pipe();
  return reader.isAtEnd() ? single(pipe(parsed, TO_TEXT)) : notPlain();
}

/** What follows `env` and `$ENV`: the name of a variable. */
function variable({ reader, env }: Rules): One {
  const token = reader.next();
  const name = token.type === 'field' ? token.name : isSign(token, '[') ? plainText(reader.next()) : notPlain();
  if (token.type === 'sign') reader.expect(']');
  const value = Object.hasOwn(env, name) ? env[name] : null;
  return isCertainValue(value) ? constant(value) : notPlain();
}

/** What follows `{`. A value is a term, as in jq. */
function object(rules: Rules): One {
  const { reader } = rules;
  const members = new Map<string, One>();
  while (!reader.takes('}')) {
    if (members.size > 0) reader.expect(',');
    const token = reader.next();
    const key = token.type === 'word' ? token.name : plainText(token);
    // JavaScript moves keys such as "1" to the front.
    if (/^\d/.test(key) || key === '__proto__' || members.has(key)) notPlain();
    const isShort = token.type === 'word' && !isSign(reader.peek(), ':');
    if (!isShort) reader.expect(':');
    members.set(key, isShort ? member(key, false) : single(parseTerm(rules)));
  }
  const parts = [...members];
  return one(
    (input) => {
      const values = parts.map(([key, part]) => [key, part.run(input)] as const);
      return values.some(([, value]) => value === NOTHING) ? NOTHING : Object.fromEntries(values);
    },
    parts.reduce((sum, [key, { growth }]) => sum + key.length + growth, 1),
  );
}

function single(plain: Plain): One {
  return plain.many ? notPlain() : plain;
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.type === 'sign' && token.sign === sign;
}
