import type { PagingStyle } from '../../src/sandbox/komodor/stand-in.ts';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { Liar } from './schedule.ts';
import { CALM, randomWeather, type Weather } from './weather.ts';

/** The world that a seed begins with, and how its hosts behave all the time. */
export interface Setting {
  readonly services: number;
  readonly risksPerService: number;
  readonly clusters: number;
  readonly pageSizes: { readonly services: number; readonly risks: number };
  readonly pagingStyle: PagingStyle;
  readonly riskQueryTimeout: boolean;
  readonly largestPage: number;
  readonly strictProperties: boolean;
}

/** What disturbs an action while it goes on. */
export interface Disturbance {
  readonly weather: Weather;
  readonly liar: Liar;
  /** At which requests to Komodor the source changes. */
  readonly changesAt: readonly number[];
  /** At which request, of both sides, the host's clock is set, and by how much. */
  readonly jump: { readonly at: number; readonly ms: number } | undefined;
  /** At which request it is stopped. */
  readonly abortAt: number | undefined;
  /** After how many steps the process is killed. */
  readonly killAfter: number | undefined;
}

/** No disturbance at all. */
export const CALMLY: Disturbance = {
  weather: CALM,
  liar: 'first',
  changesAt: [],
  jump: undefined,
  abortAt: undefined,
  killAfter: undefined,
};

export type Action =
  | ({
      readonly type: 'resync';
      /** Empty: all. */
      readonly kinds: readonly Kind[];
      /** Live events beside it. */
      readonly live: number;
      /** Approves what the last run blocked: as it was, or when the source has changed since. */
      readonly approve: boolean;
    } & Disturbance)
  | ({ readonly type: 'plan' } & Disturbance)
  | ({ readonly type: 'live'; readonly events: number } & Disturbance)
  | { readonly type: 'mapping'; readonly number: number }
  | { readonly type: 'drift' }
  | { readonly type: 'undrift' }
  | { readonly type: 'people'; readonly times: number }
  | { readonly type: 'source'; readonly times: number }
  | { readonly type: 'restart' };

export function settingOf(seed: number): Setting {
  const random = createRandom(seed, 'setting');
  return {
    // Most worlds are small, so that there are many of them.
    services: random.int(5, random.pick([12, 20, 40])),
    risksPerService: random.pick([0, 0.5, 1, 1.5]),
    clusters: random.int(1, 4),
    pageSizes: { services: random.int(3, 15), risks: random.int(3, 15) },
    pagingStyle: random.pick(['token-null', 'token-null', 'token-absent', 'legacy'] as const),
    riskQueryTimeout: random.chance(0.1),
    largestPage: random.pick([5, 20, 1000]),
    strictProperties: random.chance(0.2),
  };
}

/** 8 to 14 actions, of which the first fills Port as a rule. */
export function actionsOf(seed: number): readonly Action[] {
  const random = createRandom(seed, 'plan');
  const first: Action = { type: 'resync', kinds: [], live: 0, approve: false, ...CALMLY };
  const rest = Array.from({ length: random.int(7, 13) }, () => randomAction(random));
  return random.chance(0.8) ? [first, ...rest] : rest;
}

function randomAction(random: Random): Action {
  return random.weighted<() => Action>([
    [() => resyncAction(random), 11],
    [() => ({ type: 'plan', ...disturbance(random), killAfter: undefined }), 2],
    [() => ({ type: 'live', events: random.int(1, 3), ...disturbance(random) }), 3],
    [() => ({ type: 'mapping', number: random.int(1, 1_000_000) }), 2],
    [() => ({ type: 'drift' }), 1.2],
    [() => ({ type: 'undrift' }), 1.5],
    [() => ({ type: 'people', times: random.int(1, 3) }), 2.5],
    [() => ({ type: 'source', times: random.int(1, 6) }), 5],
    [() => ({ type: 'restart' }), 0.7],
  ])();
}

function resyncAction(random: Random): Action {
  const some = random.weighted<readonly Kind[]>([
    [[], 5],
    [[random.pick(KINDS)], 1],
  ]);
  return {
    type: 'resync',
    kinds: some,
    live: random.chance(0.2) ? random.int(1, 4) : 0,
    approve: random.chance(0.35),
    ...disturbance(random),
  };
}

function disturbance(random: Random): Disturbance {
  const hours = random.pick([-48, -5, -1, 1, 5, 48]);
  return {
    weather: randomWeather(random),
    liar: random.pick(['first', 'second'] as const),
    changesAt: random.chance(0.4) ? Array.from({ length: random.int(1, 4) }, () => random.int(1, 14)) : [],
    jump: random.chance(0.15) ? { at: random.int(1, 30), ms: hours * 3_600_000 } : undefined,
    abortAt: random.chance(0.08) ? random.int(1, 40) : undefined,
    killAfter: random.chance(0.14) ? random.int(1, 80) : undefined,
  };
}
