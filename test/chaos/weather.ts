import type { Random } from '../../src/sandbox/random.ts';

/** How the two hosts and the network between behave during one action. */
export type Weather =
  | { readonly type: 'calm' }
  /** Each request has this chance of a fault; `sticky` faults are there again when the request is repeated. */
  | { readonly type: 'rain'; readonly chance: number; readonly sticky: number }
  /** One route fails always, and all in the same way. */
  | { readonly type: 'dead-route'; readonly route: string; readonly way: number }
  /** One side fails from its k-th request on. */
  | { readonly type: 'dead-from'; readonly side: Side; readonly request: number }
  /** Komodor's lists say what is not so. */
  | { readonly type: 'lies'; readonly chance: number };

export type Side = 'komodor' | 'port';

const ROUTES = ['services', 'services-scoped', 'risks', 'risks-scoped', 'clusters'];
const PORT_ROUTES = ['token', 'blueprints', 'search', 'bulk', 'delete', 'integration'];

export const CALM: Weather = { type: 'calm' };

export function randomWeather(random: Random): Weather {
  return random.weighted<() => Weather>([
    [() => CALM, 4],
    [() => ({ type: 'rain', chance: 0.06, sticky: 0.2 }), 4],
    [() => ({ type: 'rain', chance: 0.3, sticky: 0.15 }), 3],
    [() => ({ type: 'rain', chance: 0.6, sticky: 0.5 }), 1],
    [() => ({ type: 'dead-route', route: random.pick([...ROUTES, ...PORT_ROUTES]), way: random.int(0, 99) }), 2],
    [
      () => ({
        type: 'dead-from',
        side: random.pick(['komodor', 'port'] as const),
        request: random.int(1, 30),
      }),
      1,
    ],
    [() => ({ type: 'lies', chance: random.pick([0.1, 0.3, 0.8]) }), 4],
  ])();
}

export function describeWeather(weather: Weather): string {
  const { type, ...rest } = weather;
  const facts = Object.values(rest).map(String);
  return facts.length === 0 ? type : `${type} ${facts.join(' ')}`;
}
