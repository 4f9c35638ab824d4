import fc from 'fast-check';

/** JSON values as items have them, and nasty ones. */
const TEXTS = [
  '',
  'a',
  'Deployment|prod|shop|cart-api',
  'a-b--c--',
  '--',
  'https://x.example/?q=1',
  'ÄÖ straße',
  'naïve-api',
  '\u{1f600} up',
  '\ufffd',
  'line\nend\n',
  ' padded\t',
  'quote " and \\ back',
  'DEL\u007f',
  '12',
  '012',
  '-3',
  '1e3',
  'true',
  'null',
  'A\u0000B',
  '2024-03-01T10:20:30Z',
  'x'.repeat(1200),
];
const NUMBERS = [
  0, 1, -1, 2, 7, 0.5, -0.5, 1.5, 2.5, 0.1, 0.3, -2.75, 99.99, 1709288430, 1709288430123, 253402300799, 253402300800,
  -86400, 9007199254740991, 1e21, 1e-7, 0.0001, 123456789.125,
];
const texts = fc.constantFrom(...TEXTS);
const numbers = fc.constantFrom(...NUMBERS);
const scalars = fc.oneof(
  { weight: 5, arbitrary: texts },
  { weight: 3, arbitrary: numbers },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
);
const KEYS = ['a', 'b', 'name', 'labels', 'list', '1', '__proto__', 'my-key', 'and', 'Ä'] as const;
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'value' },
    scalars,
    fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'value' }),
    fc.array(texts, { maxLength: 4 }),
    members(tie('value')),
  ),
}));

function members(inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), inner), { selector: ([key]) => key, maxLength: 5 })
    .map((entries) => Object.fromEntries(entries));
}

export const jsonValues = value;

const keys = fc.constantFrom('a', 'b', 'name', 'labels', 'list', 'and', 'x1');
const QUOTED = ['"a"', '"my-key"', '"|"', '"-"', '""', '"ä"', '"\\u00e4"', '"Deployment"', '"a\\nb"', '"1"', '"x"'];
const PATTERNS = [
  '"\\\\|"',
  '"-+$"',
  '"^a"',
  '"^\\\\s+|\\\\s+$"',
  '"[a-c]"',
  '"[^a-z0-9-]"',
  '"[a-z0-9_]+"',
  '"\\\\d+"',
  '"\\\\w"',
  '"."',
  '"x*"',
  '"a?b"',
  '"-"',
  '"/"',
  '"[A-Z]+"',
  '"a|b|c"',
  '"\\\\."',
  '"[\\\\w-]+"',
  '"\\\\$"',
  '"p.*a"',
  '"(a)"',
  '"a{2}"',
  '"[[:alpha:]]"',
  '"\\\\bx"',
];
const quoted = fc.constantFrom(...QUOTED);
const patterns = fc.constantFrom(...PATTERNS);
const SIMPLE = [
  'values',
  'empty',
  'not',
  'length',
  'type',
  'keys',
  'ascii_downcase',
  'ascii_upcase',
  'tostring',
  'tonumber',
  'todate',
  'first',
  'last',
  'round',
  'floor',
  'ceil',
  'sort',
  'unique',
  'all',
  'any',
  'strings',
  'numbers',
  'nulls',
  'booleans',
  'arrays',
  'objects',
  'iterables',
  'scalars',
  'error',
  'true',
  'false',
  'null',
  'env.NAME',
  '$ENV.NAME',
  'env.MISSING',
];
const WITH_TEXT = ['has', 'join', 'split', 'contains', 'startswith', 'endswith', 'ltrimstr', 'rtrimstr'];
const WITH_CONDITION = ['select', 'map', 'all', 'any', 'first', 'IN', 'error'];

const steps = fc.oneof(
  keys.map((key) => `.${key}`),
  quoted.map((text) => `.[${text}]`),
  quoted.map((text) => `.${text}`),
  fc.constantFrom('.[0]', '.[-1]', '.[1]', '.[]', '.[]?', '.[1:]', '.[:-1]', '.[1:3]', '.[0]?'),
  keys.map((key) => `.${key}?`),
);
const paths = fc
  .array(steps, { minLength: 1, maxLength: 3 })
  .map((all) => all.map((step, at) => (at > 0 && step.startsWith('.[') ? step.slice(1) : step)).join(''));
