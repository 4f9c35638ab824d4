const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** Controls and marks of direction, which would hide or reorder what follows, as their code: `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (character) => `⟨U+${codeOf(character).toUpperCase()}⟩`);
}

/** A text for a shell: in single quotes when it has more than plain characters; with codes for what cannot be seen. */
export function quoted(text: string): string {
  if (/^[\w./:@%+=-]+$/.test(text)) return text;
  if (text.search(HIDDEN) === -1) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replaceAll(/['\\]/g, '\\$&').replaceAll(HIDDEN, (character) => `\\u${codeOf(character)}`);
  return `$'${escaped}'`;
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
}
