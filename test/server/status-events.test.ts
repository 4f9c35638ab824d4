import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../src/answers/status.ts';
import { timelineEntry } from '../../src/core/timeline.ts';
import { createInlineTimeline } from '../../src/queue/inline-timeline.ts';
import type { ServerDependencies } from '../../src/server/dependencies.ts';
import { statusSchema } from '../../src/server/status-schemas.ts';
import { eventsIn, watch } from './event-reading.ts';
import { API_TOKEN, bearer, listening, startServer, until } from './support.ts';

const LIMITS = { lookEveryMs: 10 };

/** A server, and where its events are. */
async function open(changes: Partial<ServerDependencies> = {}) {
  const timeline = createInlineTimeline();
  const server = await startServer({ timeline, limits: LIMITS, ...changes });
  const { url, port } = await listening(server);
  let made = 0;
  const happens = async () => {
    made += 1;
    const entry = timelineEntry(
      { type: 'start', version: '1', role: 'all' },
      new Date(),
      `n${String(made).padStart(3, '0')}`,
    );
    await timeline.add(entry);
    return entry.id;
  };
  return { ...server, address: `${url}/v1/events`, port, happens };
}

/** A server whose status a test makes up: `n` and the size of its sentence. */
async function openWith(next: (n: number, real: StatusDocument) => Partial<StatusDocument>, limits = {}) {
  const real: StatusDocument = (await (await startServer()).app.inject({ url: '/v1/status', headers: bearer })).json();
  let asked = 0;
  const status = async () => {
    asked += 1;
    return { ...real, ...next(asked, real) };
  };
  return { ...(await open({ status, limits: { ...LIMITS, ...limits } })), asked: () => asked };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('GET /v1/events', () => {
  it('tells how things are at once, and again when a run begins, moves on and ends', async () => {
    const { address, queue, runs } = await open();
    const stream = await watch(address);
    expect(stream.answer.headers.get('content-type')).toBe('text/event-stream');
    await stream.read('"run":null');
    const { runId } = await queue.request({ mode: 'resync', trigger: 'http', kinds: [], approveDeletions: [] });
    await until(() => runs.length === 1);
    await stream.read(`"run":{"runId":"${runId}"`);
    runs[0]?.progress(7);
    await stream.read('"items":7');
    runs[0]?.finish();
    await stream.read('"status":"completed"');
    const told = eventsIn(stream.text(), 'status');
    for (const { data } of told) statusSchema.parse(data);
    stream.leave();
  });

  it('says nothing when only time goes by', async () => {
    const opened = await openWith((n, real) => ({
      sentence: `On time: last complete truth ${n} s ago, next in 48 min`,
      blueprints: [
        { blueprint: 'a', state: 'on_time', lastTruthAt: null, nextAt: null, stalled: false, reason: `${n} s ago` },
      ].map((one) => ({ ...one, ageMs: n, intervals: n, state: 'on_time' as const })),
      apis: { ...real.apis, komodor: { ...real.apis.komodor, rateLimitWaitMs: n } },
    }));
    const stream = await watch(opened.address);
    await stream.read('event: status');
    const before = opened.asked();
    await until(() => opened.asked() > before + 5);
    const last = await watch(opened.address);
    await last.read('event: status');
    expect(eventsIn(stream.text(), 'status')).toHaveLength(1);
    const [late] = eventsIn(last.text(), 'status');
    expect(statusSchema.parse(late?.data).blueprints[0]?.ageMs).toBeGreaterThan(before);
    stream.leave();
    last.leave();
  });

  it('tells each new entry of the timeline once, with its id', async () => {
    const { address, happens } = await open();
    await happens();
    await wait(5);
    const stream = await watch(address);
    await stream.read('event: status');
    const ids = [];
    for (let n = 0; n < 30; n += 1) ids.push(await happens());
    await stream.read(ids.at(-1));
    expect(eventsIn(stream.text(), 'timeline').map(({ id }) => id)).toEqual(ids);
    stream.leave();
  });

  it('tells a reader that was away what came meanwhile, and nothing twice', async () => {
    const { address, happens } = await open();
    const [old, ...missed] = [await happens(), await happens(), await happens()];
    const stream = await watch(address, { 'last-event-id': old ?? '' });
    await stream.read(missed.at(-1));
    const later = await happens();
    await stream.read(later);
    expect(eventsIn(stream.text(), 'timeline').map(({ id }) => id)).toEqual([...missed, later]);
    stream.leave();
  });

  it.each(['nonsense', '<script>', '9'.repeat(500)])('takes no notice of a last id that is none: %s', async (id) => {
    const { address, happens } = await open();
    await happens();
    await wait(5);
    const stream = await watch(address, { 'last-event-id': id });
    const later = await happens();
    await stream.read(later);
    expect(eventsIn(stream.text(), 'timeline').map(({ id: told }) => told)).toEqual([later]);
    stream.leave();
  });

  it('is computed once for all readers, and only while there is one', async () => {
    const opened = await openWith(() => ({}));
    expect(opened.asked()).toBe(0);
    const streams = await Promise.all(Array.from({ length: 30 }, () => watch(opened.address)));
    await Promise.all(streams.map((stream) => stream.read('event: status')));
    const from = opened.asked();
    await wait(200);
    expect(opened.asked() - from).toBeLessThanOrEqual(21);
    for (const stream of streams) stream.leave();
    await expect
      .poll(async () => {
        const before = opened.asked();
        await wait(60);
        return opened.asked() - before;
      })
      .toBe(0);
    const again = await watch(opened.address);
    await again.read('event: status');
    again.leave();
  });

  it('goes on when the status fails for a while, and logs it once', async () => {
    const opened = await openWith((n) => {
      if (n > 1 && n < 10) throw new Error('the queue is away');
      return { sentence: `state ${n}` };
    });
    const stream = await watch(opened.address);
    await stream.read('state 10');
    expect(opened.log().match(/the queue is away/g)?.length).toBeLessThanOrEqual(2);
    expect(opened.log()).toContain('cannot be told');
    stream.leave();
  });

  it('keeps a quiet connection alive', async () => {
    const opened = await openWith(() => ({}), { heartbeatMs: 20, connectionTimeoutMs: 200, timeoutCheckMs: 20 });
    const stream = await watch(opened.address);
    await stream.read(': heartbeat\n\n'.repeat(20));
    stream.leave();
  });

  it('has room again after readers have left', async () => {
    const { address } = await open({ limits: { ...LIMITS, streams: 2 } });
    const [first, second] = [await watch(address), await watch(address)];
    const { answer } = await watch(address);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '10']);
    first.leave();
    await expect
      .poll(async () => {
        const again = await watch(address);
        again.leave();
        return again.answer.status;
      })
      .toBe(200);
    second.leave();
  });

  it('does not keep the server from closing', async () => {
    const { address, app } = await open();
    const stream = await watch(address);
    await stream.read('event: status');
    await app.close();
    await stream.read();
  });
});

