/** Text from outside: it is only text, has its own direction, and keeps to its place. @param cut on one line, the whole on hover */
export function Name({ text, cut = false }: { readonly text: string; readonly cut?: boolean }) {
  return (
    <bdi class={cut ? 'name cut' : 'name'} dir="auto" title={cut ? visible(text) : undefined}>
      {visible(text)}
    </bdi>
  );
}

/** Controls and marks of direction, which would hide or reorder what follows, as their code: `⟨U+202E⟩`. */
function visible(text: string): string {
  return text.replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g,
    (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
