import { Agent, request } from 'node:http';
import { describe, expect } from 'vitest';
import { eventOf } from './komodor-events.ts';
import { it, type RunningService, WEBHOOK_SECRET } from './stage.ts';

/** More than the queue takes; two senders, because one alone would meet its rate limit first. */
const EVENTS = 10_100;
const SENDERS = ['127.0.0.1', '127.0.0.2'];

describe('too many live events', () => {
  it('are refused with the time to wait; a resync gets through all the same', async ({ open }) => {
    const stage = await open();
    const service = await stage.service({ EVENT_LISTENER: 'WEBHOOKS_ONLY' });
    stage.komodor.faults.add('services-scoped -> slow 1500');
    const [first] = stage.world.services;
    if (first === undefined) throw new Error('An empty world');
    const agents = SENDERS.map((localAddress) => new Agent({ keepAlive: true, maxSockets: 20, localAddress }));
    const answers = await Promise.all(
      Array.from({ length: EVENTS }, (_, index) =>
        post(service, eventOf({ ...first, service: `workload-${index}` }), agents[index % agents.length]),
      ),
    );
    for (const agent of agents) agent.destroy();
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(110);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    for (const { retryAfter } of refused) expect(retryAfter).toBeGreaterThan(0);

    const { runId } = await service.request();
    expect(await service.ended(runId)).toMatchObject({ status: 'completed' });
    stage.expectTruth();
  });
});

function post(
  { url }: RunningService,
  event: unknown,
  agent: Agent | undefined,
): Promise<{ readonly status: number; readonly retryAfter: number }> {
  const headers = { 'content-type': 'application/json', 'x-webhook-token': WEBHOOK_SECRET };
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/webhooks/komodor`,
      { method: 'POST', headers, ...(agent ? { agent } : {}) },
      (answer) => {
        answer.resume();
        const retryAfter = Number(answer.headers['retry-after'] ?? 0);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, retryAfter }));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(event));
  });
}
