import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { changeFirst } from '../resync/world-steps.ts';
import { Caller, ticketOf, until } from './caller.ts';
import { eventOf, postEvent } from './komodor-events.ts';
import { API_TOKEN, CLIENT_SECRET, type Env, IDENTIFIER, it, type Stage, statusesOf, WEBHOOK_SECRET } from './stage.ts';

describe.concurrent('EVENT_LISTENER', () => {
  it('WEBHOOK: Port knows our address, and its signed changelog leads to a run', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ EVENT_LISTENER: 'WEBHOOK', PUBLIC_URL: 'https://komodor-port.example/' });
    await service.settled();
    expect(stage.store.integrations.get(IDENTIFIER)?.changelogDestination).toEqual({
      type: 'WEBHOOK',
      url: 'https://komodor-port.example/resync',
    });

    const body = JSON.stringify({
      context: { integrationId: IDENTIFIER },
      diff: { after: { identifier: IDENTIFIER } },
    });
    const post = (headers: Record<string, string>, text = body) => service.call('POST', '/resync', text, headers);
    expect((await post(portSignature(body, 'another-secret'))).status).toBe(401);
    expect((await post(portSignature(body), `${body} `)).status).toBe(401);
    expect((await post(portSignature(body, CLIENT_SECRET, Date.now() - 600_000))).status).toBe(401);
    expect(await service.runs()).toHaveLength(1);

    const signed = portSignature(body);
    const { runId } = ticketOf(await post(signed));
    expect(await service.ended(runId)).toMatchObject({ trigger: 'port', status: 'completed' });
    expect((await post(signed)).status).toBe(401);
    expect(await service.settled()).toHaveLength(2);
  });

  it('WEBHOOKS_ONLY: no run by itself, but live events work, also on an empty Port', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ EVENT_LISTENER: 'WEBHOOKS_ONLY', RESYNC_INTERVAL: '10s' });
    const changed = changeFirst(stage.world, { status: 'unhealthy' });
    await postEvent(service, eventOf(changed));
    await until(() => stage.store.entitiesOf('komodorService').length === 1);
    const [entity] = stage.store.entitiesOf('komodorService');
    expect(entity?.properties).toMatchObject({ service_name: changed.service, status: 'unhealthy' });
    await sleep(1_500);
    expect(await service.runs()).toEqual([]);
    expect(statusesOf(stage)).toEqual([]);
  });

  it.for([
    { verdict: 'completed', code: 0, faults: [] },
    { verdict: 'degraded', code: 2, faults: ['bulk call 1 -> refuse-item 1 422'] },
    { verdict: 'degraded', code: 0, faults: ['bulk call 1 -> refuse-item 1 422'], args: ['--attention-ok'] },
    { verdict: 'failed', code: 1, faults: ['services -> 403', 'validate -> 403'], args: ['--attention-ok'] },
    { verdict: 'failed', code: 1, faults: ['services -> 403', 'validate -> 403'] },
  ])("ONCE with the variables of Port's Helm chart: $verdict exits with $code (start $args)", async (row, { open }) => {
    const { verdict, code, faults, args = [] } = row;
    const stage = await open();
    for (const fault of faults) (fault.startsWith('bulk') ? stage.port : stage.komodor).faults.add(fault);
    const once = await stage.bareProcess({ ...oceanEnv(stage), OCEAN__EVENT_LISTENER: '{"type":"ONCE"}' }, args);
    const exit = await once.ended();
    expect(exit.code, once.output()).toBe(code);
    expect(stage.state()).toMatchObject({
      status: code === 1 ? 'failed' : 'completed',
      lastResyncEnd: expect.any(String),
    });
    if (verdict === 'completed') stage.expectTruth();
  });

  it("KAFKA, the default of Port's Helm chart, runs as POLLING", async ({ open }) => {
    const stage = await open();
    const listener = {
      type: 'KAFKA',
      brokers: 'b-1-public.example:9196,b-2-public.example:9196',
      securityProtocol: 'SASL_SSL',
      authenticationMechanism: 'SCRAM-SHA-512',
      kafkaSecurityEnabled: true,
      consumerPollTimeout: 1,
      interval: 1,
    };
    const started = await stage.bareProcess({
      ...oceanEnv(stage),
      OCEAN__EVENT_LISTENER: JSON.stringify(listener),
      APPLICATION__PORT: '0',
      API_TOKEN,
    });
    const service = new Caller(await started.listening(), API_TOKEN);
    await service.settled();
    stage.expectTruth();
    expect(started.output().match(/asks for KAFKA/g)).toHaveLength(1);
    stage.store.integrations.requestResync(IDENTIFIER);
    expect((await service.settled(2)).map(({ trigger }) => trigger)).toEqual(['start', 'port']);
    expect((await started.end('SIGTERM')).code).toBe(0);
    expect(stage.state().status).toBe('completed');
  });
});

