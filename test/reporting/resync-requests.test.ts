import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createResyncRequestPoller } from '../../src/port/reporting/resync-requests.ts';
import { addIntegration, IDENTIFIER, type Setup, setUp } from './setup.ts';

const INTERVAL_MS = 60_000;

/** Starts to poll and lets poll after poll pass. */
async function poll(setup: Setup, onRequest: (at: Date) => Promise<void> = async () => undefined) {
  const { api, integrationReader, log, clock } = setup;
  const requests: Date[] = [];
  const poller = createResyncRequestPoller({
    api,
    integrationReader,
    log,
    clock,
    identifier: IDENTIFIER,
    intervalMs: INTERVAL_MS,
    async onRequest(at) {
      requests.push(at);
      await onRequest(at);
    },
  });
  onTestFinished(() => poller.stop());
  const looked = () => vi.waitFor(() => expect(clock.sleepers()).toBe(1), { timeout: 5000 });
  await looked();
  return {
    poller,
    requests,
    async next() {
      clock.advance(INTERVAL_MS);
      await looked();
    },
  };
}

/** Tells Port about a resync, as its own integrations do. */
function report(setup: Setup, news: { status: string; lastResyncStart?: string }): void {
  const state = { ...setup.resyncState(), ...news, updatedAt: new Date().toISOString() };
  setup.port.store.integrations.change(IDENTIFIER, { resyncState: state });
}

/** Times in Port have milliseconds; two things of one test must not fall into the same one. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

describe("Port's resync request", () => {
  it('is handed over once, at the next look', async () => {
    const setup = await setUp();
    const { requests, next } = await poll(setup);
    await next();
    expect(requests).toEqual([]);
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await next();
    await next();
    expect(requests.map((at) => at.toISOString())).toEqual([
      setup.port.store.integrations.resyncRequestedAt(IDENTIFIER),
    ]);
    await tick();
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await next();
    expect(requests).toHaveLength(2);
  });

  it('counts at the first poll only when no resync has begun since', async () => {
    const served = await setUp();
    served.port.store.integrations.requestResync(IDENTIFIER);
    await tick();
    report(served, { status: 'running', lastResyncStart: new Date().toISOString() });
    report(served, { status: 'completed' });
    const before = await poll(served);
    expect(before.requests).toEqual([]);

    const meanwhile = await setUp();
    report(meanwhile, { status: 'running', lastResyncStart: new Date().toISOString() });
    await tick();
    meanwhile.port.store.integrations.requestResync(IDENTIFIER);
    await tick();
    report(meanwhile, { status: 'completed' });
    const after = await poll(meanwhile);
    expect(after.requests).toHaveLength(1);
  });

  it('counts at the first poll by when the state was changed, when its beginning is not known', async () => {
    const setup = await setUp();
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await tick();
    report(setup, { status: 'completed' });
    expect((await poll(setup)).requests).toEqual([]);
  });

  it('is left to the replica that has already begun a run for it', async () => {
    const setup = await setUp();
    const { requests, next } = await poll(setup);
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await tick();
    report(setup, { status: 'running' });
    await next();
    expect(requests).toEqual([]);
    // A request during that run needs another one.
    await tick();
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await next();
    expect(requests).toHaveLength(1);
  });

  it('is handed over again when it could not be taken', async () => {
    const setup = await setUp();
    let isFull = true;
    const { requests, next } = await poll(setup, async () => {
      if (isFull) throw new Error('the queue is away');
    });
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await next();
    await next();
    isFull = false;
    await next();
    await next();
    expect(requests).toHaveLength(3);
    expect(setup.lines.map(({ level }) => level)).toEqual(['warn', 'debug', 'info']);
  });

  it.each(['integration -> 501', 'token -> 401'])('is looked for again after an outage: %s', async (fault) => {
    const setup = await setUp({ port: { faults: [fault] } });
    const { requests, next } = await poll(setup);
    await next();
    setup.port.faults.clear();
    await next();
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await next();
    expect(requests).toHaveLength(1);
  });

  it('is looked for when there is no integration yet', async () => {
    const setup = await setUp({ integration: false });
    const { requests, next } = await poll(setup);
    addIntegration(setup.port);
    await next();
    setup.port.store.integrations.requestResync(IDENTIFIER);
    await next();
    expect(requests).toHaveLength(1);
    expect(setup.lines).toEqual([]);
  });

  it('is not looked for any more after the end', async () => {
    const setup = await setUp();
    const { poller } = await poll(setup);
    await poller.stop();
    const requests = setup.port.log.length;
    setup.clock.advance(INTERVAL_MS);
    await tick();
    expect(setup.port.log).toHaveLength(requests);
  });
});
