import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { z } from 'zod';
import { loadSettings } from '../../src/config/settings.ts';
import { startService } from '../../src/service/service.ts';
import { answerQuestions } from './messages.ts';

/** The service of the soak, and a look at its own process. */

const questionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), env: z.record(z.string(), z.string()), minuteMs: z.number() }),
  z.object({ type: z.literal('sample'), leakBytes: z.number() }),
  z.object({ type: z.literal('stop') }),
]);

const IDLE_WITHIN_MS = 60_000;
const lag = monitorEventLoopDelay({ resolution: 10 });
const leaked: Buffer[][] = [];
let service: Awaited<ReturnType<typeof startService>> | undefined;

answerQuestions(async (question) => {
  const asked = questionSchema.parse(question);
  switch (asked.type) {
    case 'start':
      return start(asked.env, asked.minuteMs);
    case 'sample':
      return sample(asked.leakBytes);
    case 'stop':
      await service?.stop();
      return {};
  }
});

async function start(env: { readonly [name: string]: string }, minuteMs: number) {
  const settings = loadSettings(env, { dotenvPath: '/dev/null' });
  // Shorter than any setting may be: a minute of the soak is over in far less.
  const faster = { ...settings, resyncIntervalMs: minuteMs, eventListenerIntervalMs: minuteMs };
  service = await startService(faster, env);
  lag.enable();
  return { url: `http://127.0.0.1:${service.httpPort}` };
}

async function sample(leakBytes: number) {
  // Many small objects, as something that is never forgotten would be.
  if (leakBytes > 0)
    leaked.push(Array.from({ length: Math.ceil(leakBytes / 1024) }, () => Buffer.from('x'.repeat(1024))));
  await idle();
  const lagMs = lag.max / 1e6;
  global.gc?.();
  await sleep(0);
  global.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo();
  const sockets = handles.filter((name) => name.startsWith('TCPSocket')).length;
  // The collections above were ours.
  lag.reset();
  return { heap: heapUsed + external - compiledCode(), resident: rss, handles: handles.length, sockets, lagMs };
}

/** What the optimizer has made of the program so far: it takes hours to make up its mind, and the program is not endless. */
function compiledCode(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => space_name.startsWith('code_'));
  return spaces.reduce((bytes, { space_used_size }) => bytes + space_used_size, 0);
}

/** Waits until no run and no live event is under way: what they hold is no leak. */
async function idle(): Promise<void> {
  const deadline = Date.now() + IDLE_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${service?.httpPort}/metrics`);
    const depths = [...(await answer.text()).matchAll(/^komodor_port_queue_depth\{.*\} (\d+)$/gm)].map(([, n]) => n);
    if (depths.length > 0 && depths.every((depth) => depth === '0')) return;
    await sleep(5);
  }
  throw new Error('The service is never idle: a minute of the soak is too short for a run');
}
