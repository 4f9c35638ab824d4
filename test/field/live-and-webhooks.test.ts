import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { serviceUid, type WorldService } from '../../src/sandbox/world/model.ts';
import { serviceIdentifier } from '../resync/oracle.ts';
import { API_TOKEN, CLIENT_SECRET, startServer, WEBHOOK_SECRET } from '../server/support.ts';
import { until } from '../service/caller.ts';
import { eventOf, postEvent } from '../service/komodor-events.ts';
import { it } from '../service/stage.ts';
import { liveEventsDone, settled } from './service-stage.ts';

const SMALL_PAGES = { KOMODOR_SERVICES_PAGE_SIZE: '10' };

/** The services in the order in which Komodor lists them. */
function listed(services: readonly WorldService[]): readonly WorldService[] {
  return [...services].sort((a, b) => (serviceUid(a) < serviceUid(b) ? -1 : 1));
}

describe.concurrent('a live event beside resyncs', () => {
  it('ocean-0.38.6-live-vs-resync: what it writes while a resync runs is neither deleted nor undone by that resync', async ({
    open,
  }) => {
    const { stage, service } = await settled(open, SMALL_PAGES);
    const [first, second] = listed(stage.world.services);
    if (!first || !second) throw new Error('An empty world');
    const { services } = stage.world;
    // When page 1 is read, the one is not there, and the other one has something to write already.
    services.splice(services.indexOf(first), 1);
    const paged = { ...second, labels: { since: 'the page' } };
    services[services.indexOf(second)] = paged;
    const calls = stage.komodor.log.length;
    stage.komodor.faults.add('services page 2 -> slow 2500 once');
    const { runId } = await service.request();
    await until(() => stage.komodor.log.slice(calls).some(({ route }) => route === 'services'));
    const fresh = { ...first, service: `${first.service}-new` };
    const changed = { ...second, labels: { since: 'the event' } };
    services.push(first, fresh);
    services[services.indexOf(paged)] = changed;
    for (const one of [first, fresh, changed]) await postEvent(service, eventOf(one));
    await until(stage.isTrue);
    const report = await service.ended(runId);
    expect(['completed', 'degraded']).toContain(report.status);
    expect(stage.store.deletions).toEqual([]);
    await liveEventsDone(service);
    stage.expectTruth();
  });

  it('backstage-15154-delta-never-removed: what it has created is deleted by the next resync when it goes without a word', async ({
    open,
  }) => {
    const { stage, service } = await settled(open);
    const [first] = stage.world.services;
    if (!first) throw new Error('An empty world');
    const fresh = { ...first, service: `${first.service}-new` };
    stage.world.services.push(fresh);
    await postEvent(service, eventOf(fresh));
    await until(stage.isTrue);
    await liveEventsDone(service);
    stage.world.services.pop();
    const report = await service.ended((await service.request()).runId);
    expect(report.status, JSON.stringify(report)).toBe('completed');
    expect(stage.store.deletions.map(({ identifier }) => identifier)).toEqual([serviceIdentifier(fresh)]);
    stage.expectTruth();
  });
});

const EVENT = JSON.stringify({ cluster: 'c', namespace: 'n', resourceKind: 'Deployment', resourceName: 'r' });
const OURS = JSON.stringify({ action: 'RESYNC', context: { integrationId: 'my-komodor-integration' } });

interface Forged {
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly payload?: string;
}

/** As Port signs its requests. */
function signed(secret: string, at = Date.now(), payload = OURS): Forged {
  const signature = createHmac('sha256', secret).update(`${at}.${payload}`).digest('base64');
  return {
    url: '/resync',
    payload,
    headers: { 'x-port-timestamp': String(at), 'x-port-signature': `v1,${signature}` },
  };
}

