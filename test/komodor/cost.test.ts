import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import { select } from '../../src/core/source.ts';
import type { KindDefinition } from '../../src/komodor/define-kind.ts';
import { komodorCost } from '../../src/komodor/kinds/cost.ts';
import { komodorRightSizing } from '../../src/komodor/kinds/right-sizing.ts';
import { collect, openStage, type Stage } from './kind-stage.ts';

const signal = new AbortController().signal;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

async function read(definition: KindDefinition, selector: JsonObject) {
  const found = await collect(select(stage.bind(definition), selector).read(signal));
  const queries = [...stage.takeQuestions(definition.name)].map((question) => JSON.parse(question)[2]);
  return { ...found, queries };
}

describe.each([
  { definition: komodorRightSizing, usual: { optimizationStrategy: 'moderate' }, choice: { strategy: 'aggressive' } },
  {
    definition: komodorCost,
    usual: { timeFrame: 'Past_7_days', groupBy: 'komodorServiceName' },
    choice: { timeFrame: 'Yesterday' },
  },
])('$definition.name', ({ definition, usual, choice }) => {
  it('asks for everything, or for what the selector names', async () => {
    const all = await read(definition, {});
    expect(all).toMatchObject({ complete: true, queries: [{ ...usual, clusterScope: [] }] });
    const some = await read(definition, { clusters: ['staging'], namespaces: ['shop', 'mail'] });
    expect(some.complete).toBe(true);
    expect(some.queries).toEqual(
      ['shop', 'mail'].map((namespace) => ({
        ...usual,
        clusterScope: ['staging'],
        filterBy: 'namespace',
        filterValueEquals: namespace,
      })),
    );
    for (const { value } of some.items.values()) {
      expect(value.clusterName).toBe('staging');
      expect(['shop', 'mail']).toContain(value.namespace);
    }
    expect(some.items.size).toBeGreaterThan(0);
    expect(some.items.size).toBeLessThan(all.items.size);
  });

  it('asks for other numbers where they are chosen', async () => {
    const [query] = (await read(definition, choice)).queries;
    expect(Object.values(query)).toContain(Object.values(choice)[0]);
    expect(select(stage.bind(definition), choice).key).not.toBe(select(stage.bind(definition), {}).key);
  });

  it.each([['bold'], [7], [['moderate']]])('refuses %j for it, and names what there is', (value) => {
    const [key = ''] = Object.keys(choice);
    const selected = stage.bind(definition).select({ [key]: value });
    expect('complaints' in selected && selected.complaints.join()).toMatch(
      new RegExp(`^${key}: must be one of \\w+, `),
    );
  });

  it('means nothing by absence, and has nothing for live events', () => {
    const kind = stage.bind(definition);
    expect(select(kind, {}).absence(new Date())).toEqual({ means: 'nothing' });
    const place = { cluster: 'staging', namespace: 'shop', kind: 'Deployment', name: 'shop-api' };
    expect(kind.narrow({ system: 'komodor', place })).toBeUndefined();
  });

  it('names the service of a row, and none where a part is missing', () => {
    const row = {
      clusterName: 'c',
      namespace: 'n',
      komodorServiceKind: 'Deployment',
      service: 's',
      komodorServiceName: 's',
    };
    const whole = definition.toItem({ ...row, id: 'i' })?.value._;
    expect(whole).toEqual({
      id: 'i',
      cluster: 'c',
      service: { kind: 'Deployment', cluster: 'c', namespace: 'n', name: 's' },
    });
    for (const field of ['clusterName', 'namespace', 'komodorServiceKind']) {
      expect(definition.toItem({ ...row, [field]: '' })?.value._).toMatchObject({ service: null });
    }
  });

  it('is incomplete, by the name of its endpoint, where it is forbidden', async () => {
    const walk = select(stage.bind(definition), {}).read(signal);
    stage.sandbox.faults.add(`${definition === komodorCost ? 'cost' : 'right-sizing'} -> 403`);
    const step = await walk.next();
    expect(step).toMatchObject({
      done: true,
      value: { complete: false, detail: expect.stringMatching(/403 \(Forbidden\) to GET \/cost\//) },
    });
  });
});
