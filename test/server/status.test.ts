import { describe, expect, it } from 'vitest';
import { type ApiState, describeStatus, type StatusSources } from '../../src/answers/status.ts';
import { timelineEntry } from '../../src/core/timeline.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { createInlineTimeline } from '../../src/queue/inline-timeline.ts';
import { statusSchema } from '../../src/server/status-schemas.ts';
import { timelineSchema } from '../../src/server/timeline-schemas.ts';
import { createFreshnessReader } from '../../src/service/freshness-reader.ts';
import { bearer, startServer, until } from './support.ts';

const HOUR = 3_600_000;
const AT = '2026-01-02T03:00:00.000Z';
const NOW = Date.parse('2026-01-02T03:12:00.000Z');
const QUIET: ApiState = {
  ...{ requests: 0, retries: 0, rateLimitWaitMs: 0, waitingUntil: undefined, waitingFor: undefined },
  ...{ lastSuccessAt: undefined, lastFailure: undefined, allowance: undefined },
};

function sources(more: Partial<StatusSources> = {}): StatusSources & { readonly queue: StatusSources['queue'] } {
  const queue = createInlineQueue();
  return {
    queue,
    freshness: createFreshnessReader({ queue, everyMs: HOUR, now: () => NOW }),
    traffic: () => ({ komodor: QUIET, port: QUIET }),
    mapping: async () => ({ digest: 'd', origin: 'mappings', since: AT }),
    intervalMs: HOUR,
    baseUrl: 'https://sync.example',
    service: { version: '1.2.3', startedAt: AT, role: 'all', integrationIdentifier: 'mine' },
    ...more,
  };
}

describe('GET /v1/status', () => {
  it('needs the token, and answers what the schema says', async () => {
    const { app, runs, queue } = await startServer();
    expect((await app.inject('/v1/status')).statusCode).toBe(401);
    const idle = await app.inject({ url: '/v1/status', headers: bearer });
    expect(statusSchema.parse(idle.json())).toMatchObject({ run: null, state: 'on_track', needsPerson: [] });
    const { runId } = await queue.request({ mode: 'resync', trigger: 'http', kinds: [], approveDeletions: [] });
    await until(() => runs.length === 1);
    runs[0]?.progress(7);
    const busy = await app.inject({ url: '/v1/status', headers: bearer });
    expect(statusSchema.parse(busy.json())).toMatchObject({
      sentence: expect.stringContaining('a resync is running'),
      run: { runId, trigger: 'http', progress: [{ kind: 'komodorService', items: 7 }], waits: [] },
    });
    runs[0]?.finish();
  });
});

describe('GET /v1/timeline', () => {
  it('needs the token, goes on page by page, and takes types', async () => {
    const timeline = createInlineTimeline();
    const { app } = await startServer({ timeline });
    expect((await app.inject('/v1/timeline')).statusCode).toBe(401);
    const now = Date.now();
    for (let i = 0; i < 5; i += 1) {
      const type = i % 2 === 0 ? 'start' : 'stop';
      await timeline.add(timelineEntry({ type, version: '1', role: 'all' }, new Date(now + i), 'x'));
    }
    const get = async (query: string) => app.inject({ url: `/v1/timeline?${query}`, headers: bearer });
    const first = timelineSchema.parse((await get('limit=3')).json());
    expect(first.entries.map(({ type }) => type)).toEqual(['start', 'stop', 'start']);
    const second = timelineSchema.parse((await get(`limit=3&before=${first.before}`)).json());
    expect(second.entries.map(({ type }) => type)).toEqual(['stop', 'start']);
    expect(second.before).toBeNull();
    expect(timelineSchema.parse((await get('type=stop,run')).json()).entries).toHaveLength(2);
  });

  it('takes statuses, and whether to leave out what changed nothing', async () => {
    const timeline = createInlineTimeline();
    const { app } = await startServer({ timeline });
    const counts = { created: 0, updated: 0, deleted: 0, failed: 0, heldBack: 0, stale: 0, waitMs: 0, durationMs: 1 };
    const run = { type: 'run', trigger: 'schedule', mapping: null, ...counts } as const;
    await timeline.add(timelineEntry({ ...run, runId: 'quiet', status: 'completed' }, new Date(), 'a'));
    await timeline.add(timelineEntry({ ...run, runId: 'busy', status: 'completed', updated: 1 }, new Date(), 'b'));
    await timeline.add(timelineEntry({ ...run, runId: 'broken', status: 'failed' }, new Date(), 'c'));
    await timeline.add(timelineEntry({ type: 'start', version: '1', role: 'all' }, new Date(), 'd'));
    const named = async (query: string) => {
      const answer = await app.inject({ url: `/v1/timeline?${query}`, headers: bearer });
      return timelineSchema
        .parse(answer.json())
        .entries.map((one) => ('runId' in one ? one.runId : one.type))
        .sort();
    };
    expect(await named('status=failed')).toEqual(['broken']);
    expect(await named('status=completed,failed')).toEqual(['broken', 'busy', 'quiet']);
    expect(await named('changed=true')).toEqual(['broken', 'busy', 'start']);
    expect(await named('changed=false')).toHaveLength(4);
    expect(await named('changed=true&status=completed&type=run')).toEqual(['busy']);
  });

  it.each([
    'status=x',
    'status=',
    'changed=yes',
    'before=x',
    'type=stops',
    'limit=0',
    'limit=201',
    'limit=many',
    'since=1',
  ])('refuses %s', async (query) => {
    const { app } = await startServer();
    const answer = await app.inject({ url: `/v1/timeline?${query}`, headers: bearer });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request']);
  });
});

