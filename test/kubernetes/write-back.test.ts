import { describe, expect, it, onTestFinished } from 'vitest';
import type { RawItem } from '../../src/core/model.ts';
import type { EntityDone, ItemProblem } from '../../src/core/ports.ts';
import type { WriteBackMode } from '../../src/kubernetes/write-back/tell-object.ts';
import { createWriteBack } from '../../src/kubernetes/write-back/write-back.ts';
import { DEFINITIONS } from '../../src/sandbox/kubernetes/definitions.ts';
import type { KubernetesObject } from '../../src/sandbox/kubernetes/model.ts';
import {
  type KubernetesOptions,
  type KubernetesStandIn,
  startKubernetes,
} from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { apiOf, plainConnection } from './api-server.ts';

const KIND = 'getport.io/v1/entities';
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } };
/** Port's own definition of an Entity has no status. */
const WITHOUT_STATUS = DEFINITIONS.map((one) => (one.kind === 'Entity' ? { ...one, subresources: [] } : one));

function entity(name: string): KubernetesObject {
  return {
    apiVersion: 'getport.io/v1',
    kind: 'Entity',
    metadata: { name, namespace: 'payments', generation: 1 },
    spec: { blueprint: 'service', identifier: name },
  };
}

async function stage(options: KubernetesOptions = {}) {
  const { objects = ['a', 'b', 'c'].map(entity) } = options;
  const server = await startKubernetes({ ...options, objects: [NAMESPACE, ...objects] });
  onTestFinished(() => server.close());
  const connection = { ...plainConnection(server.baseUrl), authorize: async () => `Bearer ${server.token}` };
  return { server, api: apiOf(connection) };
}

function stored({ store }: KubernetesStandIn, kind: string): readonly KubernetesObject[] {
  const definition = store.definitions.find((one) => one.kind === kind);
  const rows = definition === undefined ? undefined : store.shelf(definition).at(store.version);
  return (rows ?? []).map(([, object]) => object);
}

function itemOf(object: KubernetesObject): RawItem {
  const { kind, metadata } = object;
  return { key: metadata.name, label: `${kind} ${metadata.namespace}/${metadata.name}`, value: object };
}

function doneOf(label: string, outcome: EntityDone['outcome'], message?: string): EntityDone {
  const told = { kind: KIND, label, blueprint: 'service', identifier: label, outcome };
  return message === undefined ? told : { ...told, message };
}

/** One run over all Entities of the server: `a` is written, `b` is refused, `c` names a blueprint that Port lacks. */
async function run({ server, api }: Awaited<ReturnType<typeof stage>>, mode: WriteBackMode, isWhole = true) {
  const telling = createWriteBack({ api, mode }).begin();
  const items = stored(server, 'Entity').map(itemOf);
  const [a, b, c] = items.map(({ label }) => label);
  telling.observer.itemsRead?.(KIND, items);
  telling.observer.itemsRead?.('v1/pods', [{ key: 'p', label: 'Pod x/p', value: {} }]);
  telling.observer.entityDone?.(doneOf(a ?? '', stored(server, 'Event').length > 0 ? 'unchanged' : 'created'));
  telling.observer.entityDone?.(doneOf(b ?? '', 'failed', 'invalid_request: must be a number'));
  const missing: ItemProblem = {
    kind: KIND,
    label: c ?? '',
    code: 'blueprint_missing',
    message: 'Port has no blueprint service',
  };
  telling.observer.itemProblem?.(missing);
  return telling.tell(isWhole, new AbortController().signal);
}

function conditionsOf(server: KubernetesStandIn): readonly unknown[] {
  return stored(server, 'Entity').map(({ status }) => status);
}

describe('the write-back', () => {
  it('puts a condition into the status of each object, and an Event beside it', async () => {
    const here = await stage();
    expect(await run(here, 'status')).toEqual([]);
    expect(conditionsOf(here.server)).toMatchObject([
      { conditions: [{ type: 'Synced', status: 'True', reason: 'Synced' }] },
      {
        conditions: [
          { type: 'Synced', status: 'False', reason: 'Refused', message: expect.stringContaining('must be a number') },
        ],
      },
      {
        conditions: [{ type: 'Synced', status: 'False', reason: 'Refused', message: 'Port has no blueprint service' }],
      },
    ]);
    const events = stored(here.server, 'Event');
    expect(events.map(({ reason, type }) => [reason, type]).sort()).toEqual([
      ['Refused', 'Warning'],
      ['Refused', 'Warning'],
      ['Synced', 'Normal'],
    ]);
    for (const { involvedObject } of events)
      expect(involvedObject).toMatchObject({ kind: 'Entity', namespace: 'payments' });
  });

  it('says nothing again to those who know it, except that a refusal still holds', async () => {
    const here = await stage();
    await run(here, 'status');
    const events = stored(here.server, 'Event').length;
    const versions = stored(here.server, 'Entity').map(({ metadata }) => metadata.resourceVersion);
    here.server.log.length = 0;
    expect(await run(here, 'status')).toEqual([]);
    expect(stored(here.server, 'Entity').map(({ metadata }) => metadata.resourceVersion)).toEqual(versions);
    expect(stored(here.server, 'Event')).toHaveLength(events);
    // Each refused object: its Event is there already, and gets the new time.
    expect(here.server.log.map(({ method }) => method).sort()).toEqual(['PATCH', 'PATCH', 'POST', 'POST']);
  });

  it('writes Events only, where that is all that was asked for', async () => {
    const here = await stage();
    expect(await run(here, 'events')).toEqual([]);
    expect(conditionsOf(here.server)).toEqual([undefined, undefined, undefined]);
    expect(stored(here.server, 'Event')).toHaveLength(3);
  });

  it('does not say that no entry maps an object when the run did not get that far', async () => {
    const here = await stage();
    const told = createWriteBack({ api: here.api, mode: 'status' }).begin();
    told.observer.itemsRead?.(KIND, stored(here.server, 'Entity').map(itemOf));
    await told.tell(false, new AbortController().signal);
    expect(conditionsOf(here.server)).toEqual([undefined, undefined, undefined]);
    await told.tell(true, new AbortController().signal);
    expect(conditionsOf(here.server)).toMatchObject([1, 2, 3].map(() => ({ conditions: [{ reason: 'NotMapped' }] })));
  });

  it('names the missing right and its rule, and does the rest', async () => {
    const here = await stage();
    here.server.setRights([{ apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] }]);
    const problems = await run(here, 'status');
    expect(problems).toMatchObject([{ code: 'write_back_failed', count: 3 }]);
    expect(problems[0]?.message).toContain('{apiGroups: [getport.io], resources: [entities/status], verbs: [patch]}');
    expect(stored(here.server, 'Event')).toHaveLength(3);
  });

  it("says what to do about Port's own definition, which has no status", async () => {
    const here = await stage({ definitions: WITHOUT_STATUS });
    const problems = await run(here, 'status');
    expect(problems[0]?.message).toMatch(/has no status.*deploy\/catalog\/crds.*KUBERNETES_WRITE_BACK=events/);
    expect(stored(here.server, 'Event')).toHaveLength(3);
  });

  it('gives up after a few failures in a row, and counts what it left', async () => {
    const here = await stage({ objects: Array.from({ length: 40 }, (_, at) => entity(`e-${at}`)) });
    here.server.setRights([]);
    const problems = await run(here, 'status');
    expect(problems.reduce((sum, { count }) => sum + count, 0)).toBe(80);
    expect(here.server.log.length).toBeLessThan(20);
    expect(problems.some(({ message }) => message.includes('3 failures in a row'))).toBe(true);
  });
});
