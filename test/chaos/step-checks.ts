import type { RefreshReport } from '../../src/core/live-run.ts';
import type { Address } from '../../src/komodor/subject.ts';
import type { RequestRecord } from '../../src/sandbox/http.ts';
import { difference } from './compare.ts';
import { keyOf } from './expected.ts';
import { LONGEST_WAIT_MS } from './incarnation.ts';
import type { Violation } from './oracle.ts';
import { isOurs } from './ownership.ts';
import type { Simulation } from './simulation.ts';
import type { Watch } from './watch.ts';

/** What became of a live event. */
export interface Refreshed {
  readonly address: Address;
  readonly reports: readonly RefreshReport[] | 'failed';
}

/** Rule 5, as far as one action goes. */
export function checkBounds(simulation: Simulation, requests: number, watch: Watch): readonly Violation[] {
  const items = simulation.world.services.length + simulation.world.risks.length + watch.before.size;
  const most = 400 + 30 * items;
  const { longestSleepMs } = simulation.incarnation;
  return [
    ...(requests > most ? [{ rule: 5 as const, what: `${requests} requests for ${items} items` }] : []),
    ...(longestSleepMs > LONGEST_WAIT_MS
      ? [{ rule: 5 as const, what: `waits ${longestSleepMs} ms, more than the ${LONGEST_WAIT_MS} ms that it may` }]
      : []),
  ];
}

export function checkPlan(watch: Watch, simulation: Simulation): readonly Violation[] {
  const wrote = simulation.port.log.filter(isWrite).map(({ method, path }) => `${method} ${path}`);
  const changed = watch.writes.size + watch.deletions.length;
  return wrote.length + changed === 0 ? [] : [{ rule: 4, what: `a plan wrote: ${wrote.join(', ')}` }];
}

function isWrite({ method, route }: RequestRecord): boolean {
  return method !== 'GET' && route !== 'token' && route !== 'search';
}

/**
 * Rule 4: what live events delete while the program lives counts as if it went at once. Those that were deleted count as
 * ours, for they were when the first of them went.
 */
export function checkLiveGuard(simulation: Simulation, watch: Watch): readonly Violation[] {
  const { deletedLive } = simulation.incarnation;
  const { threshold } = simulation.variant;
  return [...new Set(watch.deletions.map(({ blueprint }) => blueprint))].flatMap((blueprint): Violation[] => {
    const deleted = watch.deletions.filter((deletion) => deletion.blueprint === blueprint);
    const gone = deletedLive.get(blueprint) ?? new Set();
    deletedLive.set(blueprint, gone);
    for (const { key } of deleted) gone.add(key);
    const before = [...watch.before].filter(([, entity]) => entity.blueprint === blueprint && isOurs(entity));
    const written = [...watch.writes.keys()].filter((key) => key.startsWith(`${blueprint} `));
    const ours = new Set([...before.map(([key]) => key), ...written]);
    const all = new Set([...gone, ...ours]).size;
    const left = ours.size - deleted.length;
    if (gone.size / all <= threshold && left > 0) return [];
    return [{ rule: 4, what: `live events deleted ${gone.size} of ${all} entities of ${blueprint}, ${left} are left` }];
  });
}

/** An event that was worked off without a word has brought its service up to date. */
export function checkLive(simulation: Simulation, watch: Watch, refreshed: readonly Refreshed[]): readonly Violation[] {
  // A field that does not compile is the resyncs' to report, not each event's.
  if (simulation.driftedSinceStart || simulation.variant.entries.komodorService?.flaw.type === 'property') return [];
  return refreshed.flatMap(({ address, reports }): Violation[] => {
    if (reports === 'failed' || reports.some(({ problems }) => problems.length > 0)) return [];
    const expected = [...watch.stable.values()].find(
      ({ kind, row }) =>
        kind === 'komodorService' &&
        'service' in row &&
        row.service === address.name &&
        row.cluster === address.cluster &&
        row.namespace === address.namespace &&
        (address.kind === '' || row.kind === address.kind),
    );
    if (expected === undefined || simulation.schedule.taken.some(({ hides }) => hides)) return [];
    const what = difference(simulation.store, expected);
    return what === undefined
      ? []
      : [{ rule: 4, what: `worked off ${keyOf(expected.kind, expected.identifier)}, but ${what}` }];
  });
}
