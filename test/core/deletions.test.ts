import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/canonical.ts';
import type { Completeness } from '../../src/core/model.ts';
import type { Catalog } from '../../src/core/ports.ts';
import type { BlockReason } from '../../src/core/report.ts';
import { asStored, blueprintIn, runSmall, type Shows, type Thing, things } from './small-world.ts';

const BROKEN: Completeness = { complete: false, reason: 'request_failed', detail: 'HTTP 500' };

/** Twenty services of ours in Port, of which the source has all but some. */
function missing(count: number, more: Partial<Shows> = {}) {
  const all = things(20);
  return { services: { things: all.slice(count), ...more }, stored: { service: asStored(all) } };
}

/** A catalog that tells what is removed, before it is. */
function telling(tell: (blueprint: string, names: readonly string[]) => void) {
  return (honest: Catalog): Catalog => ({
    ...honest,
    remove(blueprint, names, signal) {
      tell(blueprint, names);
      return honest.remove(blueprint, names, signal);
    },
  });
}

/** A reason to doubt, made with what is stale and what was seen. */
type Doubt = (stale: readonly Thing[], seen: readonly Thing[]) => Partial<Shows>;
const DOUBTS: { readonly [name: string]: readonly [BlockReason, Doubt] } = {
  'a read that broke off': ['incomplete', () => ({ end: BROKEN })],
  'an item without identifier': [
    'rejected',
    (_stale, seen) => ({ things: [...seen, { name: 'odd', fate: 'rejected' }] }),
  ],
  'something that is no item': ['rejected', () => ({ malformed: 1 })],
  'a closer look that finds one': ['contradicted', (stale) => ({ closer: () => stale.slice(0, 1) })],
  'a closer look that broke off': ['unconfirmed', () => ({ closerEnd: BROKEN })],
  'a closer look at something that is no item': ['unconfirmed', () => ({ closerMalformed: 1 })],
  'a closer look that failed': ['unconfirmed', () => ({ closerError: new Error('no route') })],
  'a closer look at an item without identifier': [
    'unconfirmed',
    () => ({ closer: () => [{ name: 'odd', fate: 'rejected' }] }),
  ],
};

const scene = fc
  .record({
    seen: fc.array(fc.boolean(), { minLength: 1, maxLength: 24 }),
    addressed: fc.boolean(),
    doubt: fc.option(fc.constantFrom(...Object.keys(DOUBTS)), { nil: undefined }),
    threshold: fc.constantFrom(null, 0, 0.2, 0.5, 1),
    approves: fc.boolean(),
  })
  .map(({ seen, addressed, doubt, ...rest }) => {
    const all = things(seen.length).map(({ name, ...thing }) => (addressed ? { name, ...thing } : { name }));
    const stale = all.filter((_, index) => !seen[index]);
    const present = all.filter((_, index) => seen[index]);
    const [reason, spoil] = doubt === undefined ? [] : (DOUBTS[doubt] ?? []);
    return { ...rest, all, stale, reason, listing: { things: present, ...spoil?.(stale, present) } };
  });

