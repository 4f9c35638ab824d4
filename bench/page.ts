import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePort } from '../test/queue/redis-server.ts';
import { type Setup, withStandIns } from './scenarios.ts';
import { fixed, heading, print, table, whole } from './table.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const BROWSER = fileURLToPath(new URL('./browser/measure-page.ts', import.meta.url));
const STREAMS = 100;
/** What Port's allowance says changes with each run, and so does the status. */
const RUNS_WITH_STREAMS = 10;

const browserSchema = z.object({
  usableMs: z.array(z.number()),
  framesPerSecond: z.number(),
  longestFrameMs: z.number(),
  mostRowsDrawn: z.number(),
});
const runsSchema = z.object({ runs: z.array(z.looseObject({ runId: z.string(), status: z.string() })) });

/** The operator's page over a run that created many entities, and what 100 open pages cost the service. */
export async function page({ services, seed }: Setup) {
  return withStandIns({ services, seed, latencyMs: 0 }, async ({ environment }) => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const service = spawn(process.execPath, [CLI, 'start'], {
      env: { PATH: process.env.PATH ?? '', ...environment, HTTP_HOST: '127.0.0.1', ...serviceSettings(address) },
      stdio: 'ignore',
      cwd: '/',
    });
    try {
      await ended(address, 1);
      const measured = await inBrowser(address);
      const streams = await withStreams(address, service);
      printPage(measured, streams);
      return { ...measured, streams };
    } finally {
      service.kill('SIGTERM');
      await once(service, 'exit');
    }
  });
}

export function serviceSettings(address: string) {
  return {
    HTTP_PORT: new URL(address).port,
    RESYNC_INTERVAL: 'off',
    EVENT_LISTENER_INTERVAL: '86400',
    LOG_LEVEL: 'error',
  };
}

/** Waits until so many runs have ended. */
export async function ended(address: string, count: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${address}/v1/runs`).catch(() => undefined);
    if (answer?.ok) {
      const { runs } = runsSchema.parse(await answer.json());
      if (runs.length >= count && runs.every(({ status }) => !['queued', 'running'].includes(status))) return;
    }
    await sleep(200);
  }
}

async function inBrowser(address: string): Promise<z.infer<typeof browserSchema>> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), BROWSER], {
    env: { ...process.env, ADDRESS: address },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return browserSchema.parse(JSON.parse(await text(child.stdout)));
}

/** The service's memory without streams, with many, and after they were told of many changes. */
async function withStreams(address: string, service: ChildProcess) {
  const before = residentMiB(service);
  const open = await Promise.all(Array.from({ length: STREAMS }, () => openStream(`${address}/v1/events`)));
  const atFirst = residentMiB(service);
  for (let run = 0; run < RUNS_WITH_STREAMS; run += 1) {
    await fetch(`${address}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    await ended(address, run + 2);
  }
  const atLast = residentMiB(service);
  const messages = open.map(({ messages: count }) => count());
  for (const { answer } of open) answer.destroy();
  return { before, atFirst, atLast, fewestMessages: Math.min(...messages) };
}

async function openStream(url: string) {
  const sent = request(url).end();
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  if (answer?.statusCode !== 200) throw new Error(`${url} answered ${answer?.statusCode}`);
  let messages = 0;
  answer.setEncoding('utf8').on('data', (piece: string) => {
    messages += piece.split('\nevent: ').length;
  });
  answer.on('error', () => undefined);
  return { answer, messages: () => messages };
}

/** Linux only: elsewhere there is no /proc. */
function residentMiB({ pid }: ChildProcess): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * 4096) / 1024 / 1024;
  } catch {
    return undefined;
  }
}

type Streams = Awaited<ReturnType<typeof withStreams>>;

function printPage(
  measured: z.infer<typeof browserSchema>,
  { before, atFirst, atLast, fewestMessages }: Streams,
): void {
  const usable = measured.usableMs.toSorted((a, b) => a - b);
  heading('The page over a run of many rows, in headless Chromium');
  table(
    ['', 'measured', 'bar'],
    [
      ['usable after, ms (middle of five, nothing cached)', whole(usable[Math.floor(usable.length / 2)]), '1,000'],
      ['frames a second while scrolling', fixed(measured.framesPerSecond), '50'],
      ['longest frame, ms', fixed(measured.longestFrameMs), ''],
      ['rows drawn at most', whole(measured.mostRowsDrawn), '200'],
      ['service without streams, MiB', whole(before), ''],
      [`with ${STREAMS} streams`, whole(atFirst), ''],
      [`after ${RUNS_WITH_STREAMS} runs (${fewestMessages} messages each)`, whole(atLast), ''],
    ],
  );
  print('A second by itself says more about the machine than about us; frames and rows do not.');
}
