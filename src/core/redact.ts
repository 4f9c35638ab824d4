const MASK = '[redacted]';
/** Shorter values would mask ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** In base64 the ends of a secret are lost; what is left of a shorter one might stand in any text. */
const MIN_BASE64_LENGTH = 8;

/** Replaces every secret value in a text, also where it stands JSON-escaped, percent-encoded or in base64. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, ...escaped(secret), ...percentEncoded(secret), ...inBase64(secret)]);
  // The longest first: one secret may be the beginning of another.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((redacted, form) => redacted.replaceAll(form, MASK), text);
}

/** In a JSON text, and in a JSON text inside another. */
function escaped(secret: string): readonly string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  return [once, JSON.stringify(once).slice(1, -1)];
}

/** As a part of a path and as a value of a form; servers write the digits in either case. */
function percentEncoded(secret: string): readonly string[] {
  const forms = [encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
  return forms.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** Somewhere inside a longer text, as in `Basic` credentials: three bytes share four characters, so there are three ways. */
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
