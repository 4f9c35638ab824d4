import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { readKomodorEvent } from '../../src/server/komodor-webhook.ts';
import { hook, startServer, until } from './support.ts';

/** As documented in 2023: rendered from a template, with its padding, zero times and lists as text. */
const OLDER = {
  cluster: ' production',
  namespace: 'default',
  serviceName: 'komodor.production-default.brain-consumer-pg',
  resourceName: 'brain-consumer-pg',
  status: 'open',
  startTime: '0001-01-01 00:00:00 +0000 UTC',
  closeTime: '<no value>',
  monitorType: 'availability',
  issueURL: 'https://app.komodor.com/main/deep-dive/komodor.production-default.brain-consumer-pg?eventId=1486f269',
  issueDetails: '[Terminating ContainersNotReady]',
};

/** As observed in 2026. */
const NEWER = {
  cluster: 'production',
  namespace: 'default',
  resourceKind: 'StatefulSet',
  resourceName: 'db',
  serviceName: 'komodor.production-default.db',
  status: 'close',
  monitorType: 'availability',
  conditions: null,
  issueDetails: ['ContainersNotReady'],
  issueURL: 'https://app.komodor.com/x?eventId=1',
  startTime: '2026-01-02T03:04:05Z',
  closeTime: '2026-01-02T03:05:05Z',
  details: { labels: { app: 'db' }, annotations: {} },
};

const workload = (cluster: string, namespace: string, kind: string, name: string, began?: string) => ({
  type: 'subject',
  key: `${cluster}|${namespace}|${kind.toLowerCase()}|${name}`,
  subject: { system: 'komodor', place: { cluster, namespace, kind, name, ...(began !== undefined && { began }) } },
});
const AT = '1767323045';

describe('the address in a webhook of Komodor', () => {
  it.each([
    ['the older shape', OLDER, workload('production', 'default', '', 'brain-consumer-pg')],
    ['the newer shape', NEWER, workload('production', 'default', 'StatefulSet', 'db', AT)],
    [
      'a missing name, from the service name',
      { ...OLDER, resourceName: '<no value>' },
      workload('production', 'default', '', 'brain-consumer-pg'),
    ],
    [
      'a missing cluster',
      { ...NEWER, cluster: null, serviceName: 'acme.eu-1-default.db' },
      workload('eu-1', 'default', 'StatefulSet', 'db', AT),
    ],
    [
      'a missing namespace',
      { ...NEWER, namespace: ' ', serviceName: 'acme.production-team-a.db' },
      workload('production', 'team-a', 'StatefulSet', 'db', AT),
    ],
    [
      'names with dots and dashes',
      { cluster: 'a.b-c', namespace: 'd-e', serviceName: 'acme.a.b-c-d-e.f.g' },
      workload('a.b-c', 'd-e', '', 'f.g', ''),
    ],
    [
      'a node, which is in no namespace',
      { cluster: 'c', resourceName: 'ip-10-0-0-1', monitorType: 'node' },
      workload('c', '', 'Node', 'ip-10-0-0-1', ''),
    ],
    [
      'a node with the namespace of something else',
      { cluster: 'c', namespace: 'default', resourceKind: 'node', resourceName: 'ip-10-0-0-1', status: 'open' },
      workload('c', '', 'Node', 'ip-10-0-0-1'),
    ],
    [
      'a workflow',
      { cluster: 'c', namespace: 'n', resourceName: 'nightly', monitorType: 'workflow', status: 'open' },
      workload('c', 'n', 'Workflow', 'nightly'),
    ],
    [
      'kinds in other spellings',
      { cluster: 'c', namespace: 'n', resourceKind: 'PVC', resourceName: 'data', status: 'open' },
      workload('c', 'n', 'PersistentVolumeClaim', 'data'),
    ],
    [
      'an issue that has closed, whose start is printed by Go',
      { ...OLDER, status: 'close', startTime: '2026-01-02 03:04:05.6 +0000 UTC' },
      workload('production', 'default', '', 'brain-consumer-pg', AT),
    ],
    [
      'an issue that has closed, whose start is not told',
      { ...OLDER, status: 'close' },
      workload('production', 'default', '', 'brain-consumer-pg', ''),
    ],
    [
      'a cron job',
      { cluster: 'c', namespace: 'n', resourceName: 'nightly', monitorType: 'cronJob' },
      workload('c', 'n', 'CronJob', 'nightly', ''),
    ],
  ])('is read from %s', (_name, body, expected) => {
    expect(readKomodorEvent(body)).toEqual(expected);
  });

  it.each([
    ['a test', { type: 'Test!', cluster: 'c', namespace: 'n', resourceName: 'r' }, 'a test'],
    ['an empty object', {}, 'it names no workload: cluster, namespace, resourceName missing'],
    [
      'a service name alone',
      { serviceName: 'acme.a-b.c' },
      'it names no workload: cluster, namespace, resourceName missing',
    ],
    [
      'a service name of another place',
      { cluster: 'c', namespace: 'n', serviceName: 'acme.x-y.z' },
      'it names no workload: resourceName missing',
    ],
    ['numbers for names', { cluster: 1, namespace: 'n', resourceName: 'r' }, 'it names no workload: cluster missing'],
    ['an endless name', { cluster: 'c', namespace: 'n', resourceName: 'r'.repeat(254) }, 'a name in it is too long'],
    ['a list', [OLDER], 'the body is no object'],
    ['text', 'Test!', 'the body is no object'],
    ['null', null, 'the body is no object'],
  ])('is not found in %s', (_name, body, reason) => {
    expect(readKomodorEvent(body)).toEqual({ type: 'ignored', reason });
  });

  it('gives one key to one workload and different keys to different ones', () => {
    const keyOf = (body: unknown) => {
      const event = readKomodorEvent(body);
      return event.type === 'subject' ? event.key : undefined;
    };
    expect(keyOf({ ...NEWER, resourceKind: 'statefulset', cluster: 'production\n' })).toBe(keyOf(NEWER));
    expect(keyOf({ ...NEWER, cluster: 'Production' })).not.toBe(keyOf(NEWER));
    const split = { namespace: 'n', resourceKind: 'k' };
    expect(keyOf({ ...split, cluster: 'a|n', resourceName: 'r' })).not.toBe(
      keyOf({ ...split, cluster: 'a', resourceName: 'n|r' }),
    );
  });

  it('is looked for in anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(['subject', 'ignored']).toContain(readKomodorEvent(body).type);
      }),
    );
  });
});

