import { describe, expect } from 'vitest';
import { CollectedRows } from '../../src/core/collected-rows.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import type { World, WorldService } from '../../src/sandbox/world/model.ts';
import { it } from '../resync/harness.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { servicesMapping, shippedMapping } from '../resync/shipped.ts';
import { changeFirst, removeServices } from '../resync/world-steps.ts';
import { recorderOf, tally } from './recorded.ts';
import { differences, SeenChanges } from './seen-changes.ts';

/** Another status for every service. */
function changeAll({ services }: World): void {
  const other = services.map((service) => ({
    ...service,
    status: service.status === 'healthy' ? ('unhealthy' as const) : ('healthy' as const),
  }));
  services.splice(0, services.length, ...other);
}

describe.concurrent('the rows of a resync are what Port saw', () => {
  it.for(['values', 'names'] as const)('first, unchanged and changed runs, with %s', async (detail, { start }) => {
    const harness = await start({ services: 300 });
    const run = recorderOf(harness);
    const first = await run({ detail });
    const created = first.report.blueprints.reduce((sum, blueprint) => sum + blueprint.created, 0);
    expect(tally(first.rows)).toEqual({ 'create done': created });
    // This one still learns how many entities fit into a page.
    await run({ detail });
    const unchanged = await run({ detail });
    expect(unchanged.rows).toEqual([]);
    changeFirst(harness.world, { status: 'unhealthy' });
    const changed = await run({ detail });
    const asked = (one: typeof changed) => one.questions - unchanged.questions;
    expect(asked(changed)).toBe(detail === 'values' ? 1 : 0);
    expect(changed.rows[0]).toMatchObject({
      action: 'update',
      outcome: 'done',
      blueprint: 'komodorService',
      source: { kind: 'komodorService', entries: ['resources[0]'] },
      ...(detail === 'values' ? { properties: { status: { to: 'unhealthy' } } } : { fields: ['properties.status'] }),
    });
    changeAll(harness.world);
    const all = await run({ detail });
    expect(tally(all.rows)).toEqual({ 'update done': 300 });
    expect(asked(all)).toBe(detail === 'values' ? 2 : 0);
  });

  it('a refused entity has a row with Port’s words', async ({ start }) => {
    const harness = await start({ risksPerService: 0 });
    const run = recorderOf(harness);
    harness.port.faults.add('bulk call 1 -> refuse-item 3 422');
    const first = await run();
    expect(tally(first.rows)['create refused']).toBe(1);
    expect(first.rows.find(({ outcome }) => outcome === 'refused')).toMatchObject({
      error: { code: 'blueprint_schema_mismatch', message: 'Refused by a fault of the sandbox' },
      source: { kind: 'komodorService' },
    });
    // The first of the batch is the one that is still missing.
    harness.port.faults.clear();
    harness.port.faults.add('bulk call 1 -> refuse-item 1 422');
    changeAll(harness.world);
    const second = await run();
    expect(tally(second.rows)).toEqual({ 'create done': 1, 'update done': 38, 'update refused': 1 });
    const refused = second.rows.find(({ outcome }) => outcome === 'refused');
    expect(Object.keys(refused?.properties ?? {})).toEqual(['status']);
  });

  it('a relation that is added at the end is one change with its entity', async ({ start }) => {
    const text = shippedMapping({});
    const [head = '', services = '', risks = ''] = text.split(/^(?= {2}- kind:)/m);
    const harness = await start({ mapping: `${head}${risks}\n${services}` });
    const { rows } = await recorderOf(harness)();
    expect(Object.keys(tally(rows))).toEqual(['create done']);
    const related = rows.filter(({ blueprint, relations }) => blueprint !== 'komodorService' && relations?.service);
    expect(related.length).toBeGreaterThan(10);
  });

  it('what other kinds add to an entity is one change with it', async ({ start }) => {
    const harness = await start({ env: { ADD_ONS: 'cost' }, services: 60 });
    const run = recorderOf(harness);
    const first = await run();
    const cost = first.rows.filter(({ properties }) => properties?.cost_total);
    expect(cost.length).toBeGreaterThan(10);
    expect(cost.map(({ action }) => action)).not.toContain('update');
    changeAll(harness.world);
    expect(Object.keys(tally((await run()).rows))).toEqual(['update done']);
  });

  it('deletions: done with a cause, held back with the reason, refused with Port’s words', async ({ start }) => {
    const harness = await start({ risksPerService: 0 });
    const run = recorderOf(harness);
    await run();
    const [gone] = removeServices(harness.world, 1);
    if (!gone) throw new Error('The world has no services');
    const { rows } = await run();
    const deleted = { action: 'delete', outcome: 'done', identifier: serviceIdentifier(gone), title: gone.service };
    expect(rows).toMatchObject([{ ...deleted, reason: 'gone', detail: expect.stringContaining('second read') }]);
    const many = removeServices(harness.world, 20);
    const held = await run();
    expect(tally(held.rows)).toEqual({ 'delete held_back': 20 });
    expect(held.rows[0]).toMatchObject({ reason: 'gone', detail: expect.stringMatching(/held back \(threshold\): /) });
    expect(new Set(held.rows.map(({ title }) => title))).toEqual(new Set(many.map(({ service }) => service)));
    const approve = held.report.blueprints.flatMap(({ deletionBlocked }) => deletionBlocked?.digest ?? []);
    harness.port.faults.add('delete -> has-dependents');
    const refused = await run({ approve });
    expect(tally(refused.rows)).toEqual({ 'delete refused': 20 });
    expect(refused.rows[0]?.error?.code).toBe('has_dependents');
  });

  it('a replacing write also says what it takes away', async ({ start }) => {
    const harness = await start({ risksPerService: 0, mapping: servicesMapping({ enableMergeEntity: 'false' }) });
    const run = recorderOf(harness);
    await run();
    changeAll(harness.world);
    await run();
  });
});

