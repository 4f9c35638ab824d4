/** Whose clock: the person's, or UTC. */
export type Zone = 'local' | 'UTC';

function inZone(zone: Zone): { readonly timeZone?: string } {
  return zone === 'UTC' ? { timeZone: 'UTC' } : {};
}

/** `1 Sept` */
export function shortDate(at: Date, zone: Zone): string {
  return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...inZone(zone) });
}

/** `07:52` */
export function shortClock(at: Date, zone: Zone): string {
  return at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...inZone(zone) });
}

/** `2026-09-01` */
export function isoDate(at: Date, zone: Zone): string {
  // The Swedish form of a date is that of ISO 8601.
  return at.toLocaleDateString('sv-SE', inZone(zone));
}
