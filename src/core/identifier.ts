import { createHash } from 'node:crypto';

/** Port's rule: identifiers match `^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]+$` and have at most 1000 characters. */
const MAX_LENGTH = 1000;
const ALLOWED = /^[\p{L}0-9@_.+:\\/=-]$/u;
const ALL_ALLOWED = /^[\p{L}0-9@_.+:\\/=-]*$/u;
/** The form of our escapes. If the source text contains this form, its `=` is escaped. */
const LOOKS_ESCAPED = /=(?=[0-9A-F]{2}|H)/;
const HASH_LENGTH = 64;

/**
 * Turns any text into an identifier that Port accepts. Valid identifiers stay as they are, unless they contain the form of
 * an escape. Different texts give different identifiers. The rules are in docs/mapping.md.
 * @returns the identifier; for the empty text the empty text, which callers refuse before
 */
export function encodeIdentifier(text: string): string {
  const escaped = escapeRefused(text);
  if (escaped.length <= MAX_LENGTH) return escaped;
  const digest = createHash('sha256').update(text, 'utf16le').digest('hex');
  return `${cutAtCharacter(escaped, MAX_LENGTH - HASH_LENGTH - 2)}=H${digest}`;
}

function escapeRefused(text: string): string {
  if (text === '.' || text === '..') return text.replaceAll('.', '=2E');
  if (ALL_ALLOWED.test(text) && !LOOKS_ESCAPED.test(text)) return text;
  let out = '';
  let offset = 0;
  for (const character of text) {
    if (character === '=' && LOOKS_ESCAPED.test(text.slice(offset, offset + 3))) out += '=3D';
    else out += ALLOWED.test(character) ? character : escapeCharacter(character);
    offset += character.length;
  }
  return out;
}

function escapeCharacter(character: string): string {
  return utf8(character.codePointAt(0) ?? 0)
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** The UTF-8 bytes of a code point. Node's encoder is not used, because it gives the same bytes for all lone surrogates. */
function utf8(code: number): number[] {
  if (code < 0x80) return [code];
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}

/** Cuts a text, but not inside a surrogate pair, because Port refuses half of one. */
function cutAtCharacter(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
