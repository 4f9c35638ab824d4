import { redactor } from '../../core/redact.ts';

const MASK = '[redacted]';
/** What JSON nests deeper than this is nothing that a person reads. */
const MAX_DEPTH = 40;

const SECRET_NAME =
  /token|passw(or)?d|pwd|passphrase|secret|authorization|credential|cookie|signature|(api|access|private|client|encryption|signing|ssh|service)[-_ .]?key/i;

/** Texts that are secret by their shape, whoever they belong to. The first group, when there is one, is kept. */
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
  /** A text without anything secret. */
  text(text: string): string;
  /** A copy of anything JSON can hold, without anything secret in its values, keys and nested texts. */
  value(value: unknown): unknown;
}

/** Takes out our own secrets, values under names that sound secret, and texts that look like a credential. */
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
    const named = isSecretlyNamed(value);
    return Object.fromEntries(
      entries.map(([key, one]) => [
        text(key),
        SECRET_NAME.test(key) || (named && key === 'value') ? hidden(one) : mask(one, depth + 1),
      ]),
    );
  }

  return { text, value: (value) => mask(value, 0) };
}

/** `{ name: 'DB_PASSWORD', value: '…' }`: how Kubernetes writes an environment variable. */
function isSecretlyNamed(value: object): boolean {
  return 'name' in value && typeof value.name === 'string' && SECRET_NAME.test(value.name);
}

/** Switches and gaps give nothing away, and a mapping may look at them. */
function hidden(value: unknown): unknown {
  return value === null || typeof value === 'boolean' ? value : MASK;
}
