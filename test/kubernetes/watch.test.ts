import { describe, expect, it } from 'vitest';
import { until } from '../service/caller.ts';
import { pod, watchPods } from './watch-stage.ts';

/** A watch that has begun, and has told of one pod. */
async function begun(options: Parameters<typeof watchPods>[0] = {}) {
  const stage = await watchPods(options);
  await until(() => stage.server.watchers === 1);
  stage.server.put(pod('first'));
  await until(() => stage.told.length === 2);
  return stage;
}

describe('a watch', () => {
  it('tells what is created, changed and gone from when it began, and lists one object for that', async () => {
    const { server, told, states, lists } = await watchPods({ objects: [pod('old'), pod('older')] });
    await until(() => server.watchers === 1);
    server.put(pod('new'));
    server.put(pod('old', { spec: { changed: true } }));
    server.remove(pod('older'));
    await until(() => told.length === 4);
    expect(told).toEqual(['begin', 'changed payments/new', 'changed payments/old', 'gone payments/older']);
    expect(states).toEqual(['starting', 'watching']);
    expect([lists(), server.log.find(({ route }) => route === 'list-pods')?.query]).toEqual([1, 'limit=1']);
  });

  it('sees only its namespace', async () => {
    const { server, told } = await begun({ namespace: 'payments' });
    server.put(pod('x', {}, 'elsewhere'));
    server.put(pod('y'));
    await until(() => told.length === 3);
    expect(told.at(-1)).toBe('changed payments/y');
  });

  it('goes on where it was when the server ends it, without a list and without a word', async () => {
    const { server, told, states, lists } = await begun();
    for (const name of ['a', 'b', 'c']) {
      server.endWatches();
      server.put(pod(name));
      await until(() => told.includes(`changed payments/${name}`));
    }
    expect(told).toHaveLength(5);
    expect([states, lists()]).toEqual([['starting', 'watching'], 1]);
  });

  it('goes on from a bookmark, so that what is too old by then does no harm', async () => {
    const { server, told, lists } = await begun({ bookmarkMs: 20 });
    server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    server.compact();
    await until(() => server.watchers === 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    server.endWatches();
    server.put(pod('a'));
    await until(() => told.includes('changed payments/a'));
    expect([told.includes('lost'), lists()]).toEqual([false, 1]);
  });

  it.each([
    ['cut in a line', 'watch-pods from 2 -> cut-line 2 once'],
    ['broken in a line', 'watch-pods from 2 -> cut-line 2 break once'],
    ['broken at once', 'watch-pods call 2 -> reset once'],
    ['answered with 500', 'watch-pods call 2 -> 500 twice'],
    ['answered with 429', 'watch-pods call 2 -> 429 retry-after 1 once'],
    ['answered with a web page', 'watch-pods call 2 -> garbage 502 once'],
  ])('tells everything, once and in order, when it is %s', async (_, fault) => {
    const { server, told, lists } = await begun();
    server.faults.add(fault);
    server.endWatches();
    for (const name of ['a', 'b', 'c']) server.put(pod(name));
    await until(() => told.length >= 5);
    expect(told.slice(2)).toEqual(['changed payments/a', 'changed payments/b', 'changed payments/c']);
    expect(lists()).toBe(1);
  });

  it('begins anew when the server has forgotten, and says so once', async () => {
    const { server, told, lists } = await begun();
    server.faults.add('watch-pods call 2 -> reset once');
    server.endWatches();
    server.put(pod('unseen'));
    server.compact();
    await until(() => told.includes('lost') && server.watchers === 1);
    server.put(pod('seen'));
    await until(() => told.includes('changed payments/seen'));
    expect(told).toEqual(['begin', 'changed payments/first', 'lost', 'changed payments/seen']);
    expect(lists()).toBe(2);
  });

  it('says once which right it lacks, and watches as soon as it has it', async () => {
    const { server, told, states } = await watchPods({ rights: [] });
    await until(() => states.length === 2);
    expect(states[1]).toContain('may not list pods');
    expect(states[1]).toContain('- {apiGroups: [""], resources: [pods], verbs: [get, list, watch]}');
    const rule = (verbs: readonly string[]) => [{ apiGroups: [''], resources: ['pods'], verbs }];
    server.setRights(rule(['list']));
    await until(() => states.length === 3);
    expect(states[2]).toContain('may not watch pods');
    server.setRights(rule(['list', 'watch']));
    await until(() => server.watchers === 1);
    server.put(pod('a'));
    await until(() => told.length === 2);
    expect(states.slice(3)).toEqual(['watching']);
    expect(told).toEqual(['begin', 'changed payments/a']);
  });

  it('says what the cluster has when it has no such resource', async () => {
    const { states } = await watchPods({ kind: 'v1/podz' });
    await until(() => states.length === 2);
    expect(states[1]).toMatch(/^waiting: .*pods/);
  });

  it('says that it waits when the server stays away, and when it is back', async () => {
    const { server, states, told } = await begun();
    server.faults.add('watch-pods from 2 -> 500 x3');
    server.endWatches();
    await until(() => states.at(-1) === 'watching' && states.length > 2);
    expect(states.slice(2).map((state) => state.split(':')[0])).toEqual(['waiting', 'watching']);
    server.put(pod('a'));
    await until(() => told.length === 3);
    expect(told).not.toContain('lost');
  });

  it('ends when it is told to', async () => {
    const { server, end, watching } = await begun();
    end();
    await watching;
    await until(() => server.watchers === 0);
  });
});
