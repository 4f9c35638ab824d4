import { describe, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { statusSchema } from '../../src/server/status-schemas.ts';
import { timelineSchema } from '../../src/server/timeline-schemas.ts';
import type { Caller } from './caller.ts';
import { IDENTIFIER, it, type Stage } from './stage.ts';

async function statusOf(service: Caller) {
  return statusSchema.parse(JSON.parse((await service.call('GET', '/v1/status')).text));
}

async function timelineOf(service: Caller) {
  return timelineSchema.parse(JSON.parse((await service.call('GET', '/v1/timeline')).text)).entries;
}

/** What somebody does in Port's mapping editor. */
function editMapping({ store }: Stage, from: string, to: string): void {
  const text = stringify(store.integrations.get(IDENTIFIER)?.config ?? {});
  expect(text).toContain(from);
  store.integrations.change(IDENTIFIER, { config: parse(text.replaceAll(from, to)) });
}

describe('the status and the timeline of a service', () => {
  it('tell of truths, and of the mapping that somebody changed and changed back', async ({ open }) => {
    const stage = await open();
    const service = await stage.service();
    await service.settled();
    const first = await statusOf(service);
    expect(first).toMatchObject({
      ...{ state: 'on_time', stalled: null, needsPerson: [], lastRun: { trigger: 'start', status: 'completed' } },
      apis: { komodor: { state: 'ok' }, port: { state: 'ok' } },
    });
    expect(first.blueprints.map(({ blueprint }) => blueprint).sort()).toEqual([
      'komodorHealthMonitoring',
      'komodorService',
    ]);
    editMapping(stage, 'title: .service', 'title: .service + "!"');
    await service.request();
    await service.settled(2);
    editMapping(stage, 'title: .service + "!"', 'title: .service');
    await service.request();
    await service.settled(3);

    const entries = await timelineOf(service);
    const changes = entries.filter((entry) => entry.type === 'mapping');
    expect(changes).toHaveLength(2);
    expect(changes[1]?.diff).toMatch(/^-\s+title: \.service\n\+\s+title: \.service \+ "!"$/m);
    expect([changes[0]?.to.digest, changes[0]?.from.digest]).toEqual([changes[1]?.from.digest, changes[1]?.to.digest]);
    const { mapping } = await statusOf(service);
    expect(mapping).toMatchObject({ digest: changes[0]?.to.digest, origin: `Port's integration ${IDENTIFIER}` });
    expect(entries.filter(({ type }) => type === 'run')).toHaveLength(3);
    expect(entries.at(-1)).toMatchObject({ type: 'start', role: 'all' });
  });

  it('say what waits for a person, and that it was approved', async ({ open }) => {
    const stage = await open();
    const service = await stage.service();
    await service.settled();
    editMapping(stage, 'query: "true"', 'query: "false"');
    await service.request();
    await service.settled(2);
    const { state, needsPerson } = await statusOf(service);
    expect(state).toBe('action_required');
    const [held] = needsPerson;
    if (held?.type !== 'approve_deletions') throw new Error(`Unexpected: ${JSON.stringify(needsPerson)}`);
    expect(held.curl).toContain(held.digest);
    await service.request({ approveDeletions: held.digest });
    await service.settled(3);
    expect(await timelineOf(service)).toContainEqual(
      expect.objectContaining({
        ...{ type: 'approval', blueprint: held.blueprint, digest: held.digest, count: held.count },
      }),
    );
  });
});