describe.concurrent('hooks of other systems', () => {
  it("Flux's successes and the generic hook lead to a run, one for each commit", async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ FLUX_SETTLE_SECONDS: '1' });
    await service.settled();
    const flux = (reason: string, revision = `main@sha1:${'a'.repeat(40)}`) => {
      const timestamp = new Date().toISOString();
      const body = JSON.stringify({ reason, severity: 'info', timestamp, metadata: { revision } });
      const digest = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
      return service.call('POST', '/integration/webhook/flux', body, { 'x-signature': `sha256=${digest}` });
    };
    expect((await flux('Progressing')).text).toContain('ignored');
    changeFirst(stage.world, { status: 'unhealthy' });
    const ofFlux = ticketOf(await flux('ReconciliationSucceeded'));
    expect((await flux('UpgradeSucceeded', `0.1.0+${'a'.repeat(12)}`)).text).toContain('ignored');
    expect(await service.ended(ofFlux.runId)).toMatchObject({
      trigger: 'webhook',
      status: 'completed',
      causes: [{ revision: `main@sha1:${'a'.repeat(40)}` }],
    });
    stage.expectTruth();

    const secret = { authorization: `Bearer ${WEBHOOK_SECRET}` };
    const generic = ticketOf(await service.call('POST', '/webhooks/resync', { kinds: ['komodorService'] }, secret));
    const report = await service.ended(generic.runId);
    expect(report).toMatchObject({ trigger: 'webhook', status: 'completed' });
    expect(report.kinds.map(({ kind }) => kind)).toEqual(['komodorService']);
    expect((await service.call('POST', '/webhooks/resync', {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(await service.settled()).toHaveLength(3);
  });
});

/** As Port's stock chart for integrations sets them, and nothing else. */
function oceanEnv({ env }: Stage): Env {
  return {
    OCEAN__PORT__CLIENT_ID: env.PORT_CLIENT_ID ?? '',
    OCEAN__PORT__CLIENT_SECRET: env.PORT_CLIENT_SECRET ?? '',
    OCEAN__PORT__BASE_URL: env.PORT_BASE_URL ?? '',
    OCEAN__INTEGRATION__IDENTIFIER: IDENTIFIER,
    OCEAN__INTEGRATION__TYPE: 'komodor',
    OCEAN__INTEGRATION__CONFIG__KOMODOR_API_KEY: env.KOMODOR_API_KEY ?? '',
    OCEAN__INTEGRATION__CONFIG__KOMODOR_BASE_URL: env.KOMODOR_BASE_URL ?? '',
    OCEAN__INITIALIZE_PORT_RESOURCES: 'true',
    OCEAN__SEND_RAW_DATA_EXAMPLES: 'true',
    OCEAN__SCHEDULED_RESYNC_INTERVAL: '1440',
  };
}

function portSignature(body: string, secret = CLIENT_SECRET, at = Date.now()): Record<string, string> {
  const timestamp = String(at);
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('base64');
  return { 'x-port-timestamp': timestamp, 'x-port-signature': `v1,${digest}` };
}
