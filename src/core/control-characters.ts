/** The text with its control characters, line ends included, and its marks for the direction of writing by number: a terminal would obey them. */
export function escapeControlCharacters(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, numbered);
}

/** The same for JSON, of which it stays the same document. Line ends stay: JSON has escaped those in its texts already. */
export function escapeControlCharactersInJson(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu, numbered);
}

function numbered(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
