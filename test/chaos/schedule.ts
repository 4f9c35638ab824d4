import { createHash } from 'node:crypto';
import type { FaultAction, Faults } from '../../src/sandbox/faults.ts';
import type { SandboxRequest } from '../../src/sandbox/http.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { lie, portFault, transportFault } from './fault-choices.ts';
import { CALM, type Side, type Weather } from './weather.ts';

/** Which reads of Komodor may hide what is there. The others tell the truth: two witnesses that lie alike defeat everybody. */
export type Liar = 'first' | 'second';

/** What the schedule needs to know of an action. */
export interface Spell {
  readonly number: number;
  readonly weather: Weather;
  readonly liar: Liar;
  /** Tells first from second reads; see `isSecondRead`. */
  readonly isSecond: (side: Side, route: string, request: SandboxRequest) => boolean;
  /** Where rows may be left out. */
  readonly place: { readonly cluster: string; readonly namespace: string };
}

export interface TakenFault {
  readonly side: Side;
  readonly route: string;
  readonly text: string;
  /** Whether the request may have been carried out although its answer does not say so. */
  readonly loses: boolean;
  /** Whether nothing comes until the program has had enough. */
  readonly silent: boolean;
  /** Whether it hid rows of Komodor that were there. */
  readonly hides: boolean;
}

/**
 * Decides the faults of a whole simulation. A decision depends on the seed, the action and what a request asks for,
 * not on when it arrives: requests overlap, and a seed has to give the same faults again.
 */
export class Schedule {
  readonly #seed: number;
  readonly #now: () => number;
  readonly #current = new Map<string, FaultAction | undefined>();
  readonly #seen = new Map<string, number>();
  #counts: { [side in Side]: number } = { komodor: 0, port: 0 };
  #spell: Spell | undefined;
  readonly taken: TakenFault[] = [];
  /** Asked before each request is handled; what it gives wins over the weather. */
  intercept: (side: Side, route: string, count: number) => FaultAction | undefined = () => undefined;

  /** @param now the host's time, for headers that name a moment */
  constructor(seed: number, now: () => number) {
    this.#seed = seed;
    this.#now = now;
  }

  begin(spell: Spell): void {
    this.#spell = spell;
    this.#seen.clear();
    this.#counts = { komodor: 0, port: 0 };
    this.taken.length = 0;
  }

  end(): void {
    this.#spell = undefined;
  }

  /** How many requests each side has seen in this action. */
  get counts(): { readonly [side in Side]: number } {
    return this.#counts;
  }

  for(side: Side): Faults {
    return {
      take: (route, _page, request) => {
        const action = this.#take(side, route, request);
        this.#current.set(`${side} ${route}`, action);
        return action;
      },
      named: (route, name) => {
        const action = this.#current.get(`${side} ${route}`);
        return action?.type === 'named' && action.name === name ? action.args : undefined;
      },
    };
  }

  #take(side: Side, route: string, request: SandboxRequest): FaultAction | undefined {
    this.#counts[side] += 1;
    const intercepted = this.intercept(side, route, this.#counts[side]);
    if (intercepted !== undefined) return intercepted;
    const spell = this.#spell;
    if (spell === undefined) return undefined;
    const content = contentOf(request);
    const seen = this.#seen.get(content) ?? 0;
    this.#seen.set(content, seen + 1);
    const found = this.#decide(spell, side, route, request, content, seen);
    if (found === undefined) return undefined;
    this.taken.push({
      side,
      route,
      text: textOf(found.action),
      loses: ['lost', 'cut', 'break', 'stall', 'hang', 'reset'].includes(found.action.type),
      silent: ['stall', 'hang'].includes(found.action.type) || textOf(found.action).includes('lost end="hang"'),
      hides: found.hides,
    });
    return found.action;
  }

  #decide(
    spell: Spell,
    side: Side,
    route: string,
    request: SandboxRequest,
    content: string,
    seen: number,
  ): { readonly action: FaultAction; readonly hides: boolean } | undefined {
    const { weather, number } = spell;
    const random = (...more: readonly (string | number)[]) =>
      createRandom(this.#seed, number, side, route, content, ...more);
    const fault = (chance: Random): FaultAction =>
      side === 'port' && chance.chance(0.35)
        ? (portFault(chance, route) ?? transportFault(chance, this.#now()))
        : transportFault(chance, this.#now());
    switch (weather.type) {
      case 'calm':
        return undefined;
      case 'rain': {
        const lasting = random('lasting');
        if (lasting.chance(weather.chance * weather.sticky)) return { action: fault(lasting), hides: false };
        const passing = random('passing', seen);
        return passing.chance(weather.chance) ? { action: fault(passing), hides: false } : undefined;
      }
      case 'dead-route':
        return weather.route === route
          ? { action: fault(createRandom(this.#seed, number, weather.way)), hides: false }
          : undefined;
      case 'dead-from':
        if (weather.side !== side || this.#counts[side] < weather.request) return undefined;
        return { action: { type: 'status', status: 503 }, hides: false };
      case 'lies': {
        const chance = random('lie', seen);
        if (!LISTS.has(route) || !chance.chance(weather.chance)) return undefined;
        const isSecond = spell.isSecond(side, route, request);
        return lie(chance, (spell.liar === 'second') === isSecond, spell.place);
      }
    }
  }
}

const LISTS = new Set(['services', 'services-scoped', 'risks', 'risks-scoped']);

/** What a request asks for, without what differs from one run to the next. */
function contentOf({ method, path, query, bodyText, body }: SandboxRequest): string {
  const parameters = [...query].filter(([name]) => name !== 'ocean_info_resync_id').map((pair) => pair.join('='));
  const from = typeof body === 'object' && body !== null && 'from' in body ? body : undefined;
  // A cursor of Port counts its entities in the order in which they came, which overlapping writes may change.
  const text = from === undefined ? bodyText : JSON.stringify({ ...from, from: 'further' });
  return createHash('sha1')
    .update(`${method} ${path}?${parameters.sort().join('&')} ${text}`)
    .digest('base64');
}

/** A fault in words that are the same each time: a moment that it names is not. */
function textOf(action: FaultAction): string {
  if (action.type === 'named') return [action.name, ...action.args].join(' ');
  const { type, ...rest } = action;
  const shown = (value: unknown) => (/GMT$|^\d{10}$/.test(String(value)) ? 'a moment' : JSON.stringify(value));
  return [type, ...Object.entries(rest).map(([name, value]) => `${name}=${shown(value)}`)].join(' ');
}

/** The default of an action without spell. */
export const CALM_SPELL: Omit<Spell, 'number'> = {
  weather: CALM,
  liar: 'first',
  isSecond: () => false,
  place: { cluster: '', namespace: '' },
};
