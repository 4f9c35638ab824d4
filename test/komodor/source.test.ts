import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { exactJson, parseExactly } from '../../src/core/exact-json.ts';
import { DEFINITIONS } from '../../src/komodor/kinds.ts';
import {
  collect,
  complaintsOf,
  fakeKomodor,
  KEY,
  kindOf,
  many,
  type Row,
  risk,
  service,
  sourceOf,
  type Twist,
} from './fake-komodor.ts';

const signal = new AbortController().signal;
const services = { kind: 'komodorService', selector: {} } as const;
const risks = { kind: 'komodorHealthMonitoring', selector: {} } as const;

function definitionOf(name: string) {
  const found = DEFINITIONS.find((definition) => definition.name === name);
  if (!found) throw new Error(`no kind ${name}`);
  return found;
}

async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  return error;
}

describe('when Komodor does not let us in', () => {
  it.each([
    [401, ['services/search']],
    // 403 is also the answer to what a user may not read: then the key itself is looked at.
    [403, ['services/search', 'apikey/validate']],
  ])('names the key and the host on a %i, and asks no more than it has to', async (status, asked) => {
    const server = await fakeKomodor({}, () => ({ status, json: { Status: 'Forbidden' } }));
    const error = await errorOf(collect(sourceOf(server.url).read(services, signal)));
    expect(error.code).toBe('komodor_auth');
    expect(error.message).toContain('KOMODOR_API_KEY');
    expect(error.message).toContain(new URL(server.url).host);
    expect(error.message).not.toContain(KEY);
    expect(server.seen.map(({ path }) => path.slice('/api/v2/'.length))).toEqual(asked);
  });

  it.each([
    ['is said to be right', { json: { valid: true } }, 0],
    ['was accepted before, and cannot be looked at', { status: 404, json: {} }, 1],
  ])('reads on where the key %s but its user may not read one thing', async (_how, validate, before) => {
    const server = await fakeKomodor({ services: [service(1)], risks: [risk(1)] }, (reply, { path }) => {
      if (path.endsWith('/apikey/validate')) return validate;
      return path.endsWith('/health/risks') ? { status: 403, json: { Status: 'Forbidden' } } : reply;
    });
    const source = sourceOf(server.url);
    if (before > 0) expect((await collect(source.read(services, signal))).verdict).toBe('complete');
    const { verdict, end } = await collect(source.read(risks, signal));
    expect(verdict).toBe('request_failed');
    expect(end).toMatchObject({
      detail: expect.stringContaining('403 (Forbidden) to GET /health/risks: Forbidden. The API key is right'),
    });
    expect(end).toMatchObject({ detail: expect.stringContaining('allows view:all for it') });
    expect((await collect(source.read(services, signal))).verdict).toBe('complete');
  });

  it.each([
    ['refused', { status: 403, json: { Status: 'Forbidden' } }],
    ['called invalid', { json: { valid: false } }],
  ])('says that the key is refused where it was accepted and is now %s', async (_how, validate) => {
    const server = await fakeKomodor({ services: [service(1)] }, (reply, { path }) => {
      if (path.endsWith('/apikey/validate')) return validate;
      return path.endsWith('/health/risks') ? { status: 403, json: {} } : reply;
    });
    const source = sourceOf(server.url);
    await collect(source.read(services, signal));
    expect((await errorOf(collect(source.read(risks, signal)))).code).toBe('komodor_auth');
  });

  it.each([services, risks])('says that nobody is at the address: $kind', async (query) => {
    const error = await errorOf(collect(sourceOf('http://127.0.0.1:1').read(query, signal)));
    expect(error.code).toBe('komodor_unreachable');
    expect(error.message).toContain('127.0.0.1:1');
  });

  it.each([services, risks])('says so too when the host takes calls but never speaks: $kind', async (query) => {
    const server = await fakeKomodor({}, () => ({ fault: 'hang' }));
    const error = await errorOf(collect(sourceOf(server.url, { timeoutMs: 30 }).read(query, signal)));
    expect(error.code).toBe('komodor_unreachable');
  });

  it('passes on that it was told to stop', async () => {
    const controller = new AbortController();
    const server = await fakeKomodor({ services: many(30, service) }, (reply) => {
      controller.abort(new DOMException('stop', 'AbortError'));
      return reply;
    });
    await expect(collect(sourceOf(server.url).read(services, controller.signal))).rejects.toThrow('stop');
  });
});

