import type { FaultAction } from '../../src/sandbox/faults.ts';
import type { Random } from '../../src/sandbox/random.ts';

const STATUSES = [
  ...[200, 201, 202, 204, 206, 300, 301, 302, 304, 307],
  ...[
    400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 418, 421, 422, 423, 424, 425, 426, 428, 429,
  ],
  ...[431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 521, 522, 524, 529, 530, 598, 599],
];
/** Seconds, fractions, dates, nonsense, and what would take for ever. */
const RETRY_AFTER = ['0', '1', '2.5', '30', '-5', 'soon', '', '1e3', '99999', 'Wed, 21 Oct 2015 07:28:00 GMT'];
const RATE_RESET = ['0', '0.5', '5', '-3', 'soon', '1750000000', '99999999999'];

/** A fault that may befall any request. @param nowMs the time on the host's clock, for headers that name a moment */
export function transportFault(random: Random, nowMs: number): FaultAction {
  const percent = random.pick([0, 1, 10, 50, 90, 99, 99.9, 100]);
  const anyByte = random.int(0, 1000) / 10;
  return random.weighted<() => FaultAction>([
    [() => ({ type: 'status', status: random.pick(STATUSES) }), 5],
    [() => ({ type: 'status', status: random.pick([500, 502, 503, 504]) }), 4],
    [() => ({ type: 'status', status: 200, body: random.pick([{}, [], null, { ok: true }, 'ok']) }), 2],
    [() => apiError(random), 2],
    [() => tooMany(random, nowMs), 4],
    [() => ({ type: 'reset' }), 3],
    [() => ({ type: 'hang' }), 0.4],
    [() => ({ type: 'stall', percent }), 0.4],
    [() => ({ type: 'cut', percent: random.chance(0.5) ? percent : anyByte }), 3],
    [() => ({ type: 'break', percent: random.chance(0.5) ? percent : anyByte }), 3],
    [() => ({ type: 'lost', end: random.pick(['reset', 'reset', 502, 504, 500] as const) }), 4],
    [() => ({ type: 'lost', end: 'hang' }), 0.3],
    [() => ({ type: 'slow', ms: random.int(1, 20) }), 2],
    [() => ({ type: 'garbage', ...(random.chance(0.5) && { status: 502 }) }), 2],
    [() => ({ type: 'blank' }), 2],
  ])();
}

/** A refusal in the shape of Port's own errors. */
function apiError(random: Random): FaultAction {
  const [status, error] = random.pick([
    [400, 'bad_request'],
    [401, 'unauthorized'],
    [403, 'missing_permissions'],
    [404, 'not_found'],
    [409, 'identifier_taken'],
    [413, 'bad_request'],
    [422, 'invalid_request'],
    [500, 'internal_error'],
  ] as const);
  return { type: 'status', status, body: { ok: false, error, message: 'Refused by chaos' } };
}

function tooMany(random: Random, nowMs: number): FaultAction {
  const date = new Date(nowMs + random.int(-5, 60) * 1000).toUTCString();
  const moment = String(Math.round(nowMs / 1000) + random.int(-5, 60));
  const status = random.chance(0.8) ? 429 : 503;
  return random.pick<() => FaultAction>([
    () => ({ type: 'status', status }),
    () => ({ type: 'status', status, retryAfter: random.pick(RETRY_AFTER) }),
    () => ({ type: 'status', status, retryAfter: date }),
    () => ({ type: 'status', status, rateReset: random.pick(RATE_RESET) }),
    () => ({ type: 'status', status, rateReset: moment }),
    () => ({ type: 'status', status, retryAfter: random.pick(RETRY_AFTER), rateReset: random.pick(RATE_RESET) }),
  ])();
}

/** Named faults of Port that its routes have. */
export function portFault(random: Random, route: string): FaultAction | undefined {
  const named = (name: string, ...args: string[]): FaultAction => ({ type: 'named', name, args });
  const places = Array.from({ length: 20 }, (_, at) => at).filter(() => random.chance(0.3));
  const [status, code] = random.pick([
    ['404', 'not_found'],
    ['409', 'identifier_taken'],
    ['422', 'blueprint_schema_mismatch'],
    ['422', 'required_relation'],
    ['403', 'missing_permissions'],
    ['500', 'internal_error'],
  ] as const);
  switch (route) {
    case 'bulk':
      return random.pick([
        named('refuse-item', places.join(','), status, code),
        named('refuse-item', places.join(','), status, code),
        named('refuse-all', status, code),
        named('omit-item', places.join(',')),
        named('revoke'),
      ]);
    case 'search':
      return random.pick([named('ignore-cursor'), named('repeat-cursor'), named('revoke')]);
    case 'delete':
      return random.pick([named('has-dependents'), named('revoke')]);
    case 'token':
      return named('expires-in', '1');
    default:
      return named('revoke');
  }
}

/** What hides rows that are there. */
const HIDING = [
  ['half-page'],
  ['truncate', '2'],
  ['truncate', '2', 'total'],
  ['truncate', '7'],
  ['empty'],
  ['more-but-empty'],
  ['ignore-cursor'],
  ['shift'],
  // Where pages have numbers, a row that comes twice pushes another one out.
  ['repeat-row'],
  ['drop-list'],
  ['not-a-list'],
  ['bad-items'],
  ['drop-namespace'],
  ['drop-cluster'],
] as const;
/** What is odd, but hides nothing. */
const ODD = [['repeat-cursor'], ['no-meta'], ['wrong-total'], ['ignore-scope']] as const;

export interface Lie {
  readonly action: FaultAction;
  readonly hides: boolean;
}

/** A listing of Komodor that says what is not so. @param place where rows may be left out */
export function lie(
  random: Random,
  mayHide: boolean,
  place: { readonly cluster: string; readonly namespace: string },
): Lie {
  const hides = mayHide && random.chance(0.75);
  const [name, ...args] = hides ? random.pick(HIDING) : random.pick(ODD);
  const where =
    name === 'drop-namespace' ? [place.namespace] : name === 'drop-cluster' ? place.cluster.split(' ') : args;
  return { action: { type: 'named', name, args: where }, hides };
}
