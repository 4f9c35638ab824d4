const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * The value of a constant expression: `true`, `false`, `null` or a string without interpolation. Takes the text that `lex`
 * returned. Undefined for every other expression.
 */
export function constantOf(text: string): { readonly value: string | boolean | null } | undefined {
  const word = WORDS.get(text);
  if (word !== undefined) return { value: word };
  if (!text.startsWith('"')) return undefined;
  try {
    // jq has JSON's string escapes. Everything else (`\(…)`, a raw line end) does not parse here.
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' && !/\p{Surrogate}/u.test(value) ? { value } : undefined;
  } catch {
    return undefined;
  }
}
