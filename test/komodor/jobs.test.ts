import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/model.ts';
import { subjectAt } from '../../src/komodor/subject.ts';
import { collect, fakeKomodor, kindOf, many, sourceOf } from './fake-komodor.ts';

const signal = new AbortController().signal;
const job = (i: number, kind: string) => ({ kind, cluster: 'c1', namespace: 'n1', name: `j${i}`, status: 'failed' });

async function read(rows: readonly JsonObject[], selector: JsonObject) {
  const server = await fakeKomodor({}, () => ({ json: { data: { jobs: rows }, meta: { page: 0, nextPage: null } } }));
  const result = await collect(sourceOf(server.url).read({ kind: 'komodorJob', selector }, signal));
  return { ...result, kind: kindOf('komodorJob'), bodies: server.seen.map(({ bodyText }) => JSON.parse(bodyText)) };
}

describe('jobs', () => {
  it('are asked for by cluster and status, and by lists of the rest', async () => {
    const selector = { clusters: 'c1', namespaces: 'n1', types: 'cronjob', statuses: ['failed', 'running'] };
    const { bodies } = await read([job(1, 'CronJob')], selector);
    expect(bodies).toEqual(
      ['failed', 'running'].map((status) => ({
        scope: { cluster: 'c1', namespaces: ['n1'] },
        types: ['cronjob'],
        status,
        pagination: { pageSize: 500 },
      })),
    );
  });

  it.each(['Job', 'job'])('are of the type that was asked for, however Komodor spells it: %s', async (spelled) => {
    const rows = many(3, (i) => job(i, spelled));
    expect((await read(rows, { types: 'job' })).verdict).toBe('complete');
    expect((await read(rows, { types: 'cronjob' })).verdict).toBe('not_advancing');
  });

  it('are found by live events of jobs and cronjobs, and of nothing else', async () => {
    const { kind, items } = await read([job(1, 'Job'), job(2, 'Job'), job(1, 'CronJob')], {});
    const about = (name: string, kindName: string) =>
      kind.narrow(subjectAt({ cluster: 'c1', namespace: 'n1', kind: kindName, name }));
    const narrow = about('j1', 'Job');
    expect(items.map((item) => narrow?.holds(item))).toEqual([true, false, false]);
    expect(narrow).toMatchObject({ confirmWith: { types: ['job'] }, deletedWithSubject: true });
    expect(about('j1', 'job')?.identifiedBy).toEqual(narrow?.identifiedBy);
    for (const other of ['Deployment', 'Node', '']) expect(about('j1', other)).toBeUndefined();
  });
});
