import { firstLineOf } from './jq-message.ts';

/**
 * Why jq refuses an expression: jq's message, the position in the expression, and a hint.
 * @param program the compiled program, which contains the expression
 */
export function whyBroken(stderr: string, program: string, expression: string): string {
  const place = positionOf(stderr, program, expression);
  if (place === 'end') return `syntax error: it ends where more is expected (${endOf(expression)})`;
  const said = firstLineOf(stderr);
  const cure = hintFor(expression, said);
  return `${said}${place === undefined ? '' : ` (${place})`}${cure === undefined ? '' : `: ${cure}`}`;
}

/** The position in the expression. jq gives the position in the whole program. */
function positionOf(stderr: string, program: string, expression: string): string | undefined {
  const [, line, column] = / line (\d+), column (\d+)/.exec(stderr) ?? [];
  const start = program.lastIndexOf(`(${expression}\n)`) + 1;
  if (line === undefined || column === undefined || start === 0) return undefined;
  const before = program.slice(0, start).split('\n');
  const at = Number(line) - before.length;
  if (at >= expression.split('\n').length) return 'end';
  return at < 0 ? undefined : positionText(at + 1, Number(column) - (at === 0 ? (before.at(-1)?.length ?? 0) : 0));
}

function endOf(expression: string): string {
  const lines = expression.split('\n');
  return positionText(lines.length, (lines.at(-1)?.length ?? 0) + 1);
}

function positionText(line: number, column: number): string {
  return `line ${line}, column ${column}`;
}

const PLAIN_WORDS = /^\p{L}[\p{L}\d _:/-]*$/u;

/** Whether an expression is probably meant as a text: words without quotes. */
export function looksLikeText(expression: string): boolean {
  return PLAIN_WORDS.test(expression.trim());
}

/** A hint for the most common mistakes of jq beginners. */
function hintFor(text: string, said: string): string | undefined {
  const [, name] = /^(\w+)\/0 is not defined/.exec(said) ?? [];
  if (looksLikeText(text) && (name !== undefined || said.startsWith('syntax error'))) {
    const field = /\W/.test(text) ? '' : `; a field of the item begins with a dot: .${text}`;
    return `a text needs inner quotes: '${JSON.stringify(text)}'${field}`;
  }
  if (name === undefined) return undefined;
  const [, first, rest] =
    new RegExp(`\\.(?:(\\w+)\\.)?([\\w.]*[\\w]?[\\w./-]*[-/]${name}\\b[\\w./-]*)`).exec(text) ?? [];
  if (rest !== undefined) {
    const path = `.${first ?? ''}[${JSON.stringify(rest)}]`;
    return `a key with other characters than letters, digits and _ needs brackets and quotes: ${path}`;
  }
  return `a text needs quotes: "${name}", and a field of the item a dot: .${name}`;
}