describe('an item', () => {
  it.each([
    ['by its address', service(1), '["Deployment","c1","n1","s1"]', 'Deployment/c1/n1/s1'],
    ['by its uid when the address has holes', { kind: 'Job', uid: 'u1' }, '{"uid":"u1"}', 'Job/?/?/?'],
    [
      'by its content when there is nothing else',
      { cluster: 7 },
      expect.stringMatching(/^{"hash":"\w{64}"}$/),
      '?/?/?/?',
    ],
  ])('of services is known %s', (_how, row: Row, key, label) => {
    expect(definitionOf('komodorService').toItem(row)).toEqual({ key, label, value: row });
  });

  it.each([
    ['by its id', risk(1), '["r1"]', 'HPAMax on Deployment|c1|n1|s1 (r1)'],
    ['by its place and type', { checkType: 'x', komodorUid: 'a|b|c|d' }, '["a|b|c|d","x"]', 'x on a|b|c|d (?)'],
    ['by its content when there is nothing else', {}, expect.stringMatching(/^{"hash":"\w{64}"}$/), '? on ? (?)'],
  ])('of risks is known %s', (_how, row: Row, key, label) => {
    expect(definitionOf('komodorHealthMonitoring').toItem(row)).toEqual({ key, label, value: row });
  });

  it('keeps its numbers as Komodor wrote them, on their whole way', async () => {
    const text = (rows: string) => ({ text: `{"data":{"services":[${rows}]},"meta":{}}` });
    const one = '{"kind":"Job","cluster":"c","namespace":"n","service":"s","labels":{"v":1.0,"n":9007199254740993}}';
    const server = await fakeKomodor({}, () => text(one));
    const { items } = await collect(sourceOf(server.url).read(services, signal));
    expect(items.map(({ value }) => exactJson(value))).toEqual([one]);
    const rows = ['{"id":9007199254740992}', '{"id":9007199254740993}'].map((row) => Object(parseExactly(row)));
    expect(rows.map((row) => definitionOf('komodorHealthMonitoring').toItem(row)?.key)).toEqual([
      '["9007199254740992"]',
      '["9007199254740993"]',
    ]);
  });

  it.each([null, undefined, 'text', 7, true, []])('is not %o', (row) => {
    expect(definitionOf('komodorService').toItem(row)).toBeUndefined();
  });
});

describe('checkSelector', () => {
  it.each([
    [{}, []],
    [{ clusters: 'a', namespaces: ['b', 'c'], kinds: [], status: null }, []],
    [{ clusters: 7 }, ['clusters: must be a string or a list of strings']],
    [
      { clusters: { a: 1 }, namespaces: [''] },
      ['clusters: must be a string or a list of strings', 'namespaces: must not be empty'],
    ],
    [
      { kinds: ['Deployment', 'Job'] },
      ['kinds.1: must be one of Deployment, DaemonSet, StatefulSet, Rollout, or a list of them'],
    ],
    [{ status: 'sick' }, ['status: must be one of healthy, unhealthy, unknown, or a list of them']],
  ])('services: %o', (selector, messages) => {
    expect(complaintsOf('komodorService', selector)).toEqual(messages);
  });
  it.each([
    [{ checkTypes: 'anythingAtAll', severity: ['high', 'low'], status: 'open', checkCategory: [] }, []],
    [{ severity: 'critical' }, ['severity: must be one of high, medium, low, or a list of them']],
    [{ impactGroupType: 'all' }, ['impactGroupType: must be one of static, dynamic, realtime, or a list of them']],
  ])('risks: %o', (selector, messages) => {
    expect(complaintsOf('komodorHealthMonitoring', selector)).toEqual(messages);
  });
});

