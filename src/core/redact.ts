const MASK = '[redacted]';
/** Shorter values would mask ordinary words. */
const MIN_SECRET_LENGTH = 4;

/** Replaces every secret value in a text, also where it stands JSON-escaped or percent-encoded. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== undefined && secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) =>
      secret === undefined ? [] : [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)],
    );
  // The longest first: one secret may be the beginning of another.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((redacted, form) => redacted.replaceAll(form, MASK), text);
}
