import { describe, expect, it } from 'vitest';
import type { Catalog, FindSelection } from '../../src/core/ports.ts';
import { asStored, blueprintIn, runSmall, type SmallWorld, things } from './small-world.ts';

const EXPORTER = "Port's K8s exporter with the state key eu";

interface Asked {
  readonly fields: FindSelection;
  readonly names: readonly string[];
}

/** A Port in which some entities have another owner, and what it was asked. */
function portWith(others: readonly string[], { fails = false } = {}) {
  const asked: Asked[] = [];
  const catalog = (honest: Catalog): Catalog => ({
    ...honest,
    async *owned(shape, fields, signal) {
      for await (const page of honest.owned(shape, fields, signal)) {
        yield page.filter(({ identifier }) => !others.includes(identifier));
      }
    },
    async find(shape, fields, names, signal) {
      asked.push({ fields, names });
      if (fails) throw new Error('Port is tired');
      const found = await honest.find(shape, fields, names, signal);
      return found.map((entity) => {
        const isTold = fields.owner && others.includes(entity.identifier);
        return isTold ? { ...entity, otherOwner: EXPORTER } : entity;
      });
    },
  });
  return { asked, catalog };
}

/** Port has e0 to e4, of which e3 and e4 are somebody else's; the source gives e0 to e5, and each with a text of its own. */
function world(more: SmallWorld): SmallWorld {
  const given = things(6).map((thing) => ({ ...thing, text: 'ours' }));
  return { services: { things: given }, stored: { service: asStored(things(5)) }, yields: true, ...more };
}

function kindIn({ report }: Awaited<ReturnType<typeof runSmall>>) {
  return report.kinds.find(({ kind }) => kind === 'komodorService');
}

describe('entities that another program wrote last', () => {
  it('are left as they are by a kind that yields, and the items are named', async () => {
    const { asked, catalog } = portWith(['e3', 'e4']);
    const run = await runSmall(world({ catalog }));
    expect(blueprintIn(run, 'service')).toMatchObject({ created: 1, updated: 3, deleted: 0, failed: 0 });
    expect(kindIn(run)).toMatchObject({ extracted: 6, selected: 4, filtered: 2, status: 'completed' });
    expect(run.report.status).toBe('completed');
    expect(run.report.problems).toEqual([
      expect.objectContaining({
        code: 'owned_elsewhere',
        severity: 'warning',
        count: 2,
        samples: ['item e3', 'item e4'],
      }),
    ]);
    expect(run.report.problems[0]?.message).toContain(EXPORTER);
    expect(asked.map(({ names }) => names)).toEqual([['e3', 'e4', 'e5']]);
  });

  it('are overwritten by every other kind, and nobody is asked', async () => {
    const { asked, catalog } = portWith(['e3', 'e4']);
    const run = await runSmall(world({ catalog, yields: false }));
    expect(blueprintIn(run, 'service')).toMatchObject({ updated: 5, created: 1 });
    expect(run.report.problems).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('cost nothing when all that is given is ours', async () => {
    const { asked, catalog } = portWith([]);
    const run = await runSmall(world({ catalog, services: { things: things(5) } }));
    expect(blueprintIn(run, 'service')).toMatchObject({ unchanged: 5 });
    expect(asked).toEqual([]);
  });

  it('are asked about once, however often they are given', async () => {
    const { asked, catalog } = portWith(['e0']);
    const both = { services: { things: [...things(2), ...things(2)] }, stored: { service: asStored(things(1)) } };
    const run = await runSmall(world({ ...both, catalog }));
    expect(asked.map(({ names }) => names)).toEqual([['e0', 'e1']]);
    expect(run.report.problems).toEqual([expect.objectContaining({ code: 'owned_elsewhere', count: 2 })]);
  });

  it('may be any of those that are new to us while Port does not say: these wait for the next resync', async () => {
    const { catalog } = portWith(['e3', 'e4'], { fails: true });
    const run = await runSmall(world({ catalog }));
    expect(blueprintIn(run, 'service')).toMatchObject({ created: 0, updated: 3, deleted: 0 });
    expect(run.report.status).toBe('degraded');
    expect(run.report.problems).toEqual([
      expect.objectContaining({ code: 'port_failed', count: 3, samples: ['e3', 'e4', 'e5'] }),
    ]);
  });

  it('stay out of a question that a search answers', async () => {
    const { asked, catalog } = portWith([]);
    await runSmall(world({ catalog, services: { things: [{ name: 'e9', fate: 'searched' }] } }));
    expect(asked).toEqual([]);
  });
});
