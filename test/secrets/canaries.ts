import { createHash } from 'node:crypto';

/** A secret that must stay where it is: a value, and the pieces of it that give it away. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  readonly pieces: readonly string[];
}

export interface Leak {
  readonly canary: string;
  /** How it stood there. */
  readonly form: string;
  readonly near: string;
}

/** What text formats like to escape: quotes, a backslash, a percent sign, slashes, plus, ampersand. */
const AWKWARD = '-"q\'\\n%2F/+=&<~>-';
const PIECE = 12;

/** A secret with a beginning and an end that occur nowhere else, and with everything between that has to be escaped. */
export function canary(name: string, middle: string = AWKWARD): Canary {
  const letters = BigInt(`0x${createHash('sha256').update(name).digest('hex')}`).toString(36);
  return canaryOf(name, letters.slice(0, PIECE) + middle + letters.slice(PIECE, 2 * PIECE));
}

/** A secret that somebody else made. */
export function canaryOf(name: string, value: string): Canary {
  return { name, value, pieces: [...new Set([value.slice(0, PIECE), value.slice(-PIECE)])] };
}

/**
 * Every place in a text where a half of a secret can be read: as it is (whatever was done to the rest: escaped, cut,
 * percent-encoded), in base64 at any alignment, in hexadecimal.
 */
export function leaksIn(text: string, canaries: readonly Canary[]): readonly Leak[] {
  const lower = text.toLowerCase();
  return canaries.flatMap(({ name, pieces }) =>
    pieces.flatMap((piece) =>
      formsOf(piece).flatMap(({ form, sign, anyCase }) => {
        const at = anyCase ? lower.indexOf(sign.toLowerCase()) : text.indexOf(sign);
        return at < 0 ? [] : [{ canary: name, form, near: text.slice(Math.max(0, at - 200), at + 60) }];
      }),
    ),
  );
}

interface Form {
  readonly form: string;
  readonly sign: string;
  readonly anyCase: boolean;
}

function formsOf(piece: string): readonly Form[] {
  return [
    { form: 'plain', sign: piece, anyCase: true },
    { form: 'hex', sign: Buffer.from(piece).toString('hex'), anyCase: true },
    ...[0, 1, 2].flatMap((offset) => [
      { form: 'base64', sign: inBase64(piece, offset, 'base64'), anyCase: false },
      { form: 'base64url', sign: inBase64(piece, offset, 'base64url'), anyCase: false },
    ]),
  ];
}

/** What a piece looks like inside a longer text in base64 that has `offset` bytes (modulo 3) before it. */
function inBase64(piece: string, offset: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.from('.'.repeat(offset) + piece)
    .toString(encoding)
    .replace(/=+$/, '');
  const begin = Math.ceil((offset * 8) / 6);
  return text.slice(begin, Math.floor(((offset + piece.length) * 8) / 6));
}

/** A text that says secrets in every way in which an API may say them back. */
export function echoed(canaries: readonly Canary[]): string {
  return canaries
    .flatMap(({ value }) => {
      const percents = encodeURIComponent(value);
      const base64 = [value, `user:${value}`, `${value}:x`].map((text) => Buffer.from(text).toString('base64'));
      return [value, percents, percents.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), ...base64];
    })
    .join(' ');
}
