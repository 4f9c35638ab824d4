const ISO_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const NUMBER = /^\d{9,14}$/;
/** A number below this is in seconds since 1970, a larger one in milliseconds. */
const MAX_SECONDS = 1e11;

/** Parses a time in an entity (ISO 8601, or seconds or milliseconds since 1970). In milliseconds; undefined if it is none. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string' && NUMBER.test(value)) return timeOf(Number(value));
  if (typeof value === 'number' && Number.isFinite(value)) return value < MAX_SECONDS ? value * 1000 : value;
  if (typeof value !== 'string' || !ISO_TIME.test(value)) return undefined;
  // Without a zone it is UTC here; `Date.parse` would take it for local time.
  const parsed = Date.parse(/T.*(?:Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes('T') ? value : `${value}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
