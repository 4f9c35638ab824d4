import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import type { RequestRecord } from '../../src/sandbox/http.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { type Harness, it } from '../resync/harness.ts';
import { changeFirst, removeServices } from '../resync/world-steps.ts';
import { until } from '../service/caller.ts';
import { type ServiceProcess, startProcess } from '../service/service-process.ts';
import { atEachRequest, expectNothingLost, expectRecovery, filled, SMALL_PAGES } from './stage.ts';

const SMALL = { services: 40, env: SMALL_PAGES };

const folder = mkdtempSync(join(tmpdir(), 'crash-'));
const children: ServiceProcess[] = [];
afterAll(async () => {
  await Promise.all(children.map((child) => child.kill()));
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `resync` as users do, and does something at one of its requests to either side. */
async function processWith(
  harness: Harness,
  isTime: (seen: number, route: string) => boolean,
  act: (child: ServiceProcess) => void,
): Promise<ServiceProcess> {
  const child = await startProcess('resync', folder, { ...harness.env, ...SMALL_PAGES, LOG_LEVEL: 'silent' });
  children.push(child);
  let seen = 0;
  let isDone = false;
  const count = ({ route }: RequestRecord) => {
    seen += 1;
    if (isDone || !isTime(seen, route)) return;
    isDone = true;
    act(child);
  };
  atEachRequest(harness.komodor, count);
  atEachRequest(harness.port, count);
  return child;
}

describe.concurrent('a process', () => {
  it('backstage-crash-between-steps: killed at any request, again and again, it leaves nothing that the next run cannot put right', async ({
    start,
  }) => {
    const harness = await filled(start, SMALL);
    const random = createRandom(11, 'kills', 0);
    let kills = 0;
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      changeWorld(harness.world, attempt);
      const at = random.int(4, 8 + attempt * 5);
      const child = await processWith(
        harness,
        (seen) => seen === at,
        ({ pid }) => process.kill(pid, 'SIGKILL'),
      );
      const { code, signal } = await child.ended();
      if (signal === 'SIGKILL') kills += 1;
      else expect([0, 2], `${at}: ${child.output()}`).toContain(code);
      expectNothingLost(harness);
    }
    expect(kills).toBeGreaterThan(1);
    await expectRecovery(harness);
  });

  it('stopped-by-its-pod: told to end in the middle of a run, it says so, deletes nothing more and harms nothing', async ({
    start,
  }) => {
    const harness = await filled(start, SMALL);
    removeServices(harness.world, 2);
    const child = await processWith(
      harness,
      (seen) => seen === 8,
      ({ pid }) => process.kill(pid, 'SIGTERM'),
    );
    expect(await child.ended()).toMatchObject({ code: 143 });
    expect(harness.store.deletions).toEqual([]);
    await expectRecovery(harness);
  });

  it('split-brain: one that was frozen in the middle of a run and goes on after another one’s run does no harm', async ({
    start,
  }) => {
    const harness = await filled(start, SMALL);
    const [back] = removeServices(harness.world, 2);
    let isFrozen = false;
    const child = await processWith(
      harness,
      (_, route) => route === 'risks',
      ({ pid }) => {
        process.kill(pid, 'SIGSTOP');
        isFrozen = true;
      },
    );
    await until(() => isFrozen);
    // By now the frozen one has read that it is gone.
    if (back) harness.world.services.push({ ...back, status: 'unknown' });
    changeFirst(harness.world, { labels: { while: 'frozen' } });
    expect((await harness.run()).status).toBe('completed');
    harness.expectTruth();
    process.kill(child.pid, 'SIGCONT');
    const { code } = await child.ended();
    expect([0, 2]).toContain(code);
    expectNothingLost(harness);
    await expectRecovery(harness);
  });

  it('two-instances-race: two runs at once that know nothing of each other end at the truth and delete nothing that is there', async ({
    start,
  }) => {
    const harness = await filled(start, SMALL);
    const env = { ...harness.env, ...SMALL_PAGES };
    const other = await createApplication(loadSettings(env, { dotenvPath: '/dev/null' }), env);
    for (const step of [1, 2, 3]) {
      changeWorld(harness.world, step);
      const { signal } = new AbortController();
      const both = await Promise.all([harness.run(), other.run({ mode: 'resync', trigger: 'cli' }, signal)]);
      for (const { status } of both) expect(['completed', 'degraded']).toContain(status);
      expectNothingLost(harness);
      harness.expectTruth();
    }
    other.close();
  });

  it('jupiterone-abort-without-finalize: a run that is called off before its end has deleted nothing', async ({
    start,
  }) => {
    const harness = await filled(start, SMALL);
    removeServices(harness.world, 3);
    const calls = harness.komodor.log.length;
    await harness.run('plan');
    const reads = harness.komodor.log.length - calls;
    for (const left of [1, Math.ceil(reads / 2), reads - 1]) {
      const stopping = new AbortController();
      let seen = 0;
      const stop = atEachRequest(harness.komodor, () => {
        seen += 1;
        if (seen === left) stopping.abort(new DOMException('enough', 'AbortError'));
      });
      const report = await harness.run('resync', { signal: stopping.signal });
      stop();
      expect(report.status).toBe('aborted');
      expect(harness.store.deletions).toEqual([]);
    }
    await expectRecovery(harness);
  });
});
