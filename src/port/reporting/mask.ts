import { redactor } from '../../core/redact.ts';

const MASK = '[redacted]';
/** Values that are nested deeper than this are masked as a whole. */
const MAX_DEPTH = 40;

const SECRET_NAME =
  /token|passw(or)?d|pwd|passphrase|secret|authorization|credential|cookie|signature|(api|access|private|client|encryption|signing|ssh|service|integration|routing)[-_ .]?key/i;

/** Texts that look like a credential. The first group of a pattern, if it has one, is kept. */
const SECRET_SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|AIza)[\w-]{16,}/g,
  /\b((?:bearer|basic)\s+)[\w.~+/-]{8,}=*/gi,
  /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/gi,
  /((?:token|passw(?:or)?d|secret|api[-_]?key|access[-_]?key|authorization)["']?\s*[=:]\s*["']?)[^\s"'&,;}]{4,}/gi,
];

export interface Mask {
  /** The text without secrets. */
  text(text: string): string;
  /** A copy of any JSON value, without secrets in its values and keys. */
  value(value: unknown): unknown;
}

/** Masks our own secrets, values whose name sounds secret, and texts that look like a credential. */
export function createMask(secrets: readonly string[]): Mask {
  const hideOwn = redactor(secrets);

  function text(value: string): string {
    return SECRET_SHAPES.reduce(
      (rest, shape) => rest.replace(shape, (_all, kept: unknown) => (typeof kept === 'string' ? kept : '') + MASK),
      hideOwn(value),
    );
  }

  function mask(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return MASK;
    if (Array.isArray(value)) return value.map((one) => mask(one, depth + 1));
    const entries = Object.entries(value);
    const named = isSecretVariable(value);
    return Object.fromEntries(
      entries.map(([key, one]) => [
        text(key),
        SECRET_NAME.test(key) || (named && key === 'value') ? maskScalar(one) : mask(one, depth + 1),
      ]),
    );
  }

  return { text, value: (value) => mask(value, 0) };
}

/** `{ name: 'DB_PASSWORD', value: '…' }`: an environment variable in Kubernetes' form. */
function isSecretVariable(value: object): boolean {
  return 'name' in value && typeof value.name === 'string' && SECRET_NAME.test(value.name);
}

/** Booleans, null and empty texts are no secrets and stay, because a mapping may use them. */
function maskScalar(value: unknown): unknown {
  return value === null || typeof value === 'boolean' ? value : MASK;
}
