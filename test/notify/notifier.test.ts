import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Stall } from '../../src/core/freshness.ts';
import { redactor } from '../../src/core/redact.ts';
import type { BlueprintReport, RunReport } from '../../src/core/report.ts';
import { createNotifier, type NotifierOptions } from '../../src/notify/notifier.ts';
import { startChat } from './chat.ts';

const QUIET: BlueprintReport = {
  ...{ blueprint: 'komodorService', status: 'completed', created: 0, updated: 0, unchanged: 400, failed: 0 },
  ...{ deleted: 0, stale: 0, deletionBlocked: null },
} as const;

function report(status: RunReport['status'], more: Partial<RunReport> = {}): RunReport {
  return {
    ...{ runId: 'run-1', mode: 'resync', trigger: 'schedule', status, startedAt: '2026-11-27T08:00:00.000Z' },
    ...{ finishedAt: '2026-11-27T08:01:00.000Z', durationMs: 60_000, kinds: [], blueprints: [QUIET], problems: [] },
    requests: { komodor: 1, port: 1, retries: 0, rateLimitWaitMs: 0 },
    ...more,
  };
}

function blocked(digest: string, sample: readonly string[] = ['a', 'b'], blueprint = 'komodorService'): RunReport {
  const deletionBlocked = { reason: 'threshold', count: 120, digest, sample } as const;
  return report('blocked', { blueprints: [{ ...QUIET, blueprint, status: 'blocked', stale: 120, deletionBlocked }] });
}

function failed(message = 'Komodor answered 500'): RunReport {
  const problem = { code: 'read_incomplete', severity: 'error', message, count: 1, samples: [] } as const;
  return report('failed', { problems: [problem] });
}

const STALL: Stall = { since: '2026-11-27T02:00:00.000Z', blueprints: ['komodorService'], reason: 'Nobody runs it' };

/** Notifiers of as many replicas as there are, which share what was told. */
function replicas(urls: readonly string[], options: Partial<NotifierOptions> = {}, count = 1) {
  let told: string | null = null;
  const lines: string[] = [];
  let stalled: Stall | null = null;
  const notifiers = Array.from({ length: count }, () =>
    createNotifier({
      urls,
      secret: undefined,
      publicUrl: 'https://port.example.com',
      integration: 'my-komodor-integration',
      redact: redactor(['canary-secret']),
      userAgent: 'komodor-port/1',
      env: {},
      log: (_level, message) => lines.push(message),
      firstWaitMs: 20,
      exchange: async (key) => {
        const before = told;
        told = key;
        return before;
      },
      freshness: async () => ({ stalled, actions: [] }),
      ...options,
    }),
  );
  onTestFinished(async () => {
    await Promise.all(notifiers.map((each) => each.close(0)));
  });
  return { notifiers, lines, setStall: (next: Stall | null) => (stalled = next) };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !condition(); await sleep(5)) if (Date.now() > end) throw new Error('too late');
}

/** What a chat was told, when nothing more comes. */
async function events(chat: Awaited<ReturnType<typeof startChat>>, count: number) {
  await until(() => chat.posted.length >= count);
  await sleep(50);
  return chat.posted.map(({ body }) => body);
}

