const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * The value of an expression that is the same for every item: `true`, `false`, `null` or a string without interpolation.
 * Takes the text that `lex` returned. Undefined when only jq can tell.
 */
export function constantOf(text: string): { readonly value: string | boolean | null } | undefined {
  const word = WORDS.get(text);
  if (word !== undefined) return { value: word };
  if (!text.startsWith('"')) return undefined;
  try {
    // jq's string escapes are JSON's; what is more than that (`\(…)`, a raw line end) does not parse here.
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' && !/\p{Surrogate}/u.test(value) ? { value } : undefined;
  } catch {
    return undefined;
  }
}