describe('deletions of a run', () => {
  it('delete all that is stale, or nothing, and say which and why', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ all, stale, reason, listing, threshold, approves }) => {
        const names = stale.map(({ name }) => name);
        const approvedDeletions = approves ? [digestOf('service', names)] : [];
        const run = await runSmall(
          { services: listing, stored: { service: asStored(all) }, threshold },
          { approvedDeletions },
        );
        const guard = threshold === null || stale.length === all.length || stale.length / all.length > threshold;
        const goes = stale.length > 0 && reason === undefined && (approves || !guard);
        const left = goes ? listing.things.map(({ name }) => name) : all.map(({ name }) => name);
        expect([...(run.left.get('service') ?? [])].sort()).toEqual([...left].sort());
        const { deleted, stale: counted, deletionBlocked } = blueprintIn(run, 'service');
        expect([deleted, counted]).toEqual([goes ? stale.length : 0, stale.length]);
        expect(deletionBlocked !== null).toBe(stale.length > 0 && !goes);
        if (deletionBlocked === null) return;
        expect(deletionBlocked.count).toBe(stale.length);
        expect(deletionBlocked.digest).toBe(digestOf('service', names));
        expect(run.report.status).not.toBe('completed');
        if (reason === undefined) expect(run.report.status).toBe('blocked');
        else expect(deletionBlocked.reason).toBe(reason);
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.entries(DOUBTS))('of one blueprint go on after %s in another', async (_name, [reason, spoil]) => {
    const all = things(20);
    const run = await runSmall({
      services: { things: all.slice(1), ...spoil(all.slice(0, 1), all.slice(1)) },
      risks: { things: all.slice(2) },
      stored: { service: asStored(all), risk: asStored(all) },
    });
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 0, deletionBlocked: { reason, count: 1 } });
    expect(blueprintIn(run, 'risk')).toMatchObject({ deleted: 2, deletionBlocked: null, status: 'completed' });
    expect(run.left.get('risk')).toHaveLength(18);
    expect(run.left.get('service')).toHaveLength(20);
  });

  it('take what points at others before what it points at', async () => {
    const all = things(20);
    const removed: string[] = [];
    await runSmall({
      services: { things: all.slice(1) },
      risks: { things: all.slice(1) },
      stored: { service: asStored(all), risk: asStored(all) },
      catalog: telling((blueprint) => removed.push(blueprint)),
    });
    expect(removed).toEqual(['risk', 'service']);
  });

  it('are announced, with what was decided, before the first one goes', async () => {
    const events: string[] = [];
    await runSmall(
      {
        ...missing(2),
        catalog: telling((_blueprint, names) => events.push(`remove ${names.join(' ')}`)),
      },
      {},
      {
        observer: {
          deletionsDecided: (blueprint, stale, { type }) => events.push(`${blueprint} ${stale.join(' ')}: ${type}`),
        },
      },
    );
    expect(events).toEqual(['risk : nothing', 'service e0 e1: delete', 'remove e0 e1']);
  });

  it('are counted as Port answered, and what it refused is named', async () => {
    const run = await runSmall({
      ...missing(4),
      catalog: (honest) => ({
        ...honest,
        remove: async (_blueprint, [first = '', last = '', ...rest]) => ({
          deleted: [first],
          refused: [
            ...rest.map((identifier) => ({ identifier, code: 'has_dependents', message: 'somebody needs it' })),
            { identifier: last, code: 'forbidden', message: 'not yours' },
          ],
        }),
      }),
    });
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 1, stale: 4, status: 'degraded' });
    const problem = { code: 'delete_failed', severity: 'error' };
    const message = 'Entities of service could not be deleted: has_dependents: somebody needs it';
    expect(run.report.problems).toEqual([
      { ...problem, message, count: 2, samples: ['e2', 'e3'] },
      { ...problem, message: expect.stringContaining('forbidden: not yours'), count: 1, samples: ['e1'] },
    ]);
  });
});

describe('what a live event wrote meanwhile', () => {
  it('stays, and is not missed', async () => {
    const run = await runSmall({
      ...missing(2),
      catalog: (honest) => ({
        ...honest,
        remove: async (_blueprint, [first = '', ...rest]) => ({ deleted: [first], refused: [], superseded: rest }),
      }),
    });
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 1, stale: 1, status: 'completed' });
  });
});

