import { setTimeout as wait } from 'node:timers/promises';
import type { RunReport } from '../../src/core/report.ts';
import { type Address, subjectAt } from '../../src/komodor/subject.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { APPROVABLE, checkHonesty } from './honesty.ts';
import { KINDS } from './kinds.ts';
import { checkDeletions, checkOthers, type Violation } from './oracle.ts';
import { workInPort } from './people.ts';
import type { Action, Disturbance } from './plan-of-seed.ts';
import { ActionRecord } from './record.ts';
import type { Simulation } from './simulation.ts';
import { checkBounds, checkLive, checkLiveGuard, checkPlan, type Refreshed } from './step-checks.ts';
import { variantOf } from './variant.ts';
import { Watch } from './watch.ts';
import { describeWeather } from './weather.ts';
import { changeSource } from './world-changes.ts';

/** Real milliseconds that an action may take; far more than any does. */
const LIMIT_MS = 60_000;

/** Real milliseconds for a killed run to let go of what it held. */
const LET_GO_MS = 500;

type Disturbed = Extract<Action, Disturbance>;

/** Carries out one action of a seed and lets the oracle look at what it came to. */
export async function carryOut(simulation: Simulation, action: Action, number: number): Promise<void> {
  const { world, store, drift } = simulation;
  const random = simulation.random('action', number);
  const where = `#${number} ${action.type}`;
  const watchNow = () => new Watch(store, world, simulation.variant);
  switch (action.type) {
    case 'source':
      for (let time = 0; time < action.times; time += 1) simulation.note(`${where}: ${changeSource(world, random)}`);
      return;
    case 'people': {
      const { atStart } = watchNow();
      for (let time = 0; time < action.times; time += 1) {
        simulation.note(`${where}: ${workInPort(store, random, atStart)}`);
      }
      return;
    }
    case 'drift':
      simulation.driftedSinceStart = true;
      simulation.note(`${where}: ${drift.change(random)}`);
      return;
    case 'undrift':
      simulation.driftedSinceStart = true;
      drift.undo();
      simulation.note(where);
      return;
    case 'mapping':
      simulation.variant = variantOf(simulation.seed, action.number, world, false);
      simulation.note(`${where}: ${JSON.stringify(simulation.variant)}`);
      return simulation.restart();
    case 'restart':
      simulation.note(where);
      return simulation.restart();
    default:
      return disturbed(simulation, action, number, where);
  }
}

