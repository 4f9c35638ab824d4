import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, RawItem } from '../../src/core/model.ts';
import { type SourceKind, select } from '../../src/core/source.ts';
import { komodorDeploy } from '../../src/komodor/kinds/deploy.ts';
import { komodorIssue } from '../../src/komodor/kinds/issue.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { derivedOf } from '../../src/komodor/timeline-item.ts';
import { ISSUE_TYPES } from '../../src/sandbox/world/timeline-rows.ts';
import { collect, openStage, type Stage } from './kind-stage.ts';

const signal = new AbortController().signal;
const DAY = 86_400;

let stage: Stage;
let issues: SourceKind;
beforeEach(async () => {
  stage = await openStage();
  issues = stage.bind(komodorIssue);
});
afterEach(() => stage.close());

const read = (selector: JsonObject = {}, kind = issues) => collect(select(kind, selector).read(signal));

/** What was asked of the list of issues: one of each question. */
function asked(kind = 'komodorIssue'): readonly { readonly cluster: string; readonly props: JsonObject }[] {
  return [...stage.takeQuestions(kind)].map((question) => {
    const [, , , body] = JSON.parse(question);
    return { cluster: body.scope.cluster, props: body.props, ...body.scope };
  });
}

function serviceOf({ value }: RawItem): unknown {
  const { _: derived } = value;
  return typeof derived === 'object' && derived !== null && 'service' in derived ? derived.service : undefined;
}

