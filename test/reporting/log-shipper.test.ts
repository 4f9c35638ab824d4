import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { createLogShipper, type LogShipperOptions } from '../../src/port/reporting/log-shipper.ts';
import type { PortSandbox } from '../../src/sandbox/port/server.ts';
import { API_KEY, CLIENT_SECRET, SECRETS, type Setup, setUp } from './setup.ts';

const record = z.looseObject({
  message: z.string(),
  level: z.string(),
  timestamp: z.string(),
  extra: z.looseObject({}),
});
const body = z.object({ logs: z.array(record) });

function batches(port: PortSandbox) {
  return port.store.ingested.filter(({ path }) => path.startsWith('/logs/')).map((sent) => body.parse(sent.body).logs);
}
function messages(port: PortSandbox): readonly string[] {
  return batches(port).flatMap((batch) => batch.map(({ message }) => message));
}

function shipper({ ingest, integrationReader, log, clock }: Setup, options: Partial<LogShipperOptions> = {}) {
  const own = createLogShipper({ ingest, integrationReader, log, clock, secrets: SECRETS, ...options });
  onTestFinished(() => own.stop());
  // The real logger's lines; unlike the product's, it takes nothing out beforehand.
  const logger = pino({ level: 'trace', base: null }, { write: (line: string) => own.tap(line) });
  return { own, logger };
}