describe('notifications', () => {
  it('tell each change of the status once, not each run', async () => {
    const chat = await startChat();
    const { notifiers } = replicas([chat.url]);
    const [notifier] = notifiers;
    const runs = [
      { run: report('completed'), told: 0 },
      ...[blocked('d1'), blocked('d2')].map((run) => ({ run, told: 1 })),
      ...[failed(), failed()].map((run) => ({ run, told: 2 })),
      { run: report('completed'), told: 3 },
    ];
    for (const { run, told } of runs) {
      await notifier?.runEnded(run, true);
      // Delivered before the next one, or it would rightly be replaced.
      await until(() => chat.posted.length >= told);
    }
    expect(await events(chat, 3)).toMatchObject([
      { event: 'blocked', previous: 'ok' },
      { event: 'failed', previous: 'blocked' },
      { event: 'recovered', previous: 'failed' },
    ]);
  });

  it('say everything that is needed to act', async () => {
    const chat = await startChat();
    await replicas([chat.url]).notifiers[0]?.runEnded(blocked('0123456789abcdef'), true);
    const approve = 'komodor-port resync --approve-deletions 0123456789abcdef';
    const link = 'https://port.example.com/v1/runs/run-1';
    const [body] = await events(chat, 1);
    expect(body).toMatchObject({
      ...{ integration: 'my-komodor-integration', runId: 'run-1', link },
      blocked: [{ blueprint: 'komodorService', reason: 'threshold', count: 120, sample: ['a', 'b'], approve }],
    });
    for (const part of ['`komodorService`: 120 not deleted (threshold): `a`, `b`, …', approve, link])
      expect(body).toMatchObject({ text: expect.stringContaining(part) });
  });

  const SILENT: readonly [string, RunReport, boolean][] = [
    ['a plan', report('failed', { mode: 'plan' }), true],
    ['a run that was stopped', report('aborted'), true],
    ['a first run that went well', report('completed'), true],
    ['a run of one kind that went well', report('completed'), false],
  ];
  it.each(SILENT)('do not tell of %s', async (_name, run, isWhole) => {
    const chat = await startChat();
    await replicas([chat.url]).notifiers[0]?.runEnded(run, isWhole);
    expect(await events(chat, 0)).toEqual([]);
  });

  it('do not take a run of one kind for the recovery of all', async () => {
    const chat = await startChat();
    const [notifier] = replicas([chat.url]).notifiers;
    await notifier?.runEnded(failed(), true);
    await notifier?.runEnded(report('completed'), false);
    expect(await events(chat, 1)).toMatchObject([{ event: 'failed' }]);
  });

  it('tell of a second blueprint that is held back', async () => {
    const chat = await startChat();
    const [notifier] = replicas([chat.url]).notifiers;
    await notifier?.runEnded(blocked('d1'), true);
    await until(() => chat.posted.length === 1);
    await notifier?.runEnded(blocked('d3', [], 'komodorHealthMonitoring'), true);
    expect(await events(chat, 2)).toMatchObject([{ event: 'blocked' }, { event: 'blocked' }]);
  });

  it('are sent by one replica only, also of a catalog that nobody brings up to date', async () => {
    const chat = await startChat();
    const { notifiers, setStall } = replicas([chat.url], {}, 3);
    setStall(STALL);
    await Promise.all(notifiers.map((each) => each.judged({ stalled: STALL, actions: [] })));
    await Promise.all(notifiers.map((each) => each.judged({ stalled: STALL, actions: [] })));
    // A failed run of a stalled catalog is no news.
    await notifiers[1]?.runEnded(failed(), true);
    expect(await events(chat, 1)).toMatchObject([
      { event: 'stalled', stall: STALL, text: expect.stringContaining(STALL.since) },
    ]);
    setStall(null);
    await notifiers[2]?.runEnded(report('completed'), true);
    expect(await events(chat, 2)).toMatchObject([{ event: 'stalled' }, { event: 'recovered', previous: 'stalled' }]);
  });

  it('tell of deletions that are held back while the catalog stalls, and not by turns', async () => {
    const chat = await startChat();
    const heldBack = { reason: 'threshold', count: 120, digest: 'd1', sample: ['a'] } as const;
    const action = {
      type: 'approve_deletions',
      blueprint: 'komodorService',
      heldBack,
      runId: 'run-1',
      at: '',
    } as const;
    const freshness = { stalled: STALL, actions: [action] };
    const [notifier] = replicas([chat.url], { freshness: async () => freshness }).notifiers;
    await notifier?.judged({ stalled: STALL, actions: [] });
    await until(() => chat.posted.length === 1);
    for (let hour = 0; hour < 3; hour += 1) {
      await notifier?.runEnded(blocked('d1'), true);
      await notifier?.judged(freshness);
    }
    const held = [{ blueprint: 'komodorService', digest: 'd1' }];
    expect(await events(chat, 2)).toMatchObject([
      { event: 'stalled', blocked: [] },
      { event: 'stalled', blocked: held },
    ]);
  });

  it('go on from what this process has told while the shared memory is away', async () => {
    const chat = await startChat();
    const exchange = async () => Promise.reject(new Error('Redis is away'));
    const [notifier] = replicas([chat.url], { exchange }).notifiers;
    for (const run of [failed(), failed()]) await notifier?.runEnded(run, true);
    await until(() => chat.posted.length === 1);
    await notifier?.runEnded(report('completed'), true);
    expect(await events(chat, 2)).toMatchObject([{ event: 'failed' }, { event: 'recovered' }]);
  });

  it('are signed over the bytes that are sent', async () => {
    const chat = await startChat();
    await replicas([chat.url], { secret: 'shared-with-the-receiver' }).notifiers[0]?.runEnded(failed('naïve ✓'), true);
    await until(() => chat.posted.length === 1);
    const { text, signature } = chat.posted[0] ?? { text: '', signature: '' };
    expect(signature).toBe(`sha256=${createHmac('sha256', 'shared-with-the-receiver').update(text).digest('hex')}`);
  });
});

describe('a receiver', () => {
  it('that fails is tried again, and gets only the newest', async () => {
    const chat = await startChat((call) => (call <= 6 ? 503 : 200));
    const [notifier] = replicas([chat.url], { firstWaitMs: 200 }).notifiers;
    await notifier?.runEnded(failed(), true);
    await until(() => chat.posted.length >= 3);
    await notifier?.runEnded(blocked('d1'), true);
    await notifier?.runEnded(report('degraded'), true);
    await until(() => chat.posted.length >= 7);
    expect((await events(chat, 7)).at(-1)).toMatchObject({ event: 'degraded' });
    expect(chat.posted.some(({ text }) => text.includes('"event":"blocked"'))).toBe(false);
  }, 60_000);

  it.each([301, 400, 403, 404, 410])('that refuses with %i is not asked again', async (status) => {
    const chat = await startChat(() => status);
    const { notifiers, lines } = replicas([chat.url]);
    await notifiers[0]?.runEnded(failed(), true);
    expect(await events(chat, 1)).toHaveLength(1);
    expect(lines).toEqual([expect.stringContaining(`status ${status}. It is not sent again: is NOTIFY_URL right?`)]);
    expect(lines.join()).not.toMatch(/canary/);
  });

  it.each(['hang', 'dead'] as const)('that is %s keeps nobody waiting, not even the end', async (how) => {
    const chat = await startChat(() => 'hang');
    const url = how === 'dead' ? 'http://127.0.0.1:9/services/canary-path-4711' : chat.url;
    const other = await startChat();
    const { notifiers, lines } = replicas([url, other.url]);
    await notifiers[0]?.runEnded(failed(), true);
    expect(await events(other, 1)).toMatchObject([{ event: 'failed' }]);
    await notifiers[0]?.close(10);
    expect(lines.join()).not.toMatch(/canary/);
  });

  it('gets the parameters of its address as they are', async () => {
    const chat = await startChat();
    await replicas([`${chat.url}&a=1&a=2`]).notifiers[0]?.runEnded(failed(), true);
    await until(() => chat.posted.length === 1);
    expect(chat.posted[0]?.path).toBe('/services/T0/B0/canary-path-4711?key=canary-key-4711&a=1&a=2');
  });
});
