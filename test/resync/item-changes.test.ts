import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import { object, openObjects, type StageOptions } from './object-stage.ts';

const POD = {
  kind: 'v1/pods',
  selector: { query: '.phase != "hidden"' },
  port: {
    entity: {
      mappings: {
        identifier: '.metadata.namespace + "-" + .metadata.name',
        blueprint: '"workload"',
        title: '.metadata.name',
        // `as` is left to jq, so that its runs can be counted.
        properties: { phase: '.phase as $phase | $phase', namespace: '.metadata.namespace' },
        relations: { node: '.node' },
      },
    },
  },
};
const IMAGE = entryOf('v1/pods', 'image', '.image');
const ENTITY = entryOf('getport.io/v1/entities', '', '.spec.identifier // .metadata.name', '.spec.blueprint');

function entryOf(kind: string, blueprint: string, identifier: string, computed = `"${blueprint}"`, selector = {}) {
  const mappings = { identifier, blueprint: computed, properties: { extra: '.extra' } };
  return { kind, selector: { query: 'true', ...selector }, port: { entity: { mappings } } };
}

const open: Awaited<ReturnType<typeof openObjects>>[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((stage) => stage.close()));
});

async function stageOf(resources: readonly JsonObject[] = [POD], flags?: StageOptions['flags']) {
  const stage = await openObjects({ resources, ...(flags ? { flags } : {}) });
  open.push(stage);
  stage.log.length = 0;
  stage.counts.jq = 0;
  return stage;
}

/** Ten pods of two namespaces that Port has too. */
async function tenPods(resources: readonly JsonObject[] = [POD], flags?: StageOptions['flags']) {
  const stage = await stageOf(resources, flags);
  const pods = Array.from({ length: 10 }, (_, index) =>
    object(`p${index}`, { namespace: `n${index % 2}`, phase: 'up', image: index < 2 ? 'nginx' : `i${index}` }),
  );
  stage.cluster.set('v1/pods', pods);
  await stage.tell('v1/pods', pods);
  stage.reads.length = 0;
  stage.rows.length = 0;
  return { ...stage, pods, gone: (index: number) => take(stage, pods, index) };
}

function take(stage: Awaited<ReturnType<typeof openObjects>>, pods: ReturnType<typeof object>[], index: number) {
  const pod = pods[index] ?? object('none');
  stage.cluster.set(
    'v1/pods',
    (stage.cluster.get('v1/pods') ?? []).filter((other) => other !== pod),
  );
  return pod;
}

