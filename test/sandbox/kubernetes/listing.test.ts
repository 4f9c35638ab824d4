import { describe, expect, it } from 'vitest';
import { object, openKubernetes } from './caller.ts';

const pods = Array.from({ length: 7 }, (_, at) =>
  object('v1', 'Pod', `${at < 4 ? 'shop' : 'mail'}/p${at}`, {
    labels: { app: at % 2 === 0 ? 'even' : 'odd' },
    spec: { nodeName: `node-${at % 3}`, containers: [] },
    status: { phase: at === 0 ? 'Pending' : 'Running' },
  }),
);
const names = (list: { items: readonly { metadata: { name: string } }[] }) =>
  list.items.map((one) => one.metadata.name);

describe('a listing', () => {
  it('is sorted by namespace and name, and its items do not say what they are', async () => {
    const api = await openKubernetes({ objects: pods });
    const list = await api.list('/api/v1/pods');
    expect(names(list)).toEqual(['p4', 'p5', 'p6', 'p0', 'p1', 'p2', 'p3']);
    expect(list.items[0]).not.toHaveProperty('kind');
    expect(list).toMatchObject({ kind: 'PodList', apiVersion: 'v1' });
    expect(names(await api.list('/api/v1/namespaces/shop/pods'))).toEqual(['p0', 'p1', 'p2', 'p3']);
  });

  it('of custom resources has items that say what they are', async () => {
    const api = await openKubernetes({ objects: [object('getport.io/v1', 'Entity', 'shop/a', { spec: {} })] });
    const list = await api.list('/apis/getport.io/v1/entities');
    expect(list.items[0]).toMatchObject({ apiVersion: 'getport.io/v1', kind: 'Entity' });
    expect(list.metadata.continue).toBe('');
  });

  it('comes page by page as it was at the first, whatever changes meanwhile', async () => {
    const api = await openKubernetes({ objects: pods });
    const first = await api.list('/api/v1/pods?limit=3');
    expect(first.metadata.remainingItemCount).toBe(4);
    api.standIn.put(object('v1', 'Pod', 'shop/p0a'));
    api.standIn.remove(object('v1', 'Pod', 'shop/p3'));
    const second = await api.list(`/api/v1/pods?limit=3&continue=${first.metadata.continue}`);
    const third = await api.list(`/api/v1/pods?limit=3&continue=${second.metadata.continue}`);
    expect([first, second, third].flatMap(names)).toEqual(['p4', 'p5', 'p6', 'p0', 'p1', 'p2', 'p3']);
    expect(new Set([first, second, third].map((page) => page.metadata.resourceVersion)).size).toBe(1);
    expect(third.metadata.continue).toBeUndefined();
    expect(names(await api.list('/api/v1/namespaces/shop/pods'))).toEqual(['p0', 'p0a', 'p1', 'p2']);
  });

  it('ends with 410 after a compaction, and names a place to go on from with what there is', async () => {
    const api = await openKubernetes({ objects: pods });
    const first = await api.list('/api/v1/pods?limit=3');
    api.standIn.remove(object('v1', 'Pod', 'shop/p3'));
    api.standIn.compact();
    const { status, body } = await api.call({ path: `/api/v1/pods?limit=3&continue=${first.metadata.continue}` });
    expect(status).toBe(410);
    expect(body).toMatchObject({ reason: 'Expired', code: 410, metadata: { continue: expect.any(String) } });
    const { metadata } = JSON.parse(JSON.stringify(body));
    expect(names(await api.list(`/api/v1/pods?continue=${metadata.continue}`))).toEqual(['p0', 'p1', 'p2']);
  });

  it.each([
    ['labelSelector=app=even', ['p4', 'p6', 'p0', 'p2']],
    ['labelSelector=app%20in%20(odd,x)', ['p5', 'p1', 'p3']],
    ['labelSelector=app%20notin%20(odd)', ['p4', 'p6', 'p0', 'p2']],
    ['labelSelector=app!=odd', ['p4', 'p6', 'p0', 'p2']],
    ['labelSelector=!app', []],
    ['labelSelector=app,app!=even', ['p5', 'p1', 'p3']],
    ['fieldSelector=metadata.name=p1', ['p1']],
    ['fieldSelector=metadata.namespace!=shop', ['p4', 'p5', 'p6']],
    ['fieldSelector=spec.nodeName=node-1,status.phase=Running', ['p4', 'p1']],
    ['fieldSelector=status.phase=Pending', ['p0']],
    ['resourceVersion=0&limit=2', ['p4', 'p5', 'p6', 'p0', 'p1', 'p2', 'p3']],
    ['what=ever', ['p4', 'p5', 'p6', 'p0', 'p1', 'p2', 'p3']],
  ])('with %s', async (query, expected) => {
    const api = await openKubernetes({ objects: pods });
    expect(names(await api.list(`/api/v1/pods?${query}`))).toEqual(expected);
  });

  it('is compressed when it is large, for who accepts that', async () => {
    const objects = Array.from({ length: 100 }, (_, at) =>
      object('v1', 'ConfigMap', `shop/c${at}`, { data: { text: 'x'.repeat(2_000) } }),
    );
    const { standIn } = await openKubernetes({ objects });
    const answer = await fetch(`${standIn.baseUrl}/api/v1/configmaps`, {
      headers: { authorization: `Bearer ${standIn.token}` },
    });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.json()).toMatchObject({ items: { length: 100 } });
    const small = await fetch(`${standIn.baseUrl}/api/v1/configmaps?limit=1`, {
      headers: { authorization: `Bearer ${standIn.token}` },
    });
    expect(small.headers.get('content-encoding')).toBeNull();
  });

  it('with a selector does not say how much is left', async () => {
    const api = await openKubernetes({ objects: pods });
    const { metadata } = await api.list('/api/v1/pods?limit=1&labelSelector=app=even');
    expect(metadata.continue).toEqual(expect.any(String));
    expect(metadata).not.toHaveProperty('remainingItemCount');
  });
});