describe('the status', () => {
  it('says what a person has to do, with the command and the call', async () => {
    const queue = createInlineQueue();
    const heldBack = { reason: 'threshold', count: 12, digest: '0123456789abcdef', sample: ['a', 'b'] } as const;
    await queue.changeTruths(() => [
      {
        ...{ blueprint: 'service', since: AT, truthAt: AT, broughtUpAt: AT },
        last: { type: 'truth', runId: 'r1', at: AT, heldBack },
      },
      {
        ...{ blueprint: 'risk', since: AT, truthAt: null, broughtUpAt: null },
        last: {
          type: 'missed',
          runId: 'r1',
          at: AT,
          reason: 'Port has no blueprint risk; create it',
          needsPerson: true,
          mostlyTrue: false,
        },
      },
    ]);
    const freshness = createFreshnessReader({ queue, everyMs: HOUR, now: () => NOW });
    const status = await describeStatus(sources({ queue, freshness }));
    expect(statusSchema.parse(status)).toEqual(status);
    expect(status.state).toBe('action_required');
    expect(status.needsPerson).toEqual([
      { type: 'repair', blueprints: ['risk'], since: AT, runId: 'r1', text: 'Port has no blueprint risk; create it' },
      {
        type: 'approve_deletions',
        ...{ blueprint: 'service', ...heldBack, since: AT, runId: 'r1' },
        text: expect.stringContaining('12 entities of service'),
        command: 'komodor-port resync --approve-deletions 0123456789abcdef',
        curl: `curl -X POST https://sync.example/v1/runs -H "Authorization: Bearer $API_TOKEN" -H 'Content-Type: application/json' -d '{"approveDeletions":"0123456789abcdef"}'`,
      },
    ]);
  });

  it.each<[string, Partial<ApiState>]>([
    ['unknown', {}],
    ['ok', { lastSuccessAt: NOW, lastFailure: { at: NOW - 1, what: 'HTTP 500' } }],
    ['failing', { lastSuccessAt: NOW - 1, lastFailure: { at: NOW, what: 'timeout' } }],
    ['failing', { lastFailure: { at: NOW, what: 'HTTP 401' } }],
    ['waiting', { lastSuccessAt: NOW, waitingUntil: NOW + 1000 }],
  ])('calls an API %s', async (state, api) => {
    const komodor = { ...QUIET, ...api, allowance: { remaining: 9, limit: undefined, resetAt: NOW } };
    const { apis } = await describeStatus(sources({ traffic: () => ({ komodor, port: QUIET }) }));
    expect(apis).toMatchObject({
      komodor: { state, allowance: { remaining: 9, limit: null } },
      port: { allowance: null },
    });
  });

  it('answers while the queue cannot be reached, from what was known', async () => {
    const queue = createInlineQueue();
    await queue.changeTruths(() => [{ blueprint: 'service', since: AT, truthAt: AT, broughtUpAt: AT, last: null }]);
    const away = () => Promise.reject(new Error('away'));
    const gone = { isGone: false };
    const shaky = {
      ...queue,
      truths: () => (gone.isGone ? away() : queue.truths()),
      list: (limit: number) => (gone.isGone ? away() : queue.list(limit)),
      counts: away,
      nextScheduledAt: async () => null,
    };
    const freshness = createFreshnessReader({ queue: shaky, everyMs: HOUR, now: () => NOW + 4 * HOUR });
    await freshness();
    gone.isGone = true;
    const status = await describeStatus(sources({ queue: shaky, freshness }));
    expect(statusSchema.parse(status)).toMatchObject({
      ...{ run: null, queue: { counts: null }, stalled: { blueprints: ['service'] } },
      sentence: expect.stringMatching(/^Stalled: .*queue cannot be reached/),
    });
  });
});
