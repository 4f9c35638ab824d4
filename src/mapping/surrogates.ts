/**
 * Replaces lone surrogates (half of an emoji, `"\ud83d"`) in JSON text, because jq refuses a document with one. Works only
 * on text from `JSON.stringify`, which escapes only lone surrogates.
 */
export function repairSurrogates(json: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  // Every escape is matched as a whole, so that in `\\ud800` (an escaped backslash, then text) the `\ud800` is not found.
  return json.replace(/\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g, (found) => (found.length === 6 ? '\\ufffd' : found));
}
