import { createHmac } from 'node:crypto';
import { sameSecret } from './secrets.ts';

/** How far the time of a signed request may be from our clock, in milliseconds. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

/**
 * Port's signature of a changelog webhook: `v1,` + base64 of an HMAC-SHA256 with the client secret over
 * `<timestamp>.<raw body>`.
 */
export function isPortSignature(signature: string, timestamp: string, body: Uint8Array, clientSecret: string): boolean {
  const expected = createHmac('sha256', clientSecret).update(`${timestamp}.`).update(body).digest('base64');
  return sameSecret(signature, `v1,${expected}`);
}

/** The time in `x-port-timestamp`, in milliseconds. Seconds are accepted too. */
export function portTimestamp(text: string): number | undefined {
  if (!/^\d{9,14}$/.test(text)) return undefined;
  const value = Number(text);
  // A smaller number would be before 1973 as milliseconds; a larger one after 5138 as seconds.
  return value < 100_000_000_000 ? value * 1000 : value;
}

/** Flux's `X-Signature: <algorithm>=<hex>`, an HMAC over the raw body (notification-controller, type generic-hmac). */
export function isFluxSignature(signature: string, body: Uint8Array, secret: string): boolean {
  const parts = /^(sha224|sha256|sha384|sha512)=([0-9a-f]+)$/i.exec(signature);
  if (parts?.[1] === undefined || parts[2] === undefined) return false;
  return sameSecret(parts[2].toLowerCase(), createHmac(parts[1].toLowerCase(), secret).update(body).digest('hex'));
}
