import { describe, expect } from 'vitest';
import { z } from 'zod';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { until } from './caller.ts';
import { CLIENT_SECRET, type Env, IDENTIFIER, it, type Stage, statusesOf } from './stage.ts';

const document = z.looseObject({ kindIdentifier: z.string(), eventId: z.string(), syncState: z.string() });

const QUEUES = [
  { name: 'the inline queue', env: async (_stage: Stage): Promise<Env> => ({}) },
  {
    name: 'Redis',
    env: async (stage: Stage): Promise<Env> => {
      const redis = await stage.redis();
      await redis.start();
      return { REDIS_URL: redis.url };
    },
  },
] as const;

for (const queue of QUEUES) {
  describe
    .skipIf(queue.name === 'Redis' && withoutOwnRedis !== undefined)
    .concurrent(`a service on ${queue.name}`, () => {
      it('resyncs once at its start and shows that in Port', async ({ open }) => {
        const stage = await open();
        const secret = 'canary-in-raw-item-0123456789';
        const [first] = stage.world.services;
        if (first === undefined) throw new Error('An empty world');
        stage.world.services[0] = { ...first, annotations: { apiToken: secret, note: `with ${CLIENT_SECRET} inside` } };

        const service = await stage.service(await queue.env(stage));
        const [run, ...more] = await service.settled();
        expect(more).toEqual([]);
        expect(run).toMatchObject({ trigger: 'start', status: 'completed' });
        stage.expectTruth();
        expect(statusesOf(stage)).toEqual(['running', 'completed']);
        expect(stage.state()).toMatchObject({ status: 'completed', intervalInMinuets: 60 });
        expect(stage.state().lastResyncEnd).toEqual(expect.any(String));

        const examples = stage.store.integrations.examples(IDENTIFIER);
        expect([...examples.keys()].sort()).toEqual(['komodorHealthMonitoring', 'komodorService']);
        for (const items of examples.values()) expect(items.length).toBe(5);
        const seen = JSON.stringify([...examples]);
        expect(seen).not.toContain(secret);
        expect(seen).not.toContain(CLIENT_SECRET);

        await service.stop();
        expect(statesOfKinds(stage, run?.runId ?? '')).toEqual({
          'komodorService-0': ['pending', 'syncing', 'completed'],
          'komodorHealthMonitoring-1': ['pending', 'syncing', 'completed'],
          __runtime__: ['syncing', 'completed'],
          __reconciliation__: expect.arrayContaining(['completed']),
        });
        expect(statusesOf(stage)).toEqual(['running', 'completed']);
      });

      it('answers a request for a run at once, streams it and gives its report', async ({ open }) => {
        const stage = await open();
        const service = await stage.service(await queue.env(stage));
        await service.settled();
        stage.komodor.faults.add('risks -> slow 700 once');

        const ticket = await service.request();
        expect(ticket).toMatchObject({ joined: false, href: `/v1/runs/${ticket.runId}` });
        await until(() => stage.state().status === 'running');
        expect(await service.request()).toMatchObject({ runId: ticket.runId, joined: true });
        expect(await service.request({ kinds: ['komodorService'] })).toMatchObject({
          runId: ticket.runId,
          joined: true,
        });

        const events = await service.events(ticket.runId);
        expect(events.map(({ event }) => event)).toContain('progress');
        expect(events.at(-1)).toMatchObject({ event: 'finished', data: { runId: ticket.runId, status: 'completed' } });
        const report = await service.ended(ticket.runId);
        expect(report).toMatchObject({ trigger: 'http', status: 'completed' });
        expect(await service.settled()).toHaveLength(2);
        stage.expectTruth();
      });

      it('stops a run that is cancelled, tells Port, and deletes nothing', async ({ open }) => {
        const stage = await open();
        const service = await stage.service(await queue.env(stage));
        await service.settled();
        const before = stage.store.snapshot();
        stage.world.services.splice(0, 3);
        stage.komodor.faults.add('risks -> slow 2000 once');

        const { runId } = await service.request();
        await service.running();
        await until(() => stage.komodor.log.length > 0 && stage.state().status === 'running');
        expect((await service.call('DELETE', `/v1/runs/${runId}`)).status).toBe(202);
        expect(await service.ended(runId)).toMatchObject({ status: 'aborted' });
        await until(() => stage.state().status === 'aborted');
        expect(stage.store.deletions).toEqual([]);
        expect(stage.store.snapshot()).toEqual(before);
        expect((await service.call('DELETE', `/v1/runs/${runId}`)).status).toBe(409);
        expect((await service.call('DELETE', '/v1/runs/nobody')).status).toBe(404);

        await service.ended((await service.request()).runId);
        expect(stage.store.deletions).toHaveLength(3);
      });
    });
}

/** The states of each part of a run's sync screen, in the order in which Port heard of them. */
function statesOfKinds({ store }: Stage, runId: string): { [part: string]: string[] } {
  const states: { [part: string]: string[] } = {};
  for (const { path, body } of store.ingested) {
    if (!path.includes('/syncMetrics')) continue;
    const { syncKindsMetrics = [], syncKindMetrics } = z
      .looseObject({ syncKindsMetrics: z.array(document).optional(), syncKindMetrics: document.optional() })
      .parse(body);
    for (const { kindIdentifier, eventId, syncState } of [
      ...syncKindsMetrics,
      ...(syncKindMetrics ? [syncKindMetrics] : []),
    ]) {
      if (eventId !== runId) continue;
      const list = states[kindIdentifier] ?? [];
      if (list.at(-1) !== syncState) states[kindIdentifier] = [...list, syncState];
    }
  }
  return states;
}
