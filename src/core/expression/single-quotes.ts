const OUTER_SINGLE_QUOTE = /(^|\s)'(?!\s|")|(?<!\s|")'(\s|$)/g;

/**
 * Turns single quotes that stand at the outside of a word into double quotes, so that `.a + '/'` is jq.
 * Ocean mappings rely on it; a quote inside a word (`don't`) stays. Context-free on purpose: the same text must mean the same as there.
 */
export function rewriteSingleQuotes(expression: string): string {
  return expression.replace(OUTER_SINGLE_QUOTE, '$1"$2');
}