async function disturbed(simulation: Simulation, action: Disturbed, number: number, where: string): Promise<void> {
  const { schedule, incarnation, store } = simulation;
  const watch = new Watch(store, simulation.world, simulation.variant);
  const runId = `${simulation.seed}-${number}`;
  const record = new ActionRecord(store, runId);
  const stop = new AbortController();
  simulation.port.log.length = 0;
  schedule.begin({
    number,
    weather: action.weather,
    liar: action.type === 'resync' && action.live > 0 ? 'second' : action.liar,
    isSecond:
      action.type === 'resync' && action.live > 0
        ? () => false
        : simulation.secondRead(action.type === 'live' ? 'live' : 'resync'),
    place: placeOf(simulation, number),
  });
  const timeoutsBefore = incarnation.timeouts;
  const meanwhile: string[] = [];
  disturb(simulation, action, number, watch, stop, meanwhile);
  if (action.killAfter !== undefined) incarnation.killAfter(action.killAfter);

  const work = perform(simulation, action, { number, runId, record }, stop.signal);
  const limit = new AbortController();
  const result = await Promise.race([
    work,
    incarnation.death,
    wait(LIMIT_MS, 'too long' as const, { signal: limit.signal }),
  ]);
  limit.abort();
  incarnation.killAfter(Number.POSITIVE_INFINITY);
  schedule.intercept = () => undefined;
  const taken = [...schedule.taken];
  const { komodor, port } = schedule.counts;
  schedule.end();
  // What a stopped process had sent may still land.
  await wait(5);
  watch.end();

  const outcome = result === 'killed' || result === 'too long' ? result : describe(result);
  const faults = [...new Set(taken.map(({ side, route, text }) => `${side} ${route} -> ${text}`))].sort();
  const more = [...faults, ...meanwhile.map((change) => `meanwhile ${change}`)];
  simulation.note([`${where} in ${describeWeather(action.weather)}: ${outcome}`, ...more].join('; '));

  const accuse = (found: readonly Violation[]) => simulation.accuse(found, where);
  accuse(checkDeletions(watch));
  accuse(checkOthers(store, watch, simulation.variant));
  accuse(checkBounds(simulation, komodor + port, watch));
  const slow = incarnation.timeouts - timeoutsBefore > taken.filter(({ silent }) => silent).length;
  const mixed = action.type === 'resync' && action.live > 0;
  accuse(record.check({ taken, slow, mixed, killed: result === 'killed', broken: stop.signal.aborted }));
  if (result === 'too long') {
    accuse([{ rule: 5, what: `did not end within ${LIMIT_MS / 1000} s` }]);
    throw new Error('This simulation cannot go on.');
  }
  if (result === 'killed') {
    stop.abort();
    // Nothing depends on how the dead ends; it only should not hold on to memory.
    await Promise.race([Promise.allSettled([work]), wait(LET_GO_MS)]);
    return simulation.restart();
  }
  if (action.type === 'plan') accuse(checkPlan(watch, simulation));
  if (result.type === 'live') {
    accuse(checkLive(simulation, watch, result.refreshed));
    accuse(checkLiveGuard(simulation, watch));
  } else {
    simulation.lastReport = result.report;
    if (action.type !== 'resync') return;
    const kinds = KINDS.filter(
      (kind) => (action.kinds.length === 0 || action.kinds.includes(kind)) && simulation.variant.entries[kind] !== null,
    );
    const calm =
      action.weather.type === 'calm' &&
      !watch.sourceChanged &&
      !simulation.drift.isOn &&
      Object.values(simulation.variant.entries).every((entry) => entry === null || entry.flaw.type === 'none') &&
      kinds.length > 0 &&
      action.abortAt === undefined &&
      !slow;
    accuse(
      checkHonesty(result.report, {
        store,
        variant: simulation.variant,
        watch,
        taken,
        whole: action.kinds.length === 0,
        kinds,
        approved: result.approved,
        live: mixed,
        numberedPages: simulation.setting.pagingStyle === 'legacy',
        slow,
        calm,
      }),
    );
  }
}

type Result =
  | { readonly type: 'run'; readonly report: RunReport; readonly approved: readonly string[] }
  | { readonly type: 'live'; readonly refreshed: readonly Refreshed[] };

interface Step {
  readonly number: number;
  readonly runId: string;
  readonly record: ActionRecord;
}

async function perform(simulation: Simulation, action: Disturbed, step: Step, signal: AbortSignal): Promise<Result> {
  const { runId, record } = step;
  const { application, marks } = simulation.incarnation;
  if (action.type === 'live') {
    return { type: 'live', refreshed: await refresh(simulation, step, action.events, signal) };
  }
  if (action.type === 'plan') {
    return { type: 'run', report: await application.run({ mode: 'plan', trigger: 'cli' }, signal), approved: [] };
  }
  const approved = action.approve ? digestsOf(simulation.lastReport) : [];
  const run = application.run(
    { runId, mode: 'resync', trigger: 'cli', kinds: action.kinds, approvedDeletions: approved },
    signal,
    { marks, journal: record.run },
  );
  const beside = refresh(simulation, step, action.live, signal);
  const [report] = await Promise.all([run, beside]);
  return { type: 'run', report, approved };
}

/** What a person may approve of a report. */
export function digestsOf(report: RunReport | undefined): readonly string[] {
  return (report?.blueprints ?? []).flatMap(({ deletionBlocked }) =>
    deletionBlocked && APPROVABLE.includes(deletionBlocked.reason) ? [deletionBlocked.digest] : [],
  );
}