describe.concurrent('when something is in the way of the record', () => {
  it('a question that fails costs the old values and nothing else', async ({ start }) => {
    const harness = await start({ risksPerService: 0 });
    const run = recorderOf(harness);
    await run();
    changeAll(harness.world);
    // Three questions come before: what is ours of each blueprint, and in others.
    harness.port.faults.clear();
    harness.port.faults.add('search from 4 -> 422');
    const { report, rows } = await run();
    expect(report.status).toBe('completed');
    expect(report.problems.map(({ code }) => code)).toEqual(['old_values_unread']);
    expect(rows.map(({ fields, properties }) => ({ fields, properties }))).toEqual(
      rows.map(() => ({ fields: ['properties.status'], properties: undefined })),
    );
    expect(tally(rows)).toEqual({ 'update done': 40 });
  });

  it('values that are too long are cut, and secrets masked', async ({ start }) => {
    const harness = await start({ risksPerService: 0 });
    const secret = harness.env.KOMODOR_API_KEY ?? '';
    changeFirst(harness.world, { labels: { token: `a ${secret}`, long: 'é'.repeat(3000) } });
    const writer = new CollectedRows();
    await harness.run('resync', { journal: { writer, detail: 'values' } });
    const text = JSON.stringify(writer.all());
    expect(text).toContain('[redacted]');
    expect(text).toContain('cut here');
    expect(text).not.toContain(secret);
    expect(text).not.toContain('é'.repeat(2000));
  });
});

describe.concurrent('the rows of live events are what Port saw', () => {
  it('of a change, of a deletion, and of one that is held back', async ({ start }) => {
    const harness = await start({ risksPerService: 0, clusters: 1 });
    await harness.run();
    const seen = new SeenChanges(harness.store);
    const tell = async ({ cluster, namespace, kind, service: name }: WorldService) => {
      const writer = new CollectedRows();
      seen.cut();
      await harness.refresh(subjectAt({ cluster, namespace, kind, name }), { writer, detail: 'values' });
      expect(differences(writer.all(), seen, null)).toEqual([]);
      return writer.all();
    };
    const changed = await tell(changeFirst(harness.world, { status: 'unhealthy' }));
    expect(changed).toMatchObject([{ action: 'update', outcome: 'done', properties: { status: { to: 'unhealthy' } } }]);
    const [gone] = removeServices(harness.world, 1);
    if (!gone) throw new Error('The world has no services');
    expect(await tell(gone)).toMatchObject([
      {
        action: 'delete',
        outcome: 'done',
        title: gone.service,
        reason: 'gone',
        detail: expect.stringMatching(/live event/),
      },
    ]);
    await harness.reopen({ mapping: servicesMapping({ entityDeletionThreshold: '0' }) });
    const [kept] = removeServices(harness.world, 1);
    if (!kept) throw new Error('The world has no services');
    expect(await tell(kept)).toMatchObject([
      { action: 'delete', outcome: 'held_back', title: kept.service, detail: expect.stringMatching(/next resync/) },
    ]);
  });
});
