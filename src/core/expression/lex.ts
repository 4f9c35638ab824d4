/** The prefix of our own names. An expression may not use them. */
export const RESERVED_PREFIX = '__map_';

export type Lexed = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSING = new Set(CLOSERS.values());
const IN_STRING = '"';
const PLACE = '$__loc__';

/**
 * Checks that an expression cannot reach outside the function it is put into: brackets balanced, strings closed (with
 * their `\( … )`), no NUL, none of our own names. Returns the text without comments and outer space: whether a
 * backslash continues a comment depends on jq's version, so jq never sees one.
 */
export function lex(expression: string): Lexed {
  if (expression.includes('\0')) return refuse('it contains a NUL character');
  // What must still be closed: brackets, or IN_STRING inside a string.
  const open: string[] = [];
  // The position where each of them begins.
  const begins: number[] = [];
  let text = '';
  let outsideStrings = '';
  let at = 0;
  function begin(closer: string): void {
    open.push(closer);
    begins.push(at);
  }
  function end(): string | undefined {
    begins.pop();
    return open.pop();
  }
  while (at < expression.length) {
    const char = expression.charAt(at);
    if (open.at(-1) === IN_STRING) {
      const escaped = char === '\\' ? expression.charAt(at + 1) : '';
      if (escaped === '(') begin(')');
      else if (char === '"') end();
      text += char + escaped;
      at += 1 + escaped.length;
      continue;
    }
    if (char === '#') {
      at = endOfComment(expression, at);
      continue;
    }
    if (char === '$' && expression.startsWith(PLACE, at) && !/\w/.test(expression.charAt(at + PLACE.length))) {
      // `{$__loc__}` is short for `{"__loc__": …}`.
      const isKey = open.at(-1) === '}' && /[{,]\s*$/.test(text);
      text += (isKey ? '"__loc__":' : '') + placeOf(expression, at);
      at += PLACE.length;
      continue;
    }
    const closer = CLOSERS.get(char);
    if (char === '"') begin(IN_STRING);
    else if (closer !== undefined) begin(closer);
    else if (CLOSING.has(char) && end() !== char)
      return refuse(`there is a "${char}" too many, at ${spotOf(expression, at)}`);
    text += char;
    outsideStrings += char;
    at += 1;
  }
  const missing = open.at(-1);
  const from = spotOf(expression, begins.at(-1) ?? 0);
  if (missing === IN_STRING) return refuse(`a string is not closed; it begins at ${from}`);
  if (missing !== undefined) return refuse(`a "${missing}" is missing for what begins at ${from}`);
  if (text.trim() === '') return refuse('it is empty');
  if (outsideStrings.includes(RESERVED_PREFIX)) return refuse(`names with "${RESERVED_PREFIX}" are reserved`);
  return { ok: true, text: text.trim() };
}

/** The position of the line end after a comment. In jq 1.8 an odd number of backslashes at its end continues it. */
function endOfComment(expression: string, start: number): number {
  let from = start;
  while (true) {
    const end = expression.indexOf('\n', from);
    if (end === -1) return expression.length;
    const last = expression[end - 1] === '\r' ? end - 1 : end;
    let before = last;
    while (before > start && expression[before - 1] === '\\') before -= 1;
    if ((last - before) % 2 === 0) return end;
    from = end + 1;
  }
}

/** The value of `$__loc__` in the expression alone. In our program jq would count our lines too. */
function placeOf(expression: string, at: number): string {
  return `{"file":"<top-level>","line":${expression.slice(0, at).split('\n').length}}`;
}

function spotOf(expression: string, at: number): string {
  const lines = expression.slice(0, at).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

function refuse(message: string): Lexed {
  return { ok: false, message };
}
