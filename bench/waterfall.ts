import { drawBars, idleMs, longestChain, type Row, type Span } from './bars.ts';
import { resyncOnce } from './product.ts';
import { now } from './request-watch.ts';
import { type Setup, withStandIns } from './scenarios.ts';
import type { Seen } from './stand-in-calls.ts';
import { fixed, heading, print, whole } from './table.ts';

/** Every request of a first and of an unchanged run as a bar over time, from the start of the process to its end. */
export async function waterfall({ services, latencies, seed }: Setup) {
  const latencyMs = latencies.at(-1) ?? 0;
  return withStandIns({ services, seed, latencyMs }, async (standIns) => {
    const runs = [];
    await standIns.watched();
    for (const name of ['first run', 'unchanged']) {
      const from = now();
      const { entities, cpuSeconds } = await resyncOnce(standIns.environment);
      const seen = await standIns.watched();
      heading(`${name}: ${whole(entities)} entities, every answer takes ${latencyMs} ms, ${fixed(cpuSeconds)} CPU s`);
      draw(seen, { from, to: now() });
      runs.push({ name, from, seen });
    }
    print(
      '\n= and # are single requests, one after the other; a digit says how many are under way (a: 10, z: 35, +: more).',
    );
    return runs;
  });
}

function draw(seen: readonly Seen[], process: Span): void {
  const spans = seen.map((one) => ({ ...one, name: nameOf(one), to: one.to ?? process.to }));
  drawBars([...rowsBy(spans, ({ name }) => name), ...rowsBy(spans, ({ side }) => `${side}, all`)], process);
  const first = Math.min(...spans.map(({ from }) => from));
  const last = Math.max(...spans.map(({ to }) => to));
  const requests = { from: first, to: last };
  print(
    `first request after ${fixed((first - process.from) / 1000, 2)} s, last answer after ${fixed((last - process.from) / 1000, 2)} s, ` +
      `between them ${fixed(idleMs(spans, requests) / 1000, 2)} s without any request under way; ` +
      `${longestChain(spans)} requests one after the other`,
  );
}

function rowsBy<T extends Span>(spans: readonly T[], nameOf: (span: T) => string): readonly Row[] {
  return [...new Set(spans.map(nameOf))].map((name) => {
    const own = spans.filter((span) => nameOf(span) === name);
    return { name: `${String(own.length).padStart(5)} ${name}`, spans: own };
  });
}

const LONGEST_NAME = 62;

/** Where many requests go to one place, they share a name: what differs from item to item is left out. */
function nameOf({ side, method, path }: Seen): string {
  const parts = path.replace(/^\/(api\/)?v\d\//, '').split('/');
  const place = parts.map((part) => (/\d{4}|^[0-9a-f-]{16,}$/.test(part) ? '…' : part)).join('/');
  const name = `${side} ${method} ${place}`;
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME / 2)}…${name.slice(1 - LONGEST_NAME / 2)}`;
}