describe('the log in Port', () => {
  it('has our lines in the shape of its own integrations', async () => {
    const setup = await setUp();
    const { own, logger } = shipper(setup);
    const before = Date.now();
    logger.debug('one');
    logger.info({ runId: 'run-1', kind: 'komodorService', phase: 'extract', count: 3 }, 'two');
    logger.warn('three');
    logger.error({ err: new TypeError('it broke') }, 'four');
    logger.fatal('five');
    own.tap('no JSON at all\n');
    await own.stop();
    const [batch] = batches(setup.port);
    expect(batch?.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'DEBUG one',
      'INFO two',
      'WARNING three',
      'ERROR four',
      'FATAL five',
      'INFO no JSON at all',
    ]);
    const extra = { event_id: 'run-1', resource_kind: 'komodorService', etl_phase: 'extract', count: 3 };
    expect(batch?.[1]?.extra).toMatchObject({ ...extra, hostname: expect.any(String), instance: expect.any(String) });
    expect(batch?.[3]?.extra).toMatchObject({ traceback: expect.stringContaining('TypeError: it broke') });
    const stamp = batch?.[0]?.timestamp ?? '';
    expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(Math.abs(Date.parse(stamp) - before)).toBeLessThan(5000);
  });

  it('never holds a secret, wherever a line hid it', async () => {
    const setup = await setUp();
    const { own, logger } = shipper(setup);
    const error = new Error(`refused ${API_KEY}`, { cause: new Error(`cause with ${CLIENT_SECRET}`) });
    logger.error({ err: error }, `message with ${API_KEY}`);
    logger.info({
      headers: { Authorization: 'Bearer canary-token-1', 'x-api-key': 'canary-2' },
      body: JSON.stringify({ k: API_KEY }),
    });
    logger.info({
      deep: [[{ a: { b: `x${CLIENT_SECRET}y` } }]],
      [API_KEY]: 1,
      clientSecret: 'canary-3',
      env: [{ name: 'DB_PASSWORD', value: 'canary-4' }],
    });
    logger.info(`redis://user:canary-5@redis:6379 and Bearer canary-token-6 and ?token=canary-7`);
    own.tap(`garbage ${API_KEY}`);
    await own.stop();
    const text = JSON.stringify(setup.port.store.ingested);
    expect(messages(setup.port)).toHaveLength(5);
    for (const secret of [...SECRETS, 'canary']) expect(text).not.toContain(secret);
  });

  it('comes in batches of the agreed number, and what is left after a while', async () => {
    const setup = await setUp();
    const { logger } = shipper(setup, { batchRecords: 10 });
    await vi.waitFor(() => expect(setup.clock.sleepers()).toBe(1));
    for (let number = 0; number < 25; number += 1) logger.info(`line ${number}`);
    await vi.waitFor(() => expect(messages(setup.port)).toHaveLength(25));
    expect(batches(setup.port).map((batch) => batch.length)).toEqual([10, 10, 5]);
    logger.info('one more');
    await vi.waitFor(() => expect(setup.clock.sleepers()).toBe(1));
    expect(messages(setup.port)).toHaveLength(25);
    setup.clock.advance(5000);
    await vi.waitFor(() => expect(messages(setup.port)).toHaveLength(26));
  });

  it('gets the last words of a dying process at once', async () => {
    const setup = await setUp();
    const { logger } = shipper(setup);
    logger.fatal('that was it');
    await vi.waitFor(() => expect(messages(setup.port)).toEqual(['that was it']));
  });

  it('never gets more than 1 MiB in one request, nor a record that nobody can read', async () => {
    const setup = await setUp();
    const { own, logger } = shipper(setup);
    for (let number = 0; number < 40; number += 1) logger.info({ number, text: 'ü'.repeat(20_000) }, 'long');
    logger.info({ number: 40, text: 'x'.repeat(3_000_000) }, 'm'.repeat(100_000));
    await own.stop();
    const sent = setup.port.log.filter(({ route }) => route === 'ingest');
    expect(sent.length).toBeGreaterThan(1);
    expect(Math.max(...sent.map(({ bodyBytes }) => bodyBytes))).toBeLessThanOrEqual(1024 * 1024);
    expect(sent.every(({ status }) => status === 200)).toBe(true);
    expect(messages(setup.port)).toHaveLength(41);
    expect(batches(setup.port).at(-1)?.at(-1)?.extra).toMatchObject({ number: 40, truncated: true });
  });

  it('is complete again after an outage, but for the oldest lines when there were too many', async () => {
    const setup = await setUp({ port: { faults: ['ingest -> 501'] } });
    const { logger } = shipper(setup, { maxQueue: 50 });
    for (let number = 0; number < 60; number += 1) logger.info(`line ${number}`);
    for (const pauseMs of [5_000, 10_000, 20_000]) {
      await vi.waitFor(() => expect(setup.clock.sleepers()).toBe(1));
      if (pauseMs === 20_000) setup.port.faults.clear();
      setup.clock.advance(pauseMs);
    }
    await vi.waitFor(() => expect(messages(setup.port)).toHaveLength(50));
    expect(messages(setup.port)).toEqual(Array.from({ length: 50 }, (_, index) => `line ${index + 10}`));
    await vi.waitFor(() =>
      expect(setup.lines).toMatchObject([
        { level: 'warn', fields: { localOnly: true } },
        { level: 'info', fields: { localOnly: true }, message: expect.stringContaining('10 records were lost') },
      ]),
    );
  });

  it('loses a batch that Port refuses, and goes on', async () => {
    const setup = await setUp({ port: { faults: ['ingest call 1 -> 422'] } });
    const { own, logger } = shipper(setup, { batchRecords: 2 });
    for (const text of ['a', 'b', 'c']) logger.info(text);
    await own.stop();
    expect(messages(setup.port)).toEqual(['c']);
    expect(setup.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('refused 2 log records') }]);
  });

  it('does not have lines that are meant for the local log alone', async () => {
    const setup = await setUp();
    const { own, logger } = shipper(setup);
    logger.warn({ localOnly: true }, 'shipping failed');
    logger.info('shipped');
    await own.stop();
    expect(messages(setup.port)).toEqual(['shipped']);
  });

  it('gets what is left at the end, and Port away does not hold up the end', async () => {
    const setup = await setUp();
    const { own, logger } = shipper(setup);
    logger.info('last');
    await own.stop();
    expect(messages(setup.port)).toEqual(['last']);
    logger.info('too late');
    await own.stop();
    expect(messages(setup.port)).toEqual(['last']);

    const away = await setUp({ port: { faults: ['* -> hang'] } });
    const other = shipper(away);
    other.logger.info('lost');
    // It would wait for ever for such a Port.
    await other.own.stop();
  });
});
