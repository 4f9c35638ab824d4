const TOKEN =
  /([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/uy;
const SPACE = /[ \t\r\n]*/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** Where a text stops being JSON: the index of its first mistake, or of its end. Not all of Node's messages tell it. */
export function mistakeInJson(text: string): number {
  const open: string[] = [];
  let expected: Expected | undefined = 'value';
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) return at;
    const [token, sign, name] = found;
    expected = expectedAfter(sign ?? (name === undefined ? 'scalar' : 'text'), expected, open);
    if (expected === undefined) return at;
    at += token.length;
  }
}

/** What may follow a token; undefined when the token may not stand there. */
function expectedAfter(token: string, expected: Expected, open: string[]): Expected | undefined {
  const isValue = expected === 'value' || expected === 'value or ]';
  const isNext = expected === ', or end';
  switch (token) {
    case '{':
    case '[':
      if (!isValue) return undefined;
      open.push(token);
      return token === '{' ? 'key or }' : 'value or ]';
    case '}':
      return (isNext || expected === 'key or }') && open.pop() === '{' ? ', or end' : undefined;
    case ']':
      return (isNext || expected === 'value or ]') && open.pop() === '[' ? ', or end' : undefined;
    case ':':
      return expected === ':' ? 'value' : undefined;
    case ',':
      if (!isNext || open.length === 0) return undefined;
      return open.at(-1) === '{' ? 'key' : 'value';
    case 'text':
      if (expected === 'key' || expected === 'key or }') return ':';
      return isValue ? ', or end' : undefined;
    default:
      return isValue ? ', or end' : undefined;
  }
}
