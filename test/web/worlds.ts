import { openStage, type RunningService, type Stage } from '../service/stage.ts';
import { buildPage } from './build-page.ts';
import {
  badNight,
  clusterGone,
  everyday,
  type History,
  HOUR,
  keyRefused,
  MINUTE,
  never,
  once,
  waiting,
} from './histories.ts';
import { type ShiftedClock, shiftClock } from './shifted-clock.ts';

/** The morning on which somebody opens the page. Runs, entities and the page's own clock go by it. */
const MORNING = Date.parse('2026-09-01T07:52:00Z');
/** The last run was so long ago then. */
const SINCE = 12 * MINUTE;

/** A service between its stand-ins, with a history. */
export interface PageWorld {
  readonly stage: Stage;
  readonly service: RunningService;
  /** The address of the service: `http://127.0.0.1:1234`. */
  readonly url: string;
  readonly clock: ShiftedClock;
  close(): Promise<void>;
}

interface Plan {
  readonly services: number;
  readonly risksPerService?: number;
  /** How long the service has been running in the morning. */
  readonly age: number;
  readonly history: History;
  readonly env?: { readonly [name: string]: string };
}

const PLANS = {
  /** Some hundred entities, several runs that changed a little, live events, a plan. Everything is well. */
  everyday: { services: 120, age: 6 * HOUR + SINCE, history: everyday },
  /** 10,000 entities, created in one run. */
  large: { services: 6_700, risksPerService: 0.5, age: SINCE, history: once },
  /** A cluster is gone from Komodor: its entities are held back. */
  blocked: { services: 120, age: 2 * HOUR + SINCE, history: clusterGone },
  /** In the night Komodor failed, then gave half a page while Port refused some entities: the last run is degraded. */
  failed: { services: 120, age: 5 * HOUR + SINCE, history: badNight },
  /** The last run failed: Komodor refuses the key. */
  denied: { services: 40, age: 2 * HOUR + SINCE, history: keyRefused },
  /** A run is in progress and waits. */
  slow: { services: 120, age: HOUR + 3 * MINUTE, history: waiting },
  /** A service that never ran. */
  empty: { services: 20, age: MINUTE, history: never, env: { EVENT_LISTENER: 'WEBHOOKS_ONLY' } },
} as const satisfies { readonly [kind: string]: Plan };

export type WorldKind = keyof typeof PLANS;

/** Opens a world, with more settings for its service. It moves the clock of this process, so there is one at a time. */
export async function openWorld(kind: WorldKind, more: { readonly [name: string]: string } = {}): Promise<PageWorld> {
  // The service reads the page when it starts.
  await buildPage();
  const { services, risksPerService = 1, age, history, env = {} }: Plan = PLANS[kind];
  const startedAt = MORNING - age;
  const clock = shiftClock(startedAt);
  const now = Math.floor(startedAt / 1000);
  const stage = await openStage({ seed: 7, clusters: 3, services, risksPerService, now });
  async function close(): Promise<void> {
    await stage.close();
    clock.restore();
  }
  try {
    const service = await stage.service({ EVENT_LISTENER_INTERVAL: '86400', ...env, ...more });
    await history({ stage, service, clock, startedAt });
    // A slow machine may have used up the time until the morning.
    clock.pass(Math.max(0, MORNING - Date.now()));
    return { stage, service, url: service.url, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
}