describe('a set that is held back', () => {
  const severe = digestOf('service', ['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']);

  it('is named in a problem, with how to approve it', async () => {
    const run = await runSmall(missing(7));
    expect(run.report.problems).toEqual([
      {
        code: 'deletion_blocked',
        severity: 'error',
        message:
          '7 entities of service were not deleted (threshold): 35 % would go, entityDeletionThreshold allows 30 % ' +
          '(7: no item of Komodor gives it any more, confirmed by a second read). ' +
          `If they are really gone: --approve-deletions ${severe}`,
        count: 7,
        samples: ['e0', 'e1', 'e2', 'e3', 'e4'],
      },
    ]);
    expect(run.report.status).toBe('blocked');
  });

  it('is not offered for approval where the source is in doubt', async () => {
    const { report } = await runSmall(missing(7, { end: BROKEN }));
    const problem = report.problems.find(({ code }) => code === 'deletion_blocked');
    expect(problem?.message).toBe(
      '7 entities of service were not deleted (incomplete): komodorService was not read completely: HTTP 500',
    );
  });

  it('goes once it is approved, and the approval is not complained about', async () => {
    const run = await runSmall(missing(7), { approvedDeletions: [severe] });
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 7, status: 'completed' });
    expect(run.report.problems).toEqual([]);
  });

  it('stays when another set was approved, and that is said', async () => {
    const run = await runSmall(missing(8), { approvedDeletions: [severe] });
    expect(blueprintIn(run, 'service')).toMatchObject({ deleted: 0, deletionBlocked: { reason: 'threshold' } });
    expect(run.report.problems.find(({ code }) => code === 'approval_unmatched')).toEqual({
      code: 'approval_unmatched',
      severity: 'warning',
      message: `The approved set of deletions ${severe} is not what would be deleted now; nothing was deleted on its strength`,
      count: 1,
      samples: [],
    });
  });

  it('names an approval for each set that was none', async () => {
    const run = await runSmall(missing(1), { approvedDeletions: ['one', 'two'] });
    expect(run.report.problems).toMatchObject([{ code: 'approval_unmatched' }, { code: 'approval_unmatched' }]);
    expect(blueprintIn(run, 'service').deleted).toBe(1);
  });

  it('costs the first read its claim to be complete when the closer look saw more', async () => {
    const run = await runSmall(missing(2, { closer: () => [{ name: 'e1' }] }));
    expect(run.report.kinds).toMatchObject([
      { kind: 'komodorService', complete: false, status: 'degraded' },
      { kind: 'komodorHealthMonitoring', complete: true, status: 'completed' },
    ]);
    expect(blueprintIn(run, 'service').deletionBlocked).toMatchObject({ reason: 'contradicted', sample: ['e1'] });
    expect(run.report.problems).toMatchObject([
      { message: '2 entities of service were not deleted (contradicted): Komodor still has e1' },
    ]);
  });

  it('leaves the first read its claim for every other reason', async () => {
    const { report } = await runSmall(missing(2, { closerEnd: BROKEN }));
    expect(report.kinds.map(({ complete }) => complete)).toEqual([true, true]);
    expect(report.problems).toMatchObject([
      { message: expect.stringContaining('(unconfirmed): the second read was not complete: HTTP 500') },
    ]);
  });

  it.each<[string, number, Partial<Shows>]>([
    ['nothing is stale', 0, {}],
    ['the first read was not complete', 1, { end: BROKEN }],
  ])('takes no closer look where %s', async (_when, stale, more) => {
    expect((await runSmall(missing(stale, more))).looks).toEqual([]);
    expect((await runSmall(missing(1))).looks).toEqual([{ cluster: 'c1', namespace: 'n1' }]);
  });

  it('is only mentioned where another kind that feeds it was not asked for', async () => {
    const run = await runSmall({ ...missing(2), oneBlueprint: true }, { kinds: ['komodorService'] });
    expect(run.report.status).toBe('completed');
    expect(run.left.get('service')).toHaveLength(20);
    expect(run.report.problems).toMatchObject([{ code: 'deletion_blocked', severity: 'warning' }]);
  });

  it('needs the closer look at every kind that feeds the blueprint', async () => {
    const all = things(20);
    const world = { stored: { service: asStored(all) }, oneBlueprint: true, services: { things: all.slice(2, 10) } };
    const calm = await runSmall({ ...world, risks: { things: all.slice(10) } });
    expect(blueprintIn(calm, 'service')).toMatchObject({ deleted: 2 });
    const doubtful = await runSmall({ ...world, risks: { things: all.slice(10), closer: () => all.slice(1, 2) } });
    expect(blueprintIn(doubtful, 'service')).toMatchObject({ deleted: 0, deletionBlocked: { sample: ['e1'] } });
    expect(doubtful.report.kinds.map(({ complete }) => complete)).toEqual([false, false]);
  });
});

describe('a run that is stopped', () => {
  it('deletes nothing, also when it is stopped during the closer look', async () => {
    const controller = new AbortController();
    const stop = () => {
      controller.abort(new Error('stop'));
      throw new Error('the connection was closed');
    };
    const run = await runSmall(missing(2, { closer: stop }), {}, { signal: controller.signal });
    expect(run.report.status).toBe('aborted');
    expect(run.left.get('service')).toHaveLength(20);
    expect(blueprintIn(run, 'service')).toMatchObject({
      status: 'aborted',
      deletionBlocked: { reason: 'aborted', count: 2 },
    });
    expect(run.report.problems).toMatchObject([{ code: 'aborted' }]);
  });

  it('deletes nothing after it broke off', async () => {
    const run = await runSmall({
      ...missing(2, { things: things(20, 2) }),
      catalog: (honest) => ({
        ...honest,
        upsert: async () => {
          throw new Error('Port is gone');
        },
      }),
    });
    expect(run.report.status).toBe('failed');
    expect(run.left.get('service')).toHaveLength(20);
    expect(blueprintIn(run, 'service')).toMatchObject({ deletionBlocked: { reason: 'incomplete', count: 2 } });
  });
});