describe('POST /webhooks/komodor', () => {
  const send = (payload: object | string) =>
    ({ method: 'POST', url: '/webhooks/komodor', headers: hook, payload }) as const;

  it('queues both shapes by their address alone, whatever content type they claim', async () => {
    const { app, liveEvents } = await startServer();
    expect((await app.inject(send(OLDER))).json()).toEqual({ status: 'accepted' });
    const headers = { ...hook, 'content-type': 'text/plain' };
    expect((await app.inject({ ...send(JSON.stringify(NEWER)), headers })).statusCode).toBe(202);
    await until(() => liveEvents.length === 2);
    for (const event of liveEvents) expect(Object.keys(event).sort()).toEqual(['key', 'receivedAt', 'subject']);
    expect(liveEvents.map((event) => event.subject.place.name).sort()).toEqual(['brain-consumer-pg', 'db']);
  });

  it('answers a test and what names no workload with 202, and queues nothing', async () => {
    const { app, liveEvents, log } = await startServer();
    for (const payload of [{ type: 'Test!' }, { hello: 'world' }]) {
      const answer = await app.inject(send(payload));
      expect([answer.statusCode, answer.json().status]).toEqual([202, 'ignored']);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(liveEvents).toHaveLength(0);
    expect(log()).toContain('it names no workload');
  });

  it.each([
    ['no JSON', '{"cluster":', 400, 'malformed_json'],
    ['a list', [OLDER], 400, 'invalid_request'],
    ['nothing', '', 400, 'invalid_request'],
    ['more than 1 MiB', { ...OLDER, issueDetails: 'x'.repeat(1_048_576) }, 413, 'body_too_large'],
    ['very deep JSON', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, 400, 'invalid_request'],
  ])('refuses %s', async (_name, payload, status, code) => {
    const { app, liveEvents } = await startServer();
    const answer = await app.inject(send(payload));
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(liveEvents).toHaveLength(0);
  });

  it('answers 503 with Retry-After when too many wait', async () => {
    const queue = createInlineQueue({ liveLimit: 2, liveQuietMs: 60_000 });
    onTestFinished(() => queue.close());
    const { app } = await startServer({ queue });
    const answers = [];
    for (const resourceName of ['a', 'b', 'a', 'c']) answers.push(await app.inject(send({ ...NEWER, resourceName })));
    expect(answers.map((answer) => answer.statusCode)).toEqual([202, 202, 202, 503]);
    expect(answers[3]?.json().code).toBe('queue_unavailable');
    expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('POST /webhooks/resync', () => {
  it('asks for a run that begins after it', async () => {
    const { app, runs } = await startServer();
    const request = { method: 'POST', url: '/webhooks/resync', headers: hook } as const;
    const first = (await app.inject({ ...request, payload: { kinds: ['komodorService'] } })).json();
    const second = (await app.inject(request)).json();
    expect(second.runId).not.toBe(first.runId);
    expect(runs[0]?.order).toEqual({
      mode: 'resync',
      trigger: 'webhook',
      kinds: ['komodorService'],
      approveDeletions: [],
    });
    expect((await app.inject({ ...request, payload: { kinds: ['x'] } })).json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ in: 'body', path: '/kinds/0' }],
    });
  });
});
