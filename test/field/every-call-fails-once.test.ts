import { describe, expect } from 'vitest';
import type { RunReport } from '../../src/core/report.ts';
import type { RequestRecord } from '../../src/sandbox/http.ts';
import { explain, type Harness, it, openHarness } from '../resync/harness.ts';
import { changeFirst } from '../resync/world-steps.ts';
import { SMALL_PAGES } from './stage.ts';

/** Whatever passes when a call is made again: a limit, trouble of the moment, and each way in which a connection breaks. */
const WAYS = ['429 retry-after 0', '500', '502', '503', '504', 'reset', 'stale', 'lost', 'lost 502', 'cut', 'break'];
const OPTIONS = { services: 11, risksPerService: 0, clusters: 1, env: SMALL_PAGES };

interface Call {
  readonly side: 'komodor' | 'port';
  readonly route: string;
  /** The how-manieth of its route, from 1. */
  readonly call: number;
}

function callsIn(side: Call['side'], log: readonly RequestRecord[]): readonly Call[] {
  const counts = new Map<string, number>();
  return log.map(({ route }) => {
    counts.set(route, (counts.get(route) ?? 0) + 1);
    return { side, route, call: counts.get(route) ?? 0 };
  });
}

function allCalls({ komodor, port }: Harness): readonly Call[] {
  return [...callsIn('komodor', komodor.log), ...callsIn('port', port.log)];
}

/** What a run came to, without what a second attempt may change: times, requests, and how reading was cut into pages. */
function resultOf({ status, kinds, blueprints, problems }: RunReport) {
  return {
    status,
    blueprints,
    problems,
    kinds: kinds.map(({ kind, status, complete }) => ({ kind, status, complete })),
  };
}

/** One service changed, one gone, one new. */
function change({ world }: Harness, round: number): void {
  const first = changeFirst(world, { labels: { round: String(round) } });
  world.services.push({ ...first, service: `new-${round}` });
  world.services.splice(1, 1);
}

function fail(harness: Harness, { side, route, call }: Call, way: string): void {
  harness[side].faults.clear();
  harness[side].faults.add(`${route} call ${call} -> ${way}`);
}

describe.concurrent('each call of a run fails once', () => {
  it.for(WAYS)('every-call-first-run: on an empty Port, by %s: as if nothing had been', async (way) => {
    const model = await openHarness(OPTIONS);
    const undisturbed = resultOf(await model.run());
    const calls = allCalls(model);
    await model.close();
    expect(undisturbed.status).toBe('completed');
    expect(new Set(calls.map(({ route }) => route))).toEqual(
      new Set(['services', 'risks', 'token', 'integration', 'blueprints', 'bulk', 'search']),
    );
    for (const call of calls) {
      const harness = await openHarness(OPTIONS);
      fail(harness, call, way);
      const report = await harness.run();
      expect(resultOf(report), `${call.route} ${call.call}: ${explain(report)}`).toEqual(undisturbed);
      harness.expectTruth();
      await harness.close();
    }
  });

  it.for(WAYS)('every-call-tenth-run: with something changed and something gone, by %s', async (way) => {
    const harness = await openHarness(OPTIONS);
    await harness.run();
    change(harness, 0);
    harness.cutLogs();
    const undisturbed = resultOf(await harness.run());
    const calls = allCalls(harness);
    expect(undisturbed.status).toBe('completed');
    expect(calls.map(({ route }) => route)).toEqual(expect.arrayContaining(['services-scoped', 'bulk', 'delete']));
    for (const [at, call] of calls.entries()) {
      change(harness, at + 1);
      fail(harness, call, way);
      const report = await harness.run();
      expect(resultOf(report), `${call.route} ${call.call}: ${explain(report)}`).toEqual(undisturbed);
      harness.expectTruth();
    }
    await harness.close();
  });
});
