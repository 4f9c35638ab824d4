import { encodeIdentifier } from './identifier.ts';

const MASK = '[redacted]';
/** Shorter values are not masked, because they would match ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** Shorter secrets are not searched for in base64: without their ends, too few characters are left. */
const MIN_BASE64_LENGTH = 8;

/** Replaces every secret in a text, also in JSON-escaped, percent-encoded or base64 form, and as an identifier. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    // As an identifier in Port it looks different, too.
    .flatMap((secret) => [secret, encodeIdentifier(secret)])
    .flatMap((secret) => [secret, ...escaped(secret), ...percentEncoded(secret), ...inBase64(secret)]);
  // The longest first, because one secret may be the beginning of another.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((redacted, form) => redacted.replaceAll(form, MASK), text);
}

/** The secret inside a JSON text, and inside a JSON text within another. */
function escaped(secret: string): readonly string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  return [once, JSON.stringify(once).slice(1, -1)];
}

/** The secret inside a path and inside a form, with hexadecimal digits in upper and lower case. */
function percentEncoded(secret: string): readonly string[] {
  const forms = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  return forms.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** The secret inside a longer base64 text, as in `Basic` credentials. There are three forms, by its position modulo 3. */
function inBase64(secret: string): readonly string[] {
  const bytes = Buffer.byteLength(secret);
  if (bytes < MIN_BASE64_LENGTH) return [];
  return [0, 1, 2].flatMap((before) => {
    const begin = Math.ceil((before * 4) / 3);
    const end = Math.floor(((before + bytes) * 4) / 3);
    const padded = Buffer.from('.'.repeat(before) + secret);
    return (['base64', 'base64url'] as const).map((encoding) => padded.toString(encoding).slice(begin, end));
  });
}
