/** What is wrong with a text that should be JSON, in the words of the API server's own reader as far as it is simple. */
export function jsonMistake(text: string): string {
  if (text.trim() === '') return 'unexpected end of JSON input';
  for (const literal of ['null', 'true', 'false']) {
    if (text[0] !== literal[0]) continue;
    const at = [...text].findIndex((letter, index) => letter !== literal[index]);
    if (at > 0 && at < literal.length) {
      return `invalid character '${text[at]}' in literal ${literal} (expecting '${literal[at]}')`;
    }
  }
  return `invalid character '${text.trim()[0]}' looking for beginning of value`;
}