const KOMODOR = '/webhooks/komodor';
const MINUTE = 60_000;
const FORGED: readonly (readonly [string, Forged])[] = [
  ['no secret', { url: KOMODOR }],
  ['an empty secret', { url: KOMODOR, headers: { 'x-webhook-token': '' } }],
  ['another secret', { url: KOMODOR, headers: { 'x-webhook-token': 'another' } }],
  ['half of the secret', { url: KOMODOR, headers: { 'x-webhook-token': WEBHOOK_SECRET.slice(0, 10) } }],
  ['the secret and more', { url: KOMODOR, headers: { 'x-webhook-token': `${WEBHOOK_SECRET}x` } }],
  ['the secret twice', { url: KOMODOR, headers: { 'x-webhook-token': `${WEBHOOK_SECRET},${WEBHOOK_SECRET}` } }],
  ['the secret in capitals', { url: KOMODOR, headers: { 'x-webhook-token': WEBHOOK_SECRET.toUpperCase() } }],
  ['the secret without Bearer', { url: KOMODOR, headers: { authorization: WEBHOOK_SECRET } }],
  ['the secret as Basic', { url: KOMODOR, headers: { authorization: `Basic ${WEBHOOK_SECRET}` } }],
  ['an empty Bearer', { url: KOMODOR, headers: { authorization: 'Bearer ' } }],
  ['the token of the API', { url: KOMODOR, headers: { authorization: `Bearer ${API_TOKEN}` } }],
  ['the secret in the query', { url: `${KOMODOR}?secret=${WEBHOOK_SECRET}` }],
  ['the secret in the body', { url: KOMODOR, payload: JSON.stringify({ secret: WEBHOOK_SECRET }) }],
  ['the secret in a header of another name', { url: KOMODOR, headers: { 'x-secret': WEBHOOK_SECRET } }],
  ['another secret in the path', { url: `${KOMODOR}/another` }],
  ['a path that leads back', { url: `${KOMODOR}/..%2f${WEBHOOK_SECRET}` }],
  ['half of the secret in the path', { url: `${KOMODOR}/${WEBHOOK_SECRET.slice(0, -1)}` }],
  ["Ocean's path without secret", { url: '/integration/webhook' }],
  ['a large body without secret', { url: KOMODOR, payload: `"${'x'.repeat(900_000)}"` }],
  ['a body that is no JSON, without secret', { url: KOMODOR, payload: '{' }],
  ['a signature with another secret', signed('another')],
  ['a signature with an empty secret', signed(' ')],
  ['a signature of long ago', signed(CLIENT_SECRET, Date.now() - 6 * MINUTE)],
  ['a signature of the future', signed(CLIENT_SECRET, Date.now() + 6 * MINUTE)],
  ['a signature of another body', { ...signed(CLIENT_SECRET), payload: `${OURS} ` }],
  [
    'a signature of another time',
    { ...signed(CLIENT_SECRET), headers: { ...signed(CLIENT_SECRET).headers, 'x-port-timestamp': '1' } },
  ],
  ['a signature without time', { ...signed(CLIENT_SECRET), headers: { 'x-port-signature': 'v1,x' } }],
  ['a push without secret', { url: '/webhooks/resync' }],
];

describe('a webhook', () => {
  it('webhook-forgery-and-replay: nothing that is forged, altered, late or sent twice reaches the queue', async () => {
    const server = await startServer();
    const post = ({ url, headers = {}, payload = EVENT }: Forged) =>
      server.app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });
    for (const [name, forged] of FORGED) expect((await post(forged)).statusCode, name).toBe(401);
    const genuine = signed(CLIENT_SECRET);
    expect((await post(genuine)).statusCode).toBe(202);
    expect((await post(genuine)).statusCode).toBe(401);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), async (guess) => {
        fc.pre(guess !== WEBHOOK_SECRET && !/[\r\n]/.test(guess));
        for (const headers of [{ 'x-webhook-token': guess }, { authorization: `Bearer ${guess}` }]) {
          // Who guesses too often is not even told that it was wrong.
          expect([401, 429]).toContain((await post({ url: KOMODOR, headers })).statusCode);
        }
      }),
      { numRuns: 50 },
    );
    expect((await server.queue.counts()).liveWaiting).toBe(0);
    expect(server.liveEvents).toEqual([]);
    expect(server.runs).toHaveLength(1);
    expect((await post({ url: `${KOMODOR}/${WEBHOOK_SECRET}` })).statusCode).toBe(202);
    await until(() => server.liveEvents.length === 1);
    expect(server.log()).not.toContain(WEBHOOK_SECRET);
  });
});
