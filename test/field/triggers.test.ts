import { describe, expect } from 'vitest';
import { removeServices } from '../resync/world-steps.ts';
import { Caller, until } from '../service/caller.ts';
import { eventOf, postEvent } from '../service/komodor-events.ts';
import { IDENTIFIER, it, WEBHOOK_SECRET } from '../service/stage.ts';
import { liveEvents, liveEventsDone, QUIET, settled } from './service-stage.ts';

describe.concurrent('what starts a resync', () => {
  it('ocean-resync-on-start-never: a fresh service that polls resyncs once, though nobody pressed the button', async ({
    open,
  }) => {
    const stage = await open();
    expect(stage.store.integrations.resyncRequestedAt(IDENTIFIER)).toBeUndefined();
    const service = await stage.service({ EVENT_LISTENER: 'POLLING' });
    const runs = await service.settled();
    expect(runs.map(({ trigger, status }) => `${trigger} ${status}`)).toEqual(['start completed']);
    stage.expectTruth();
  });

  it('ocean-trigger-without-authentication: nobody without the token starts or stops a run', async ({ open }) => {
    const { stage, service } = await settled(open, { HTTP_HOST: '0.0.0.0' });
    const before = stage.komodor.log.length;
    const stranger = new Caller(service.url, 'guess');
    const [run] = await service.runs();
    for (const [method, path] of [
      ['POST', '/resync'],
      ['POST', '/v1/runs'],
      ['DELETE', `/v1/runs/${run?.runId}`],
    ] as const) {
      expect((await stranger.call(method, path, {})).status, path).toBe(401);
      expect((await stranger.call(method, path, {}, { authorization: '' })).status, path).toBe(401);
    }
    await service.stop();
    const tokenless = await stage.service({
      ...QUIET,
      HTTP_HOST: '0.0.0.0',
      API_TOKEN: '',
      EVENT_LISTENER: 'WEBHOOKS_ONLY',
    });
    expect((await tokenless.call('POST', '/resync', {})).status).toBe(403);
    expect(await tokenless.runs()).toEqual([]);
    expect(stage.komodor.log).toHaveLength(before);
  });

  it('ocean-trigger-holds-request: the answer comes while the run still waits for Komodor', async ({ open }) => {
    const { stage, service } = await settled(open);
    stage.komodor.faults.add('services -> hang once');
    const { runId } = await service.request();
    expect((await service.running()).runId).toBe(runId);
    expect((await service.call('DELETE', `/v1/runs/${runId}`)).status).toBe(202);
    expect(await service.ended(runId)).toMatchObject({ status: 'aborted' });
  });

  it('ocean-trigger-aborts-running: whoever asks again and again cannot keep a run from deleting what is gone', async ({
    open,
  }) => {
    const { stage, service } = await settled(open);
    removeServices(stage.world, 1);
    stage.komodor.faults.add('risks -> slow 1500 once');
    const { runId } = await service.request();
    await service.running();
    for (let i = 0; i < 20; i += 1) expect((await service.call('POST', '/resync', {})).status).toBe(202);
    expect(await service.ended(runId)).toMatchObject({ status: 'completed' });
    stage.expectTruth();
    const runs = await service.settled();
    expect(runs.map(({ status }) => status)).not.toContain('aborted');
    expect(runs.length).toBeLessThanOrEqual(3);
  });

  it('k8s-exporter-172-resync-ends-listening: after resyncs the button and live events still count', async ({
    open,
  }) => {
    const { stage, service } = await settled(open, { EVENT_LISTENER_INTERVAL: '1' });
    await service.ended((await service.request()).runId);
    await service.ended((await service.request()).runId);
    const [first] = stage.world.services;
    if (first === undefined) throw new Error('An empty world');
    stage.world.services[0] = { ...first, status: first.status === 'unknown' ? 'healthy' : 'unknown' };
    await postEvent(service, eventOf(first));
    await until(stage.isTrue);
    stage.store.integrations.requestResync(IDENTIFIER);
    const runs = await service.settled(4);
    expect(runs.map(({ trigger }) => trigger)).toEqual(['start', 'http', 'http', 'port']);
  });
});

describe.concurrent('a webhook', () => {
  it('ocean-webhook-queued-before-auth: what has no secret is refused and never queued', async ({ open }) => {
    const { stage, service } = await settled(open);
    const before = stage.komodor.log.length;
    const [first] = stage.world.services;
    const body = first && eventOf(first);
    for (const [path, headers] of [
      ['/webhooks/komodor', { authorization: '' }],
      ['/webhooks/komodor', { authorization: 'Bearer guess' }],
      ['/webhooks/komodor/guess', { authorization: '' }],
      ['/integration/webhook', { authorization: '', 'x-webhook-token': 'guess' }],
    ] as const) {
      expect((await service.call('POST', path, body, headers)).status, path).toBe(401);
    }
    expect(await liveEvents(service)).toBe(0);
    await liveEventsDone(service);
    expect(stage.komodor.log).toHaveLength(before);
  });

  it('ocean-webhook-open-without-secret: a service without a secret takes no webhook at all', async ({ open }) => {
    const { stage, service } = await settled(open, { WEBHOOK_SECRET: '' });
    const [first] = stage.world.services;
    for (const path of ['/webhooks/komodor', '/integration/webhook', '/webhooks/resync']) {
      const answer = await service.call('POST', path, first && eventOf(first), { authorization: '' });
      expect(answer.status, path).toBe(503);
    }
    expect(await liveEvents(service)).toBe(0);
    expect(await service.runs()).toHaveLength(1);
  });

  it('ocean-webhook-error-is-200: a body that cannot be read is answered so that the sender notices', async ({
    open,
  }) => {
    const { service } = await settled(open);
    const secret = { authorization: '', 'x-webhook-token': WEBHOOK_SECRET };
    const broken = await service.call('POST', '/webhooks/komodor', '{"cluster": "pro', secret);
    expect(broken.status).toBe(400);
    expect(broken.headers.get('content-type')).toContain('application/problem+json');
    const huge = await service.call('POST', '/webhooks/komodor', { cluster: 'x'.repeat(2_000_000) }, secret);
    expect(huge.status).toBe(413);
  });
});
