/** Replaces control characters (also line ends) and marks of writing direction by their numbers: a terminal would obey them. */
export function escapeControlCharacters(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, numbered);
}

/** The same for JSON text. The document stays the same. Line ends stay: those inside strings are escaped already. */
export function escapeControlCharactersInJson(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu, numbered);
}

function numbered(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