describe('a batch of changed objects', () => {
  it('costs one call of jq, one search and its bulks; and a second time nothing is written', async () => {
    const stage = await stageOf();
    const pods = Array.from({ length: 500 }, (_, index) => object(`p${index}`, { phase: 'up' }));
    const byRoute = () =>
      stage.log.splice(0).reduce((all, { route }) => all.set(route, (all.get(route) ?? 0) + 1), new Map());

    expect(await stage.tell('v1/pods', pods)).toMatchObject({ written: 500, unchanged: 0, problems: [] });
    expect(stage.counts.jq).toBe(1);
    expect(Object.fromEntries(byRoute())).toMatchObject({ search: 1, bulk: 25 });
    expect(await stage.tell('v1/pods', pods)).toMatchObject({ written: 0, unchanged: 500 });
    expect(stage.counts.jq).toBe(2);
    expect(byRoute().has('bulk')).toBe(false);
    expect(stage.reads).toEqual([]);
  });

  it('writes what has changed, and records it', async () => {
    const { tell, entity, rows, pods } = await tenPods();
    const changed = object('p3', { namespace: 'n1', phase: 'down' });
    expect(await tell('v1/pods', [pods[1] ?? changed, changed])).toMatchObject({ written: 1, unchanged: 1 });
    expect(entity('workload', 'n1-p3')?.properties).toMatchObject({ phase: 'down' });
    expect(rows).toMatchObject([{ action: 'update', identifier: 'n1-p3', outcome: 'done' }]);
  });

  it('marks what it has refreshed, so that a resync that read earlier writes nothing older', async () => {
    const stage = await stageOf();
    const since = await stage.marks.latestMark();
    await stage.tell('v1/pods', [object('a', { phase: 'up' })]);
    await stage.tell('v1/pods', [object('a', { phase: 'up' }), object('b', { phase: 'up' })]);
    const names = ['payments-a', 'payments-b', 'payments-c'];
    expect([...(await stage.marks.markedLive('workload', names, since))].sort()).toEqual(names.slice(0, 2));
  });

  it('leaves to the resync what the mapping does not give any more', async () => {
    const { tell, entity, store } = await tenPods();
    const hidden = object('p3', { namespace: 'n1', phase: 'hidden' });
    expect(await tell('v1/pods', [hidden])).toMatchObject({ written: 0, deleted: 0, heldBack: 0, problems: [] });
    expect(entity('workload', 'n1-p3')).toBeDefined();
    expect(store.deletions).toEqual([]);
  });

  it.each([
    ['another namespace', { namespaces: ['n1'] }],
    ['another label', { labelSelector: 'wanted' }],
  ])('passes over objects of %s', async (_, selector) => {
    const stage = await stageOf([{ ...POD, selector: { query: 'true', ...selector } }]);
    await stage.tell('v1/pods', [
      object('here', { namespace: 'n1', labels: { wanted: 'yes' } }),
      object('there', { namespace: 'n2' }),
    ]);
    expect(stage.names('workload')).toEqual(['n1-here']);
  });

  it('goes without a relation whose target is not there, and gives it as soon as it is', async () => {
    const stage = await stageOf([POD], { createMissingRelatedEntities: false });
    const pod = object('a', { phase: 'up', node: 'n1' });
    const { written, problems } = await stage.tell('v1/pods', [pod]);
    expect(written).toBe(1);
    expect(problems).toMatchObject([{ code: 'relation_target_missing' }]);
    stage.has('node', 'n1');
    expect(await stage.tell('v1/pods', [pod])).toMatchObject({ written: 1, problems: [] });
    expect(stage.entity('workload', 'payments-a')?.relations).toMatchObject({ node: 'n1' });
  });

  it('keeps the fields that another entry gives to the same entity', async () => {
    const adding = entryOf('v1/services', 'workload', '.metadata.namespace + "-" + .metadata.name');
    const stage = await stageOf([POD, adding], { enableMergeEntity: false });
    await stage.tell('v1/pods', [object('a', { phase: 'up' })]);
    await stage.tell('v1/services', [object('a', { extra: 'more' })]);
    await stage.tell('v1/pods', [object('a', { phase: 'down' })]);
    expect(stage.entity('workload', 'payments-a')?.properties).toMatchObject({ phase: 'down', extra: 'more' });
  });
});

