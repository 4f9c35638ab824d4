import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, Kind, RawItem } from '../../src/core/model.ts';
import { type Listing, type SourceKind, select } from '../../src/core/source.ts';
import type { KubernetesObject } from '../../src/sandbox/kubernetes/model.ts';
import { objectionsTo } from '../komodor/kind.contract.ts';
import { scopeOf } from '../komodor/kind-stage.ts';
import { type ClusterStage, type ContractServer, openStage, PAGE_SIZE, readAll } from './cluster-stage.ts';
import { HIDDEN_LIES, MALFORMED_MEMBERS, SEEN_LIES, STREAM_LIES } from './lies.ts';

const signal = new AbortController().signal;
const NAMESPACES = ['contract-a', 'contract-b', 'contract-c'];
const IN_EACH = 17;
const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  '../../secrets',
  'a/b',
  'a"b',
  "a'b",
  '🦄',
  'a\nb',
  ' ',
  'x'.repeat(5_000),
];

/** Something to read: a kind, and how its objects are made. */
export interface ContractKind {
  readonly name: Kind;
  readonly namespaced: boolean;
  /** What an object has besides its metadata. */
  readonly body: Pick<KubernetesObject, 'apiVersion' | 'kind'> & JsonObject;
}

/** What the engine relies on in a kind of the cluster, on the stand-in and on a real API server. */
export function describeClusterKinds(
  what: string,
  start: () => Promise<ContractServer>,
  kinds: readonly ContractKind[],
) {
  describe(`a cluster (${what})`, () => {
    let stage: ClusterStage;
    beforeAll(async () => {
      stage = await openStage(await start());
      await stage.server.put(NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    }, 300_000);
    afterAll(() => stage.close(), 60_000);
    afterEach(() => stage.proxy.lie({}));
    for (const kind of kinds) describe(kind.name, () => describeKind(kind, () => stage));
  });
}

function objectsOf({ body, namespaced }: ContractKind): readonly KubernetesObject[] {
  const places = namespaced ? NAMESPACES : ['none-a', 'none-b', 'none-c'];
  return places.flatMap((place) =>
    Array.from({ length: IN_EACH }, (_, at) => ({
      ...body,
      metadata: {
        name: `${place}-${at}`,
        ...(namespaced && { namespace: place }),
        labels: { 'contract/number': String(at) },
        annotations: at === 3 ? { long: 'x'.repeat(100_000) } : {},
      },
    })),
  );
}

function describeKind(contractKind: ContractKind, stageNow: () => ClusterStage): void {
  const { name, namespaced } = contractKind;
  const objects = objectsOf(contractKind);
  const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
  const keys = objects.map(keyOf).sort();
  const only = { labelSelector: 'contract/number' };
  let stage: ClusterStage;
  let kind: SourceKind;
  let whole: Listing;
  let all: Awaited<ReturnType<typeof readAll>>;

  beforeAll(async () => {
    stage = stageNow();
    await stage.server.put(objects);
    kind = stage.source().kind(name);
    whole = select(kind, {});
    all = await readAll(whole.read(signal));
  }, 120_000);

  it('is read whole, over several pages', () => {
    expect(all).toMatchObject({ complete: true, malformed: 0, given: all.keys.length });
    expect(all.keys).toEqual(expect.arrayContaining(keys));
    expect(all.keys.length).toBeGreaterThan(2 * PAGE_SIZE);
    for (const item of all.items.values()) {
      expect(item.value).toMatchObject({ apiVersion: contractKind.body.apiVersion, kind: contractKind.body.kind });
      expect(item.value.metadata).not.toHaveProperty('managedFields');
    }
  });

  it.each(SEEN_LIES)('is not complete with %s (%s)', async (_what, reason, lie) => {
    stage.proxy.lie({ list: lie() });
    const seen = await readAll(whole.read(signal));
    expect(seen).toMatchObject({ complete: false, reason, detail: expect.stringMatching(/./) });
    expect(seen.given).toBe(seen.keys.length);
    for (const key of seen.keys) expect(all.keys).toContain(key);
  });

  it('passes over members that are nothing, and says how many', async () => {
    const count = MALFORMED_MEMBERS.length;
    stage.proxy.lie({ list: (body) => ({ ...body, items: [...MALFORMED_MEMBERS, ...body.items.slice(count)] }) });
    expect((await readAll(whole.read(signal))).malformed).toBeGreaterThanOrEqual(2 * count);
    stage.proxy.lie({ stream: (event, at) => (at <= count ? { ...event, object: MALFORMED_MEMBERS[at - 1] } : event) });
    expect(await readAll(whole.confirmAll(signal))).toMatchObject({ malformed: count });
  });

  it('takes hostile names as they are', async () => {
    const renamed = (item: JsonObject, to: string) => ({ ...item, metadata: { ...Object(item.metadata), name: to } });
    const rename = (item: JsonObject, at: number) => (HOSTILE_NAMES[at] ? renamed(item, HOSTILE_NAMES[at]) : item);
    stage.proxy.lie({ list: (body, { page }) => (page === 1 ? { ...body, items: body.items.map(rename) } : body) });
    const seen = await readAll(whole.read(signal));
    expect(seen).toMatchObject({ complete: true, malformed: 0, given: all.given });
    expect([...seen.items.values()].map(({ value }) => Object(value.metadata).name)).toEqual(
      expect.arrayContaining(HOSTILE_NAMES),
    );
  });

  it.each(HIDDEN_LIES)('shows in a closer look what a list hides: %s', async (_what, lie) => {
    stage.proxy.lie({ list: lie('contract-b') });
    const seen = await readAll(whole.read(signal));
    if (!seen.complete) return;
    for (const key of keys.filter((each) => !seen.items.has(each))) {
      const item = itemOf(key);
      const closer = await readAll(whole.confirm(scopeOf(kind, item), signal));
      expect(closer.items.has(key), key).toBe(true);
    }
  });

  it.each(STREAM_LIES)('is read by pages when a stream %s', async (_what, lie) => {
    const fresh = select(stage.source().kind(name), {});
    stage.proxy.lie({ stream: lie });
    const again = await readAll(fresh.confirmAll(signal));
    expect(again).toMatchObject({ complete: true, given: all.given, malformed: 0 });
    expect(again.keys).toEqual(all.keys);
    stage.proxy.takeQuestions();
    await readAll(fresh.confirmAll(signal));
    expect([...stage.proxy.takeQuestions()].filter((question) => question.includes('watch='))).toEqual([]);
  });

  it('refuses what a stream holds that nobody asked for', async () => {
    stage.proxy.lie({
      stream: (event, at) => (at === 2 ? { ...event, object: { ...Object(event.object), kind: 'X' } } : event),
    });
    expect(await readAll(whole.confirmAll(signal))).toMatchObject({ complete: false, reason: 'not_advancing' });
  });

  it('gives an object of a stream once, though it changes meanwhile', async () => {
    let first: JsonObject = {};
    stage.proxy.lie({
      stream(event, at) {
        if (at === 1) first = event;
        return at === 3 ? { ...first, type: 'MODIFIED' } : at === 4 ? { ...event, type: 'DELETED' } : event;
      },
    });
    const seen = await readAll(whole.confirmAll(signal));
    expect(seen).toMatchObject({ complete: true, given: all.given - 2 });
  });

  it.each([true, false])('reads a second time in another way (streaming lists: %s)', async (hasStreams) => {
    const own = stage.source().kind(name);
    if (!hasStreams) {
      stage.proxy.lie({ stream: (event) => (event.type === 'BOOKMARK' ? { ...event, object: {} } : event) });
      await readAll(select(own, {}).confirmAll(signal));
    }
    const asked = { takeQuestions: () => stage.proxy.takeQuestions() };
    expect(await objectionsTo(own, true, asked)).toEqual([]);
    const same = await objectionsTo(own, true, asked, (honest) => ({ ...honest, confirmAll: honest.read }));
    expect(same).toContainEqual(expect.stringContaining('the second read of everything asks again'));
  });

  it('begins once more when the server has forgotten the version, and gives nothing twice', async () => {
    const [changed, gone] = objects.slice(-2);
    if (!changed || !gone) throw new Error('there is nothing to change');
    const walk = whole.read(signal);
    const first = await walk.next();
    const given = first.done ? [] : [...first.value.items];
    await stage.server.put([{ ...changed, metadata: { ...changed.metadata, annotations: { changed: 'yes' } } }]);
    await stage.server.remove(gone);
    await stage.server.compact(name);
    stage.proxy.takeQuestions();
    const rest = await readAll(walk);
    const asked = [...stage.proxy.takeQuestions()];
    await stage.server.put([gone]);
    expect(rest.complete).toBe(true);
    expect(new Set([...given.map(({ key }) => key), ...rest.keys]).size).toBe(given.length + rest.given);
    expect([...given.map(({ key }) => key), ...rest.keys].sort()).toEqual(
      all.keys.filter((key) => key !== keyOf(gone)),
    );
    expect(rest.items.get(keyOf(changed))?.value.metadata).toMatchObject({ annotations: { changed: 'yes' } });
    expect(asked.length).toBeGreaterThan(0);
  }, 60_000);

  it('is read within its selectors, and wrong ones are named in the words of the server', async () => {
    const seen = await readAll(select(kind, { labelSelector: 'contract/number=3' }).read(signal));
    expect(seen.keys).toEqual(keys.filter((key) => key.endsWith('-3')));
    const one = await readAll(
      select(kind, { ...only, fieldSelector: `metadata.name=${objects[0]?.metadata.name}` }).read(signal),
    );
    expect(one.keys).toEqual([keyOf(objects[0] ?? objectAt(0))]);
    for (const [key, text, words] of [
      ['labelSelector', 'a in (b', 'unable to parse requirement'],
      ['fieldSelector', 'spec.nothing=1', 'field label not supported|not a known field selector'],
    ] as const) {
      const wrong = await readAll(select(kind, { [key]: text }).read(signal));
      expect(wrong).toMatchObject({ complete: false, reason: 'request_failed' });
      if (!wrong.complete) expect(wrong.detail).toMatch(new RegExp(`selector.${key} ".*".*(${words})`, 's'));
    }
  });

  it('names the rule that is missing when it may not be listed', async () => {
    const [resource = '', , group = '""'] = name.split('/').toReversed();
    await stage.server.withoutRights(async (token) => {
      const weak = select(stage.source({ token }).kind(name), {});
      for (const walk of [weak.read(signal), weak.confirmAll(signal)]) {
        const seen = await readAll(walk);
        expect(seen).toMatchObject({ complete: false, reason: 'forbidden' });
        const rule = `{apiGroups: [${group}], resources: [${resource}], verbs: [get, list, watch]}`;
        if (!seen.complete) expect(seen.detail).toContain(rule);
      }
    });
  });

  it('does not go on for ever', async () => {
    const short = select(stage.source({ maxPages: 2 }).kind(name), {});
    expect(await readAll(short.read(signal))).toMatchObject({ complete: false, reason: 'too_many_pages' });
  });

  it('ends with the run', async () => {
    const stop = new AbortController();
    const walk = whole.read(stop.signal);
    await walk.next();
    stop.abort(new DOMException('stopped', 'AbortError'));
    await expect(walk.next()).rejects.toThrow('stopped');
  });

  it('finds one object by its identity', async () => {
    const item = itemOf(keys[0] ?? '');
    const found = await readAll(kind.readOne?.(kind.placeOf(item), signal) ?? 'excluded');
    expect(found).toMatchObject({ complete: true, keys: [item.key] });
    const none = await readAll(kind.readOne?.({ ...kind.placeOf(item), name: 'no-such' }, signal) ?? 'excluded');
    expect(none).toMatchObject({ complete: true, keys: [] });
    const anywhere = await readAll(kind.readOne?.({ name: kind.placeOf(item).name ?? '' }, signal) ?? 'excluded');
    expect(anywhere).toMatchObject({ complete: true, keys: [item.key] });
  });

  it('finds what a live event names, and tells it from its neighbours', async () => {
    for (const key of keys.slice(0, 3)) {
      const item = itemOf(key);
      const narrow = kind.narrow({ system: 'kubernetes', place: { ...kind.placeOf(item), kind: name } });
      if (!narrow) throw new Error(`${key} cannot be narrowed`);
      expect([...all.items.values()].filter((other) => narrow.holds(other))).toEqual([item]);
      stage.proxy.takeQuestions();
      expect((await readAll(whole.confirm(narrow.scope, signal))).items.has(key)).toBe(true);
      const [once] = stage.proxy.takeQuestions();
      await readAll(select(kind, narrow.confirmWith).confirm(narrow.scope, signal));
      expect(stage.proxy.takeQuestions()).not.toContain(once);
    }
  });

  if (namespaced) {
    it('is read namespace by namespace, each with its own proof', async () => {
      const some = await readAll(select(kind, { namespaces: ['contract-c', 'contract-a', 'contract-c'] }).read(signal));
      expect(some).toMatchObject({ complete: true, given: 2 * IN_EACH });
      expect(some.keys).toEqual(keys.filter((key) => !key.startsWith('contract-b/')));
      stage.proxy.lie({ list: (body, asked) => (asked.path.includes('contract-a') ? 'oops' : body) });
      const half = await readAll(select(kind, { namespaces: ['contract-a', 'contract-c'] }).read(signal));
      expect(half).toMatchObject({ complete: false, reason: 'malformed_page', given: IN_EACH });
    });

    it('takes a namespace that is not there for a mistake, not for an empty one', async () => {
      const seen = await readAll(select(kind, { namespaces: ['contract-a', 'no-such-namespace'] }).read(signal));
      expect(seen).toMatchObject({ complete: false, reason: 'empty_list', given: IN_EACH });
      if (!seen.complete) expect(seen.detail).toContain('no-such-namespace');
      const none = { labelSelector: 'contract/number=none', namespaces: ['contract-a'] };
      expect(await readAll(select(kind, none).read(signal))).toMatchObject({ complete: true, given: 0 });
    });

    it('objects to members of another namespace', async () => {
      stage.proxy.lie({
        list: (body) => ({
          ...body,
          items: body.items.map((item) => ({ ...item, metadata: { ...Object(item.metadata), namespace: 'x' } })),
        }),
      });
      const seen = await readAll(select(kind, { namespaces: ['contract-a'] }).read(signal));
      expect(seen).toMatchObject({ complete: false, reason: 'not_advancing', given: 0 });
    });
  }

  function itemOf(key: string): RawItem {
    const item = all.items.get(key);
    if (!item) throw new Error(`there is no ${key}`);
    return item;
  }

  function objectAt(index: number): KubernetesObject {
    const object = objects[index];
    if (!object) throw new Error('there are no objects');
    return object;
  }
}