describe('issues', () => {
  it('are asked for by cluster, by type, and in windows of at most two days', async () => {
    await read();
    const questions = asked();
    expect(questions).toHaveLength(stage.world.clusters.length * ISSUE_TYPES.length * 4);
    for (const { props } of questions) {
      expect(Number(props.toEpoch) - Number(props.fromEpoch)).toBeLessThanOrEqual(2 * DAY);
    }
  });

  it.each([
    [{ days: 2 }, 3 * 5 * 1],
    [{ days: 3 }, 3 * 5 * 2],
    [{ clusters: ['staging'] }, 1 * 5 * 4],
    [{ clusters: ['staging'], types: ['pvc-issue'], days: 1 }, 1],
    [{ types: ['pvc-issue', 'node-issue'], statuses: 'open' }, 3 * 2 * 4],
  ])('are asked for as the selector says: %j', async (selector, count) => {
    const { complete } = await read(selector);
    expect(complete).toBe(true);
    const questions = asked();
    expect(questions).toHaveLength(count);
    if ('statuses' in selector) expect(questions.map(({ props }) => props.statuses)).toContainEqual(['open']);
  });

  it.each([
    [{ types: 'slow' }, 'types: must be one of availability'],
    [{ statuses: ['resolved'] }, 'statuses: must be one of open, closed'],
    [{ days: 8 }, 'days: must be a whole number from 1 to 7'],
    [{ keepDays: 0 }, 'keepDays: must be a whole number of days'],
    [{ daysx: 3 }, 'daysx: is no selector of komodorIssue (did you mean days?)'],
  ])('refuse %j', (selector, complaint) => {
    const selected = issues.select(selector);
    expect('complaints' in selected && selected.complaints.join()).toContain(complaint);
  });

  it('name the service where there surely is one, with its kind', async () => {
    const { items } = await read();
    const services = new Set(
      stage.world.services.map(({ kind, cluster, namespace, service: name }) =>
        JSON.stringify({ kind, cluster, namespace, name }),
      ),
    );
    const named = [...items.values()].filter((item) => serviceOf(item) !== null);
    expect(named.length).toBeGreaterThan(20);
    for (const item of named) {
      expect(services).toContain(JSON.stringify(serviceOf(item)));
      expect(['availability', 'failed-deploy']).toContain(item.value.type);
    }
    // Those that Komodor does not list any more.
    const retired = [...items.values()].filter(({ value }) => String(value.link).includes('-retired'));
    for (const item of retired) expect(serviceOf(item)).toBeNull();
  });

  it('name no service where several have the name', async () => {
    const twin = stage.world.services.find(({ kind }) => kind === 'Deployment');
    if (!twin) throw new Error('no Deployment');
    for (const service of [...stage.world.services]) {
      stage.world.services.push({ ...service, kind: service.kind === 'DaemonSet' ? 'Rollout' : 'DaemonSet' });
    }
    const { items } = await read();
    expect([...items.values()].filter((item) => serviceOf(item) !== null)).toEqual([]);
  });

  it('are incomplete, and none of them claims to have no service, where services cannot be read', async () => {
    stage.sandbox.faults.add('services-scoped -> 422');
    const { items, complete } = await read();
    expect(complete).toBe(false);
    expect(items.size).toBeGreaterThan(0);
    expect([...items.values()].filter(({ value }) => value.type === 'availability')).toEqual([]);
  });

  it.each([403, 404])('are read without services where these may not be read: %s', async (status) => {
    const whole = await read();
    stage.sandbox.faults.add(`services-scoped -> ${status}`);
    const { items, keys, complete } = await read();
    expect([complete, keys]).toEqual([true, whole.keys]);
    expect([...items.values()].filter((item) => serviceOf(item) !== null)).toEqual([]);
  });

  it('are read of all other clusters and types where one fails for ever', async () => {
    const whole = await read();
    stage.sandbox.faults.add('issues -> refuse-pair 422 availability staging');
    const { items, complete } = await read();
    expect(complete).toBe(false);
    const missing = [...whole.items].filter(([key]) => !items.has(key)).map(([, { value }]) => value);
    expect(missing.length).toBeGreaterThan(0);
    for (const row of missing) expect([row.type, derivedOf(row).cluster]).toEqual(['availability', 'staging']);
  });

  it('are given up where everything is refused', async () => {
    stage.sandbox.faults.add('issues -> 403');
    expect(await read()).toMatchObject({ keys: [], complete: false });
    expect(asked().length).toBeLessThan(30);
  });

  it('are incomplete where the clusters are not all known', async () => {
    stage.sandbox.faults.add('clusters -> more-but-empty');
    expect(await read()).toMatchObject({ complete: false });
  });

  it('do not come twice, nor as those of another cluster', async () => {
    stage.sandbox.faults.add('issues -> ignore-scope');
    const { items, complete } = await read();
    expect(complete).toBe(false);
    for (const { value } of items.values()) {
      const { cluster, about } = derivedOf(value);
      if (about !== undefined)
        expect(decodeURIComponent(String(value.link))).toContain(`.${cluster}-${about.namespace}.`);
    }
  });

  it.each([
    ['Node', '', 'node-issue'],
    ['PersistentVolumeClaim', 'shop', 'pvc-issue'],
    ['Job', 'shop', 'workflow-issue'],
    ['CronJob', 'shop', 'workflow-issue'],
    ['Deployment', 'shop', 'availability'],
    ['StatefulSet', 'shop', 'failed-deploy'],
  ])('of a %s are asked for when a live event names it', async (kind, namespace, type) => {
    const narrow = issues.narrow(subjectAt({ cluster: 'staging', namespace, kind, name: 'shop-api' }));
    if (!narrow) throw new Error('nothing is narrowed');
    expect(narrow.deletedWithSubject).toBe(false);
    const found = await collect(select(issues, {}).confirm(narrow.scope, signal));
    expect(found.complete).toBe(true);
    const questions = asked();
    expect(questions.map(({ props }) => props.type)).toContain(type);
    expect(new Set(questions.map(({ cluster }) => cluster))).toEqual(new Set(['staging']));
    expect(questions.length).toBeLessThanOrEqual(8);
    for (const item of found.items.values()) {
      const { about } = derivedOf(item.value);
      expect(narrow.holds(item)).toBe(
        about === undefined || (about.name === 'shop-api' && about.namespace === namespace),
      );
    }
  });

  it('have nothing for what no issue is about', () => {
    const subject = { cluster: 'staging', namespace: 'shop', kind: 'ConfigMap', name: 'settings' };
    expect(issues.narrow(subjectAt(subject))).toBeUndefined();
  });

  it('of types that the selector leaves out are not asked for by live events either', async () => {
    const narrow = issues.narrow(subjectAt({ cluster: 'staging', namespace: '', kind: 'Node', name: 'ip-10-0-0-1' }));
    if (!narrow) throw new Error('nothing is narrowed');
    const found = await collect(select(issues, { types: ['availability'] }).confirm(narrow.scope, signal));
    expect([found.keys, asked()]).toEqual([[], []]);
  });
});

describe('deploys', () => {
  it('are asked for by cluster and window, and tell their service', async () => {
    const { items } = await read({}, stage.bind(komodorDeploy));
    expect(asked('komodorDeploy')).toHaveLength(stage.world.clusters.length * 4);
    for (const item of items.values()) {
      const { kind, cluster, namespace, name } = Object(item.value.resource);
      expect(serviceOf(item)).toEqual({ kind, cluster, namespace, name });
    }
  });

  it('keep their identity from one read to the next, whatever else of them changes', async () => {
    const kind = stage.bind(komodorDeploy);
    const before = await read({}, kind);
    const running = [...before.items.values()].filter(({ value }) => value.endTime === undefined);
    expect(running.length).toBeGreaterThan(0);
    for (const { name: cluster } of stage.world.clusters) {
      const query = { cluster, namespaces: [], type: 'deploy', fromSeconds: 0, now: stage.world.now } as const;
      const events = stage.world.timeline.events({
        ...query,
        fromSeconds: stage.world.now - 7 * DAY,
        toSeconds: stage.world.now,
      });
      for (const { id } of events) stage.world.timeline.close(id, stage.world.now);
    }
    const after = await read({}, kind);
    expect(after.keys).toEqual(before.keys);
    expect([...after.items.values()].filter(({ value }) => value.endTime === undefined)).toEqual([]);
  });
});
