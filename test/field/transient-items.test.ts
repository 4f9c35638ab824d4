import { describe, expect } from 'vitest';
import { blueprintOf, explain, type Harness, it } from '../resync/harness.ts';
import { filled } from './stage.ts';

/** What passes when an item is sent again; 501 and 505 say that it never will. */
const PASSING = ['408', '425', '429', '500', '502', '503', '504', '520'];
const FINAL = ['400', '403', '409', '413', '422', '501', '505'];

/** Two full batches, nothing that points elsewhere. */
const OPTIONS = { services: 40, risksPerService: 0, clusters: 1 };

function counts({ store }: Harness): number {
  return store.entitiesOf('komodorService').length;
}

describe.concurrent('an item of a batch fails for something that passes', () => {
  it.for(PASSING)(
    'item-fails-once: an entity answered %s inside a 207 is sent again, alone',
    async (status, { start }) => {
      const harness = await start(OPTIONS);
      harness.port.faults.add(`bulk call 1 -> refuse-item 0,3,19 ${status}`);
      const report = await harness.run();
      expect(report.status, explain(report)).toBe('completed');
      expect(blueprintOf(report, 'komodorService')).toMatchObject({ created: 40, failed: 0 });
      expect(harness.port.log.filter(({ route }) => route === 'bulk')).toHaveLength(3);
      harness.expectTruth();
    },
  );

  it.for(PASSING)('item-fails-once: a deletion answered %s inside a 207 is sent again', async (status, { start }) => {
    const harness = await filled(start, OPTIONS);
    harness.world.services.splice(0, 5);
    harness.port.faults.add(`delete call 1 -> refuse-item 0,3 ${status}`);
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ deleted: 5 });
    harness.expectTruth();
  });

  it.for(FINAL)('item-refused: an item answered %s is not sent again', async (status, { start }) => {
    const harness = await filled(start, OPTIONS);
    harness.world.services.splice(0, 2);
    const { services } = harness.world;
    services.splice(0, services.length, ...services.map((service) => ({ ...service, labels: { all: 'new' } })));
    harness.port.faults.add(`bulk -> refuse-item 0 ${status} once`);
    harness.port.faults.add(`delete -> refuse-item 0 ${status}`);
    const report = await harness.run();
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ failed: 1, deleted: 1 });
    expect(harness.port.log.filter(({ route }) => route === 'bulk')).toHaveLength(2);
    expect(harness.port.log.filter(({ route }) => route === 'delete')).toHaveLength(1);
    expect(report.status).toBe('degraded');
  });

  it('item-without-answer: what Port says nothing about is asked again, whether it was done or not', async ({
    start,
  }) => {
    const harness = await start(OPTIONS);
    harness.port.faults.add('bulk call 1 -> omit-item 2,7');
    const first = await harness.run();
    expect(first.status, explain(first)).toBe('completed');
    expect(blueprintOf(first, 'komodorService')).toMatchObject({ created: 40, updated: 0 });
    harness.world.services.splice(0, 6);
    harness.port.faults.add('delete call 1 -> keep-item 1,2');
    harness.port.faults.add('delete call 2 -> omit-item 0');
    const second = await harness.run();
    expect(second.status, explain(second)).toBe('completed');
    expect(blueprintOf(second, 'komodorService')).toMatchObject({ deleted: 6 });
    harness.expectTruth();
  });

  it('item-fails-on: an item that goes on failing costs itself, and is named', async ({ start }) => {
    const harness = await start(OPTIONS);
    harness.port.faults.add('bulk -> refuse-item 0 503');
    const report = await harness.run();
    expect(report.status).toBe('degraded');
    expect(report.problems).toMatchObject([{ code: 'upsert_failed', count: 2 }]);
    expect(counts(harness)).toBe(38);
    expect(harness.port.log.filter(({ route }) => route === 'bulk')).toHaveLength(10);
  });

  it('item-deletion-unclear: a deletion whose answers all get lost is looked for and counted', async ({ start }) => {
    const harness = await filled(start, OPTIONS);
    harness.world.services.splice(0, 3);
    harness.port.faults.add('delete -> lost 503');
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(blueprintOf(report, 'komodorService')).toMatchObject({ deleted: 3 });
  });
});