describe('an object that is gone', () => {
  it('takes its entity along, after one read of its namespace', async () => {
    const { tell, gone, names, reads, rows } = await tenPods();
    expect(await tell('v1/pods', [], [gone(3), gone(5)])).toMatchObject({ deleted: 2, heldBack: 0, problems: [] });
    expect(names('workload')).toHaveLength(8);
    expect(reads).toEqual([{ kind: 'v1/pods', of: { namespace: 'n1' } }]);
    expect(rows).toMatchObject([
      { action: 'delete', identifier: 'n1-p3', outcome: 'done', reason: 'gone' },
      { action: 'delete', identifier: 'n1-p5', outcome: 'done', reason: 'gone' },
    ]);
  });

  it('leaves alone what other objects may give too, and says nothing', async () => {
    const { tell, gone, names, reads } = await tenPods([POD, IMAGE]);
    expect(await tell('v1/pods', [], [gone(0)])).toMatchObject({ deleted: 1, heldBack: 0, problems: [] });
    expect(names('image')).toContain('nginx');
    expect(reads).toHaveLength(1);
  });

  it('leaves alone what takes only a part of its name', async () => {
    const part = entryOf('v1/pods', 'image', '.metadata.name | sub("-[0-9a-f]+$"; "")');
    const { tell, gone, names } = await tenPods([POD, part]);
    await tell('v1/pods', [object('web-4f'), object('web-5a')]);
    expect(await tell('v1/pods', [], [object('web-4f'), gone(2)])).toMatchObject({ problems: [] });
    expect(names('image')).toContain('web');
    expect(names('workload')).not.toContain('n0-p2');
  });

  it('stays while a list shows it, as one that was created anew', async () => {
    const { tell, pods, names } = await tenPods();
    expect(await tell('v1/pods', [], pods.slice(3, 4))).toMatchObject({ deleted: 0, heldBack: 0, problems: [] });
    expect(names('workload')).toHaveLength(10);
  });

  it('stays when a newer one came in the same batch', async () => {
    const { tell, gone, pods, names, reads } = await tenPods();
    expect(await tell('v1/pods', pods.slice(3, 4), [gone(3)])).toMatchObject({ deleted: 0 });
    expect(names('workload')).toHaveLength(10);
    expect(reads).toEqual([]);
  });

  it('stays while an object of another kind, wherever, gives it too', async () => {
    const { tell, gone, names, reads, cluster } = await tenPods([POD, ENTITY]);
    const spec = { identifier: 'n1-p3', blueprint: 'workload' };
    cluster.set('getport.io/v1/entities', [object('x', { namespace: 'far', spec })]);
    expect(await tell('v1/pods', [], [gone(3), gone(5)])).toMatchObject({ deleted: 1, problems: [] });
    expect(names('workload')).toContain('n1-p3');
    expect(reads).toEqual([
      { kind: 'v1/pods', of: { namespace: 'n1' } },
      { kind: 'getport.io/v1/entities', of: 'all' },
    ]);
  });

  it('is looked for everywhere when its identifier does not tell the namespace', async () => {
    const { tell, cluster, names, reads } = await tenPods([POD, ENTITY]);
    const spec = { identifier: 'sole', blueprint: 'image' };
    const entities = ['a', 'b', 'c', 'd'].map((name) =>
      object(name, { spec: { identifier: name, blueprint: 'image' } }),
    );
    const [here, there] = ['here', 'there'].map((namespace) => object('sole', { namespace, spec }));
    await tell('getport.io/v1/entities', [...entities, here ?? object('no')]);
    cluster.set('getport.io/v1/entities', [...entities, there ?? object('no')]);
    reads.length = 0;
    await tell('getport.io/v1/entities', [], [here ?? object('no')]);
    expect(names('image')).toContain('sole');
    cluster.set('getport.io/v1/entities', entities);
    expect(await tell('getport.io/v1/entities', [], [here ?? object('no')])).toMatchObject({ deleted: 1 });
    expect(new Set(reads.map(({ of }) => of))).toEqual(new Set(['all']));
  });

  it('of the whole cluster is looked for by its name', async () => {
    const node = entryOf('v1/nodes', 'node', '.metadata.name');
    const stage = await stageOf([node]);
    const nodes = ['a', 'b', 'c', 'd'].map((name) => object(name, { namespace: '' }));
    await stage.tell('v1/nodes', nodes);
    stage.cluster.set('v1/nodes', nodes.slice(1));
    expect(await stage.tell('v1/nodes', [], nodes.slice(0, 1))).toMatchObject({ deleted: 1 });
    expect(stage.reads).toEqual([{ kind: 'v1/nodes', of: { name: 'a' } }]);
  });

  it('stays when the read is cut, and the rest of the batch is written all the same', async () => {
    const { tell, gone, names, answers, entity } = await tenPods();
    answers.end = { complete: false, reason: 'request_failed', detail: 'HTTP 500' };
    const changed = object('p4', { namespace: 'n0', phase: 'down' });
    await expect(tell('v1/pods', [changed], [gone(3)])).rejects.toThrow('Nothing was deleted: HTTP 500');
    expect(names('workload')).toHaveLength(10);
    expect(entity('workload', 'n0-p4')?.properties).toMatchObject({ phase: 'down' });
  });

  it.each([
    ['an object has no identifier', {}, [object('x', { metadata: { name: {} } })], 'unconfirmed'],
    ['the threshold forbids it', { entityDeletionThreshold: 0.05 }, [], 'threshold'],
    ['nothing is ever deleted', { entityDeletionThreshold: null }, [], 'threshold'],
  ])('is held back, with a word, when %s', async (_, flags, noise, reason) => {
    const { tell, gone, names, answers, rows } = await tenPods([POD], flags);
    answers.noise = noise;
    const { deleted, heldBack, problems } = await tell('v1/pods', [], [gone(3)]);
    expect({ deleted, heldBack, left: names('workload').length }).toEqual({ deleted: 0, heldBack: 1, left: 10 });
    expect(problems).toMatchObject([{ code: 'deletion_blocked', samples: ['n1-p3'] }]);
    expect(problems[0]?.message).toContain(`(${reason})`);
    expect(rows).toMatchObject([{ action: 'delete', identifier: 'n1-p3', outcome: 'held_back' }]);
  });

  it('never takes along what somebody else wrote', async () => {
    const { tell, store, names, reads } = await tenPods();
    store.putEntity({
      blueprint: 'workload',
      identifier: 'n0-theirs',
      datasource: 'port-ocean/kubernetes/1.0.0/x/exporter',
    });
    expect(await tell('v1/pods', [], [object('theirs', { namespace: 'n0' })])).toMatchObject({
      deleted: 0,
      heldBack: 0,
    });
    expect(names('workload')).toContain('n0-theirs');
    expect(reads).toEqual([]);
  });
});
