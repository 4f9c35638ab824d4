import { createHash } from 'node:crypto';

/**
 * JSON text that is equal for equal values: object keys sorted, absent and null members of objects alike.
 * Built as text, never as an object, so that keys such as `__proto__` are ordinary keys.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

const HASH_HEX_DIGITS = 12;

/** A 48-bit fingerprint of a value, never 0: 0 stands for "nothing there". */
export function fingerprint(value: unknown): number {
  return hash48(canonicalJson(value)) + 1;
}

function hash48(text: string): number {
  return Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, HASH_HEX_DIGITS), 16);
}

/** A short name for an exact set of strings, whatever their order. */
export function digestOf(scope: string, members: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(scope));
  for (const member of [...members].sort()) hash.update(JSON.stringify(member));
  return hash.digest('hex').slice(0, 16);
}
