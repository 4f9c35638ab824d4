import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type KubernetesCaller, object, openKubernetes, type WatchEvent } from './caller.ts';

const pod = (name: string, app = 'a') => object('v1', 'Pod', `shop/${name}`, { labels: { app } });
const told = ({ type, object: { metadata } }: WatchEvent) => `${type} ${metadata.name ?? ''}`.trim();

async function take(watch: { next(): Promise<WatchEvent> }, count: number): Promise<string[]> {
  const events: string[] = [];
  for (let at = 0; at < count; at += 1) events.push(told(await watch.next()));
  return events;
}

async function openSlowKubernetes() {
  const api = await openKubernetes({ latencyMs: 200 });
  return { standIn: api.standIn, call: () => api.call({ path: '/readyz' }) };
}

async function versionOf(api: KubernetesCaller): Promise<string> {
  return (await api.list('/api/v1/pods')).metadata.resourceVersion;
}

describe('a watch', () => {
  it('goes on from a version, with objects that say what they are', async () => {
    const api = await openKubernetes({ objects: [pod('one')] });
    const version = await versionOf(api);
    api.standIn.put(pod('two'));
    const watch = await api.watch(`/api/v1/pods?watch=1&resourceVersion=${version}`);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'two' } } });
    api.standIn.put(pod('one'));
    api.standIn.remove(pod('two'));
    expect(await take(watch, 2)).toEqual(['MODIFIED one', 'DELETED two']);
    expect(api.standIn.watchers).toBe(1);
    api.standIn.endWatches();
    await expect(watch.next()).rejects.toThrow('has ended');
  });

  it('without a version begins with what is there', async () => {
    const api = await openKubernetes({ objects: [pod('one'), pod('two')] });
    const watch = await api.watch('/api/v1/namespaces/shop/pods?watch=true&timeoutSeconds=1&allowWatchBookmarks=true');
    expect(await take(watch, 3)).toEqual(['ADDED one', 'ADDED two', 'BOOKMARK']);
    await expect(watch.next()).rejects.toThrow('has ended');
  });

  it('as a streaming list says when everything was told', async () => {
    const api = await openKubernetes({ objects: [pod('one')] });
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await api.watch(`/api/v1/pods?${query}`);
    expect(told(await watch.next())).toBe('ADDED one');
    const bookmark = await watch.next();
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'Pod', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    expect(bookmark.object.metadata.resourceVersion).toBe(await versionOf(api));
    api.standIn.put(pod('two'));
    expect(await take(watch, 1)).toEqual(['ADDED two']);
    watch.close();
  });

  it('refuses streaming lists where the server has none', async () => {
    const api = await openKubernetes({ features: { streamingLists: false } });
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const { status, body } = await api.call({ path: `/api/v1/pods?${query}` });
    expect(status).toBe(422);
    expect(body).toMatchObject({ message: expect.stringContaining('unless the WatchList feature gate is enabled') });
  });

  it('tells who selects of objects that come into sight and go out of it', async () => {
    const api = await openKubernetes({ objects: [pod('one', 'a'), pod('two', 'b')] });
    const watch = await api.watch(`/api/v1/pods?watch=1&labelSelector=app=a&resourceVersion=${await versionOf(api)}`);
    api.standIn.put(pod('one', 'b'));
    api.standIn.put(pod('two', 'a'));
    api.standIn.put(pod('two', 'a'));
    api.standIn.remove(pod('two'));
    expect(await take(watch, 4)).toEqual(['DELETED one', 'ADDED two', 'MODIFIED two', 'DELETED two']);
    watch.close();
  });

  it('tells every watcher of every change, in order', async () => {
    const api = await openKubernetes({ objects: [pod('one')] });
    const version = await versionOf(api);
    const query = `watch=1&resourceVersion=${version}`;
    const watches = await Promise.all(Array.from({ length: 5 }, () => api.watch(`/api/v1/pods?${query}`)));
    const versions: (string | undefined)[] = [];
    for (let at = 0; at < 2_000; at += 1) {
      versions.push(api.standIn.put(pod(`p${at % 50}`)).metadata.resourceVersion);
      // Some come in bursts, some one by one.
      if (at % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const watch of watches) {
      const seen: (string | undefined)[] = [];
      for (let at = 0; at < versions.length; at += 1) seen.push((await watch.next()).object.metadata.resourceVersion);
      expect(seen).toEqual(versions);
      watch.close();
    }
  });

  it('is not begun for who has gone before', async () => {
    const { standIn, call } = await openSlowKubernetes();
    const hasty = request(new URL('/api/v1/pods?watch=1', standIn.baseUrl), {
      headers: { authorization: `Bearer ${standIn.token}` },
    });
    hasty.on('error', () => {});
    hasty.end();
    await new Promise((resolve) =>
      hasty.on('socket', (socket) => socket.once('connect', () => setTimeout(resolve, 10))),
    );
    hasty.destroy();
    // What comes later is answered later.
    await call();
    expect(standIn.log.map(({ route }) => route)).toEqual(['watch-pods', 'server']);
    expect(standIn.watchers).toBe(0);
  });

  it('from a version that is forgotten begins with an error', async () => {
    const api = await openKubernetes({ objects: [pod('one')] });
    const version = await versionOf(api);
    const open = await api.watch(`/api/v1/pods?watch=1&resourceVersion=${version}`);
    api.standIn.compact();
    const late = await api.watch(`/api/v1/pods?watch=1&resourceVersion=${version}`);
    expect(await late.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    await expect(late.next()).rejects.toThrow('has ended');
    api.standIn.put(pod('two'));
    expect(await take(open, 1)).toEqual(['ADDED two']);
    open.close();
  });

  it('has bookmarks now and then, and an end', async () => {
    const api = await openKubernetes({ bookmarkMs: 20, watchMaxMs: 300 });
    const version = await versionOf(api);
    const watch = await api.watch(`/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=${version}`);
    expect(await take(watch, 2)).toEqual(['BOOKMARK', 'BOOKMARK']);
    const { text, isBroken } = await api.lines(`/api/v1/pods?watch=1&resourceVersion=${version}`);
    expect({ text, isBroken }).toEqual({ text: '', isBroken: false });
  });

  it.each([
    ['cut-line 2', false],
    ['cut-line 2 break', true],
    ['cut-after 150', false],
    ['cut-after 150 break', true],
  ])('can end in the middle of a line: %s', async (fault, isBroken) => {
    const api = await openKubernetes({ objects: [pod('one'), pod('two')], faults: [`watch-pods -> ${fault} once`] });
    const cut = await api.lines('/api/v1/pods?watch=1&timeoutSeconds=30');
    expect(cut.isBroken).toBe(isBroken);
    expect(() => JSON.parse(cut.text.split('\n').at(-1) ?? '')).toThrow('JSON');
  });

  it('can end with an error in between', async () => {
    const api = await openKubernetes({ objects: [pod('one'), pod('two')], faults: ['watch-pods -> gone-after 1'] });
    const watch = await api.watch('/api/v1/pods?watch=1');
    expect(await take(watch, 1)).toEqual(['ADDED one']);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    await expect(watch.next()).rejects.toThrow('has ended');
  });

  it('can be silent, and slow', async () => {
    const api = await openKubernetes({
      objects: [pod('one'), pod('two')],
      faults: ['watch-pods call 1 -> silent', 'watch-pods call 2 -> slow-stream 10'],
    });
    expect(await api.lines('/api/v1/pods?watch=1&timeoutSeconds=1')).toEqual({ text: '', isBroken: false });
    const watch = await api.watch('/api/v1/pods?watch=1');
    expect(await take(watch, 2)).toEqual(['ADDED one', 'ADDED two']);
    watch.close();
  });
});