describe('a place', () => {
  it('of a service is its namespace', () => {
    const { probe, scopeOf, placeOf } = kindOf('komodorService');
    const { item, place } = probe;
    expect(scopeOf(place)).toEqual(scopeOf(placeOf(item)));
    expect(scopeOf({ cluster: 'c' })).toBeUndefined();
    expect(item.value).toMatchObject({ cluster: place.cluster, namespace: place.namespace, service: place.name });
    expect(scopeOf(placeOf({ key: '', label: '', value: { cluster: 'c', namespace: 7 } }))).toBeUndefined();
  });
  it('of a risk is the uid, whole or in parts', () => {
    const { probe, scopeOf, placeOf } = kindOf('komodorHealthMonitoring');
    const { komodorUid, ...others } = probe.place;
    expect(scopeOf(probe.place)).toEqual(scopeOf(placeOf(probe.item)));
    expect(scopeOf(others)).toEqual({ komodorUid });
    expect(scopeOf({ kind: 'Node', cluster: 'c', namespace: '', name: 'n' })).toEqual({ komodorUid: 'Node|c||n' });
    expect(scopeOf({ kind: 'Node', cluster: 'c', name: 'n' })).toBeUndefined();
  });
  it('refuses to ask about a scope with a hole', () => {
    const source = sourceless();
    expect(() => source.confirm(services, { cluster: 'c' }, signal)).toThrow('namespace');
    expect(() => source.confirm(risks, {}, signal)).toThrow('komodorUid');
  });
});

describe('any world', () => {
  const count = fc.integer({ min: 0, max: 120 });
  const pageSize = fc.integer({ min: 1, max: 50 });

  it('is read once and completely, whatever the page size', async () => {
    await fc.assert(
      fc.asyncProperty(count, pageSize, async (size, perPage) => {
        const server = await fakeKomodor({ services: many(size, service), risks: many(size, risk) });
        const source = sourceOf(server.url, {
          pageSizes: { komodorService: perPage, komodorHealthMonitoring: perPage },
        });
        for (const query of [services, risks]) {
          const result = await collect(source.read(query, signal));
          expect(result.verdict).toBe('complete');
          expect(result.keys).toHaveLength(size);
          expect(new Set(result.keys).size).toBe(size);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is never called complete with items missing when pages come short, twice or not at all', async () => {
    const fault = fc.constantFrom('short', 'repeat', 'skip', 'refuse', 'garbage', 'no-list');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 120 }),
        fc.integer({ min: 5, max: 30 }),
        fault,
        fc.nat(6),
        async (size, perPage, name, at) => {
          const world = { services: many(size, service), risks: many(size, risk) };
          const server = await fakeKomodor(world, spoil(name, at + 1));
          const source = sourceOf(server.url, {
            pageSizes: { komodorService: perPage, komodorHealthMonitoring: perPage },
          });
          const result = await collect(source.read(risks, signal));
          if (result.verdict === 'complete') expect(new Set(result.keys).size).toBe(size);
          // A services listing carries no total: a page whose rows are short while its cursor goes on cannot be noticed here.
          if (name === 'short' || name === 'skip') return;
          const listed = await collect(source.read(services, signal));
          if (listed.verdict === 'complete') expect(new Set(listed.keys).size).toBe(size);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** A source for what needs no server. */
function sourceless() {
  return sourceOf('http://127.0.0.1:1');
}

/** From the page `at` on, or on it, the listing goes wrong in one way. */
function spoil(name: string, at: number): Twist {
  let before: unknown;
  return (reply, seen, call) => {
    const risksRoute = seen.path.endsWith('/risks');
    const honest = reply.json;
    if (call !== at) {
      before = honest;
      return reply;
    }
    switch (name) {
      case 'repeat':
        return { json: before ?? honest };
      case 'refuse':
        return { status: 422, json: {} };
      case 'garbage':
        return { json: 'garbage' };
      case 'no-list':
        return {
          json: risksRoute
            ? { ...asRow(honest), violations: null }
            : { data: { services: null }, meta: { token: null } },
        };
      case 'skip':
        return { json: { ...asRow(honest), violations: [] } };
      default:
        return { json: { ...asRow(honest), violations: rowsOf(honest).slice(1) } };
    }
  };
}

function asRow(value: unknown): Row {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function rowsOf(value: unknown): readonly unknown[] {
  const { violations } = asRow(value);
  return Array.isArray(violations) ? violations : [];
}
