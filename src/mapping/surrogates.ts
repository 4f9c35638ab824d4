/**
 * Makes JSON text acceptable to jq: half a character, as a cut emoji leaves it (`"\ud83d"`), makes jq refuse the whole
 * document. Takes text that `JSON.stringify` made: it writes whole pairs as they are, so every surrogate escape is half a pair.
 */
export function repairSurrogates(json: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  // Escapes are taken two characters at a time, so that the `u` of `\\ud800` (a backslash, then text) is not one.
  return json.replace(/\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g, (found) => (found.length === 6 ? '\\ufffd' : found));
}