/** Asks for the events and reads nothing of them. */
function deafReader(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${API_TOKEN}\r\n\r\n`);
  return socket;
}

describe('a reader of the events that does not read', () => {
  it('is cut, and the others are not', async () => {
    const opened = await openWith((n) => ({ sentence: `${n} ${'x'.repeat(500_000)}` }), { slowReaderMs: 150 });
    const deaf = deafReader(opened.port);
    const reading = await watch(opened.address);
    const isCut = new Promise((resolve) => deaf.once('close', resolve));
    await reading.read('"sentence":"60 ');
    deaf.resume();
    await isCut;
    await reading.read('"sentence":"80 ');
    reading.leave();
  });

  it('costs no more memory the longer it does not read, nor do a hundred', async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    const usedMiB = () => {
      if (typeof collect === 'function') collect();
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 1_048_576;
    };
    const text = 'x'.repeat(200_000);
    const opened = await openWith((n) => ({ sentence: `${n} ${text}` }), { slowReaderMs: 60_000 });
    const deaf = Array.from({ length: 100 }, () => deafReader(opened.port));
    await expect.poll(() => opened.asked(), { timeout: 20_000 }).toBeGreaterThan(60);
    const early = usedMiB();
    const from = opened.asked();
    await expect.poll(() => opened.asked(), { timeout: 20_000 }).toBeGreaterThan(from + 100);
    // Piled up it would be 100 times 100 times 0.2 MiB, or 20 MiB if they shared the texts.
    expect(usedMiB() - early).toBeLessThan(8);
    for (const socket of deaf) socket.destroy();
  });
});
