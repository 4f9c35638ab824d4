import { describe, expect, it } from 'vitest';
import type { Code } from '../../src/core/errors.ts';
import type { RunReport, RunStatus } from '../../src/core/report.ts';
import type { RunOrder } from '../../src/core/run-queue.ts';
import { retryFailedResyncs } from '../../src/service/retry-failed-resyncs.ts';

const order: RunOrder = { mode: 'resync', trigger: 'start', kinds: [], approveDeletions: [] };

function reportOf(status: RunStatus, code?: Code): RunReport {
  return {
    runId: 'r',
    mode: 'resync',
    trigger: 'start',
    status,
    startedAt: '',
    finishedAt: '',
    durationMs: 0,
    kinds: [],
    blueprints: [],
    problems: code === undefined ? [] : [{ code, severity: 'error', message: '', count: 1, samples: [] }],
    requests: { komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 },
  };
}

/** Runs end as they are told; pauses are noted and over at once, unless they are to last. */
function stage({ everyMs = 3_600_000, lasting = false }: { everyMs?: number | null; lasting?: boolean } = {}) {
  const pauses: number[] = [];
  const asked: RunOrder[] = [];
  const stopped = new AbortController();
  let next: RunReport = reportOf('completed');
  let waiting = 0;
  const worker = retryFailedResyncs({
    run: async () => next,
    request: async (again) => asked.push(again),
    everyMs,
    log: () => undefined,
    signal: stopped.signal,
    async wait(ms, signal) {
      pauses.push(Math.round(ms / 1000));
      if (!lasting) return;
      waiting += 1;
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          waiting -= 1;
          reject(signal.reason);
        });
      });
    },
  });
  return {
    pauses,
    asked,
    stop: () => stopped.abort(),
    waiting: () => waiting,
    async run(report: RunReport, of: RunOrder = order) {
      next = report;
      await worker('r', of, stopped.signal, () => undefined);
      await new Promise(setImmediate);
    },
  };
}

describe('a failed run', () => {
  it.each(['komodor_unreachable', 'port_unreachable', 'port_failed'] as const)(
    'comes back with growing pauses while nobody is reached: %s',
    async (code) => {
      const { run, pauses, asked } = stage();
      await run(reportOf('completed'));
      for (let time = 0; time < 9; time += 1) await run(reportOf('failed', code));
      expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
      expect(asked).toEqual(Array.from({ length: 9 }, () => order));
      await run(reportOf('completed'));
      await run(reportOf('failed', code));
      expect(pauses.at(-1)).toBe(5);
    },
  );

  it('comes back for whatever reason, until one has not failed', async () => {
    const { run, pauses } = stage();
    for (let time = 0; time < 12; time += 1) await run(reportOf('failed', 'read_incomplete'));
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]);
    await run(reportOf('degraded'));
    await run(reportOf('failed', 'read_incomplete'));
    expect(pauses).toHaveLength(10);
  });

  it('comes back without a schedule too', async () => {
    const { run, pauses } = stage({ everyMs: null });
    for (let time = 0; time < 14; time += 1) await run(reportOf('failed', 'read_incomplete'));
    expect(pauses.slice(-3)).toEqual([3600, 3600, 3600]);
  });

  it.each([
    ['aborted', order],
    ['completed', order],
    ['degraded', order],
    ['blocked', order],
    ['failed', { ...order, mode: 'plan' }],
  ] as const)('is the only one that comes back: %s', async (status, of) => {
    const { run, pauses } = stage();
    await run(reportOf(status, 'port_unreachable'), of);
    expect(pauses).toEqual([]);
  });

  it('does not come back when another run was quicker, or the service stops', async () => {
    const { run, asked, stop, waiting } = stage({ lasting: true });
    await run(reportOf('failed', 'port_unreachable'));
    expect(waiting()).toBe(1);
    await run(reportOf('completed'));
    expect(waiting()).toBe(0);
    await run(reportOf('failed', 'port_unreachable'));
    stop();
    await new Promise(setImmediate);
    expect(waiting()).toBe(0);
    await run(reportOf('failed', 'port_unreachable'));
    expect(waiting()).toBe(0);
    expect(asked).toEqual([]);
  });
});
