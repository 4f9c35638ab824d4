/** What differs from one run of the tests to the next though the page is the same. */
const CHANCE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>'],
  [/\b[0-9a-f]{8}…?(?=\s|$)/gm, '<id>'],
  [/127\.0\.0\.1:\d+/g, '<host>'],
  [/\b\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\b/g, '<time>'],
  [/\b\d+(\.\d+)? ?(ms|s|min|h)\b( \d+ ?(s|min)\b)?/g, '<time>'],
  [/\d+([.,]\d+)*/g, '#'],
  [/^(now|<time> ago)$/gm, '<time>'],
  [/^(renewed <time> ago|new in <time>)$/gm, '<renewal>'],
];
/** A line without a word: a number in a table, a mark on an axis, of which a slow machine has more. */
const WITHOUT_WORDS = /^(<\w+>|#|[^\p{L}])*$/u;

/** The words of a page, a line each, without ids, times and numbers. */
export function maskedTexts(text: string): string {
  const masked = CHANCE.reduce((rest, [pattern, mask]) => rest.replaceAll(pattern, mask), text);
  const lines = masked.split('\n').map((line) => line.replaceAll(/[ \t\u00a0]+/g, ' ').trim());
  return `${lines.filter((line) => !WITHOUT_WORDS.test(line)).join('\n')}\n`;
}
