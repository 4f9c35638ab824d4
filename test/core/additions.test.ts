import { describe, expect, it } from 'vitest';
import { asStored, blueprintIn, runSmall, type SmallWorld, things } from './small-world.ts';

/** Two kinds write one blueprint; the second one only adds fields. */
function world(more: SmallWorld): SmallWorld {
  return { oneBlueprint: true, absence: { risks: { means: 'nothing' } }, ...more };
}

function kindIn({ report }: Awaited<ReturnType<typeof runSmall>>, kind: string) {
  return report.kinds.find((each) => each.kind === kind);
}

describe('a kind that only adds fields', () => {
  it('creates nothing; what it gives for entities that nobody knows counts as filtered', async () => {
    const run = await runSmall(world({ services: { things: things(3) }, risks: { things: things(3, 2) } }));
    expect(run.left.get('service')).toEqual(['e0', 'e1', 'e2']);
    expect(kindIn(run, 'komodorHealthMonitoring')).toMatchObject({ extracted: 3, selected: 1, filtered: 2 });
    expect(run.report.status).toBe('completed');
  });

  it('keeps nothing from being deleted', async () => {
    const stored = { service: asStored(things(10)) };
    const run = await runSmall(world({ services: { things: things(9) }, risks: { things: things(10) }, stored }));
    expect(run.left.get('service')).toHaveLength(9);
    expect(blueprintIn(run, 'service').deleted).toBe(1);
  });

  it('leaves deletions alone when it cannot be read', async () => {
    const stored = { service: asStored(things(10)) };
    const end = { complete: false, reason: 'request_failed', detail: '403' } as const;
    const run = await runSmall(world({ services: { things: things(9) }, risks: { things: [], end }, stored }));
    expect(blueprintIn(run, 'service')).toMatchObject({ status: 'completed', deleted: 1 });
    expect(kindIn(run, 'komodorHealthMonitoring')).toMatchObject({ status: 'failed' });
    expect(kindIn(run, 'komodorService')).toMatchObject({ status: 'completed' });
  });

  it('adds to what Port has when it is read alone, and deletes nothing', async () => {
    const stored = { service: asStored(things(3)) };
    const run = await runSmall(world({ services: { things: [] }, risks: { things: things(4) }, stored }), {
      kinds: ['komodorHealthMonitoring'],
    });
    expect(kindIn(run, 'komodorHealthMonitoring')).toMatchObject({ selected: 3, filtered: 1 });
    expect(run.left.get('service')).toHaveLength(3);
  });

  it('lets entities of a blueprint that nothing creates stay', async () => {
    const stored = { risk: asStored(things(3)) };
    const run = await runSmall({
      absence: { risks: { means: 'nothing' } },
      services: { things: [] },
      risks: { things: things(1) },
      stored,
    });
    expect(run.left.get('risk')).toHaveLength(3);
    expect(blueprintIn(run, 'risk')).toMatchObject({ stale: 0, deleted: 0, deletionBlocked: null });
  });
});