/** Live events for workloads that are there, or not any more. */
async function refresh(
  simulation: Simulation,
  { number, record }: Step,
  events: number,
  signal: AbortSignal,
): Promise<readonly Refreshed[]> {
  const random = simulation.random('live', number);
  const { services } = simulation.world;
  const lost = lostWorkloads(simulation);
  const addresses = Array.from({ length: events }, (_, at): Address => {
    const service = services.length === 0 ? undefined : random.pick(services);
    if (lost.length > 0 && random.chance(0.4)) return random.pick(lost);
    if (service === undefined || random.chance(0.2)) {
      return {
        cluster: simulation.world.clusters[0]?.name ?? '',
        namespace: 'shop',
        kind: 'Deployment',
        name: `gone-${at}`,
      };
    }
    const { cluster, namespace, kind, service: name } = service;
    return { cluster, namespace, kind: random.chance(0.8) ? kind : '', name };
  });
  const { application, marks } = simulation.incarnation;
  const live = application.live(marks);
  return Promise.all(
    addresses.map(async (address) => {
      try {
        return { address, reports: await live.refresh(subjectAt(address), signal, record.live) };
      } catch {
        return { address, reports: 'failed' as const };
      }
    }),
  );
}

/** What is gone from the source but not from Port is the reason for many events. */
function lostWorkloads({ store, world }: Simulation): readonly Address[] {
  const alive = new Set(world.services.map(serviceIdentifier));
  return store.entitiesOf('komodorService').flatMap(({ identifier, properties }): Address[] => {
    const { cluster_name: cluster, namespace_name: namespace, workload_kind: kind, service_name: name } = properties;
    if (alive.has(identifier) || typeof cluster !== 'string' || typeof namespace !== 'string') return [];
    return typeof kind === 'string' && typeof name === 'string' ? [{ cluster, namespace, kind, name }] : [];
  });
}

function placeOf(simulation: Simulation, number: number): { readonly cluster: string; readonly namespace: string } {
  const { services, clusters } = simulation.world;
  const random = simulation.random('place', number);
  const service = services.length === 0 ? undefined : random.pick(services);
  return { cluster: service?.cluster ?? clusters[0]?.name ?? '', namespace: service?.namespace ?? 'shop' };
}

/** Lets the world change, the clock jump and people stop the run while requests come in. */
function disturb(
  simulation: Simulation,
  action: Disturbed,
  number: number,
  watch: Watch,
  stop: AbortController,
  meanwhile: string[],
): void {
  const { schedule, incarnation, world, clock } = simulation;
  const random = simulation.random('meanwhile', number);
  schedule.intercept = (side, _route, count) => {
    const all = schedule.counts.komodor + schedule.counts.port;
    if (side === 'komodor') {
      for (const at of action.changesAt) {
        if (at === count) watch.changeSource(() => meanwhile.push(changeSource(world, random)));
      }
    }
    if (action.jump?.at === all) {
      meanwhile.push('the clock is set');
      clock.jump(action.jump.ms);
    }
    if (action.abortAt === all) stop.abort(new Error('stopped by chaos'));
    // Half of those who are killed had their request carried out.
    return incarnation.arrived() && all % 2 === 0 ? { type: 'hang' } : undefined;
  };
}

function describe(result: Result): string {
  if (result.type === 'live') {
    return result.refreshed.map(({ reports }) => (reports === 'failed' ? 'failed' : 'refreshed')).join(', ');
  }
  const { status, blueprints, problems } = result.report;
  const parts = blueprints.map(
    ({ blueprint, created, updated, unchanged, failed, deleted, deletionBlocked }) =>
      `${blueprint} +${created} ~${updated} =${unchanged} !${failed} -${deleted} ${deletionBlocked?.reason ?? ''}`,
  );
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  return [status, ...parts, codes.join(' ')].join(' | ');
}