const literals = fc.constantFrom('0', '1', '2', '-1', '1.5', '100', 'true', 'false', 'null', '[]', '{}', '86400');
const leaves = fc.oneof(
  { weight: 3, arbitrary: fc.constant('.') },
  { weight: 6, arbitrary: paths },
  { weight: 2, arbitrary: literals },
  { weight: 2, arbitrary: quoted },
  { weight: 3, arbitrary: fc.constantFrom(...SIMPLE) },
);

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression');
  const pair = fc.tuple(inner, inner);
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      { weight: 4, arbitrary: leaves },
      { weight: 6, arbitrary: pair.map(([a, b]) => `${a} | ${b}`) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(inner, fc.constantFrom('+', '-', '*', '/', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', '//'), inner)
          .map(([a, operator, b]) => `${a} ${operator} ${b}`),
      },
      { weight: 2, arbitrary: inner.map((one) => `(${one})`) },
      { weight: 2, arbitrary: inner.map((one) => `[${one}]`) },
      { weight: 1, arbitrary: pair.map(([a, b]) => `[${a}, ${b}]`) },
      { weight: 1, arbitrary: fc.tuple(keys, inner).map(([key, one]) => `{${key}: (${one}), "b c": .a, name}`) },
      {
        weight: 1,
        arbitrary: fc.tuple(inner, fc.constantFrom('[0]', '.a', '.a?', '[]', '[1:]')).map(([a, b]) => `(${a})${b}`),
      },
      { weight: 2, arbitrary: fc.tuple(inner, inner, inner).map(([a, b, c]) => `if ${a} then ${b} else ${c} end`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(inner, inner, inner, inner)
          .map(([a, b, c, d]) => `if ${a} then ${b} elif ${c} then ${d} end`),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...WITH_TEXT), quoted).map(([name, text]) => `${name}(${text})`),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...WITH_CONDITION), inner).map(([name, one]) => `${name}(${one})`),
      },
      { weight: 1, arbitrary: pair.map(([a, b]) => `any(${a}; ${b})`) },
      { weight: 1, arbitrary: pair.map(([a, b]) => `all(${a}; ${b})`) },
      { weight: 1, arbitrary: fc.tuple(quoted, quoted, quoted).map((all) => `IN(${all.join(', ')})`) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('sub', 'gsub'), patterns, quoted)
          .map(([name, from, to]) => `${name}(${from}; ${to})`),
      },
      { weight: 1, arbitrary: patterns.map((one) => `test(${one})`) },
      { weight: 2, arbitrary: pair.map(([a, b]) => `"x\\(${a})-\\(${b})"`) },
    ),
  };
});

export const expressions = expression;

/** Each function with each argument, and values of each type. */
export const eachFunction: readonly string[] = [
  ...SIMPLE,
  ...WITH_TEXT.flatMap((name) => QUOTED.map((text) => `${name}(${text})`)),
  ...PATTERNS.flatMap((from) => [`sub(${from}; "<>")`, `gsub(${from}; "")`, `test(${from})`]),
  ...QUOTED.flatMap((text) => ['<', '>=', '==', '+', '//'].map((operator) => `. ${operator} ${text}`)),
  ...['0', '1', '-1', '0.5', '3', '100'].flatMap((number) =>
    ['<', '>=', '==', '+', '-', '*', '/'].map((operator) => `. ${operator} ${number}`),
  ),
  ...[
    '.[0]',
    '.[-1]',
    '.[1:]',
    '.[:-1]',
    '.[1:3]',
    '.a',
    '.a?',
    '[.[]]',
    '[.[]?]',
    'has(0)',
    'map(length)',
    'tostring | length',
  ],
];
export const eachValue: readonly unknown[] = [
  ...TEXTS,
  ...NUMBERS,
  null,
  true,
  false,
  [],
  {},
  ['b', 'a', 'b'],
  [3, 1, 2.5],
  [null, 'a', true, 1],
  [[1], [1]],
  ['\u{1f600}', '\uffee', 'z'],
  { b: 1, a: 'x' },
  { 2: 'x', 1: { text: '\u007f"\\' }, a: [0.5, null] },
];
