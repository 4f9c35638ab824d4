import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Application } from '../../src/compose.ts';
import type { JournalWriter, NewRow } from '../../src/core/journal.ts';
import type { RunReport } from '../../src/core/report.ts';
import type { Sabotage } from './incarnation.ts';
import { type Action, CALMLY } from './plan-of-seed.ts';
import { runSeed } from './run-seed.ts';

/** A small world. */
const SEED = 136;
const RESYNC: Action = { type: 'resync', kinds: [], live: 0, approve: false, ...CALMLY };
const PLAN: Action = { type: 'plan', ...CALMLY };
const LIVE: Action = { type: 'live', events: 30, ...CALMLY };
const CHANGES: Action = { type: 'source', times: 12 };
/** Every batch is refused. */
const REFUSED: Action = { ...RESYNC, weather: { type: 'dead-route', route: 'bulk', way: 1 } };
const signal = new AbortController().signal;

/** A program that does something else after (or instead of) its run. */
function afterRun(spoil: (application: Application, report: RunReport) => Promise<RunReport | undefined>): Sabotage {
  return (application) => ({
    ...application,
    async run(order, stop, options) {
      const report = await application.run(order, stop, options);
      return (await spoil(application, report)) ?? report;
    },
  });
}

/** A program that records something else than it did. */
function recording(spoil: (rows: readonly NewRow[]) => readonly NewRow[]): Sabotage {
  return (application) => ({
    ...application,
    run(order, stop, { journal, ...options } = {}) {
      const append = async (rows: readonly NewRow[]) => journal?.writer.append(spoil(rows));
      const writer: JournalWriter = { append, end: async () => undefined };
      return application.run(order, stop, { ...options, journal: { writer, detail: 'values' } });
    },
  });
}

function swapped(fields: NonNullable<NewRow['properties']>): NonNullable<NewRow['properties']> {
  return Object.fromEntries(Object.entries(fields).map(([id, { from, to }]) => [id, { from: to, to: from }]));
}

async function write({ port }: Application, path: string, body: unknown): Promise<void> {
  const query = { upsert: 'true', merge: 'true' };
  await port.api.call({ method: 'POST', path, query, body, withUserAgent: true }, z.unknown(), signal);
}

async function serviceNames({ port }: Application): Promise<readonly string[]> {
  const answer = z.object({ entities: z.array(z.object({ identifier: z.string() })) });
  const call = { method: 'POST', path: '/blueprints/komodorService/entities/search', body: {} } as const;
  return (await port.api.call(call, answer, signal)).entities.map(({ identifier }) => identifier);
}

const SABOTAGES: readonly (readonly [string, number, readonly Action[], Sabotage])[] = [
  [
    'deletes an entity whose item is there',
    1,
    [RESYNC],
    afterRun(async (application) => {
      const entities = (await serviceNames(application)).slice(0, 1);
      await write(application, '/blueprints/komodorService/bulk/entities/delete', { entities });
      return undefined;
    }),
  ],
  [
    'writes what the mapping never makes',
    2,
    [RESYNC],
    afterRun(async (application) => {
      const entities = [{ identifier: 'of-nobody', properties: {} }];
      await write(application, '/blueprints/komodorService/entities/bulk', { entities });
      return undefined;
    }),
  ],
  [
    'writes beyond the mapped fields',
    2,
    [RESYNC],
    (application) => ({
      ...application,
      async run(order, stop, options) {
        const report = await application.run(order, stop, options);
        const [identifier] = await serviceNames(application);
        const entities = [{ identifier, icon: 'Star', properties: {} }];
        // The first run makes them; only what was there before can be changed beyond its fields.
        if (report.blueprints.every(({ created }) => created === 0)) {
          await write(application, '/blueprints/komodorService/entities/bulk', { entities });
        }
        return report;
      },
    }),
  ],
  ['hides refused writes', 4, [REFUSED], afterRun(async (_, report) => ({ ...report, status: 'completed' }))],
  [
    'counts what did not happen',
    4,
    [RESYNC],
    afterRun(async (_, report) => ({
      ...report,
      blueprints: report.blueprints.map((one) => ({ ...one, deleted: one.deleted + 1 })),
    })),
  ],
  [
    'holds deletions back and does not say so',
    4,
    [RESYNC, { type: 'source', times: 40 }, RESYNC],
    (application) => ({
      ...application,
      async run(order, stop, options) {
        // An order for the services alone leaves the risks stale.
        const report = await application.run({ ...order, kinds: ['komodorService'] }, stop, options);
        return { ...report, status: 'completed', problems: [] };
      },
    }),
  ],
  ['fails for no reason', 4, [RESYNC], afterRun(async (_, report) => ({ ...report, status: 'degraded' }))],
  [
    'does nothing and says it did',
    3,
    [],
    (application) => ({
      ...application,
      run: async (order, stop, options) => ({
        ...(await application.run({ ...order, mode: 'plan' }, stop, options)),
        status: 'completed',
      }),
    }),
  ],
  [
    'writes while it plans',
    4,
    [RESYNC, CHANGES, PLAN],
    (application) => ({
      ...application,
      run: (order, stop, options) => application.run({ ...order, mode: 'resync' }, stop, options),
    }),
  ],
  [
    'lets live events delete whatever is gone',
    4,
    [RESYNC, { type: 'source', times: 40 }, LIVE, LIVE, LIVE],
    (application) => ({
      ...application,
      live: (memory) =>
        application.live({
          ...memory,
          countDeletions: async () => ({ counted: 0, entered: Number.NEGATIVE_INFINITY }),
        }),
    }),
  ],
  ['keeps no record of what it writes', 4, [RESYNC], recording(() => [])],
  [
    'records other values than it writes',
    4,
    [RESYNC, CHANGES, RESYNC],
    recording((rows) => rows.map(({ properties = {}, ...row }) => ({ ...row, properties: swapped(properties) }))),
  ],
  [
    'asks for ever',
    5,
    [RESYNC],
    afterRun(async (application) => {
      for (let times = 0; times < 4_000; times += 1) await serviceNames(application);
      return undefined;
    }),
  ],
];

describe.concurrent('the oracle accuses a program that', () => {
  it.for(SABOTAGES)('%s, of breaking rule %i', async ([, rule, actions, sabotage]) => {
    const { violations } = await runSeed(SEED, { actions, sabotage });
    expect(violations.map((violation) => violation.rule)).toContain(rule);
  });

  it('nobody has spoiled, of nothing', async () => {
    const actions = [RESYNC, CHANGES, PLAN, LIVE, RESYNC, REFUSED];
    expect((await runSeed(SEED, { actions })).violations).toEqual([]);
  });
});
