import { describe, it } from 'vitest';
import { SCENARIOS, setUpWith } from './setup-stage.ts';

/** Requests when each waited for the one before, before any fault. */
const ONE_BY_ONE = { empty: 23, 'as it is wanted': 9, older: 19, 'older, only noted': 12 };

/** Three orders in which Port may answer: all alike, the first asked last, and the last asked last. */
const LATENCIES: readonly ((call: string) => number)[] = [
  () => 0,
  (call) => 1 + (call.length % 7) * 6,
  (call) => 43 - (call.length % 7) * 6,
];

describe.concurrent('the calls that set up Port', () => {
  for (const scenario of SCENARIOS) {
    it(`end the same, and tell it in the same order, whoever is answered first: ${scenario}`, async ({ expect }) => {
      const [first, ...others] = await Promise.all(
        LATENCIES.map(async (latency) => {
          const ended = await setUpWith(scenario, undefined, latency);
          if ('failure' in ended) throw new Error(ended.failure);
          const { problems, setup, calls } = ended;
          return { problems, setup: JSON.stringify(setup), calls: [...calls].sort() };
        }),
      );
      for (const other of others) expect(other).toEqual(first);
      expect(first?.calls.length).toBeLessThanOrEqual(ONE_BY_ONE[scenario]);
    });
  }

  it('ask for the integration, our blueprints and the targets of their relations at once', async ({ expect }) => {
    const { calls } = await setUpWith('as it is wanted');
    const names = ['alone', 'crew', 'nowhere', 'place', 'theirs', 'thing'];
    const reads = names.map((name) => `GET /blueprints/${name}`);
    expect([calls[0], ...calls.slice(1).sort()]).toEqual([
      'POST /auth/access_token',
      ...reads,
      'GET /integration/setup',
    ]);
  });

  it('write nothing before the integration is there', async ({ expect }) => {
    const { calls } = await setUpWith('empty');
    const writes = calls.filter((call) => call.startsWith('POST') || call.startsWith('PATCH'));
    expect(writes.slice(0, 2)).toEqual(['POST /auth/access_token', 'POST /integration']);
    expect(calls.at(-1)).toBe('PATCH /integration/setup');
  });

  it('end those that are no longer needed when one of them ends the run', async ({ expect }) => {
    const fault = { call: 'GET /integration/setup', action: { type: 'status', status: 422 }, once: false } as const;
    const never = (call: string) => (call.startsWith('GET /blueprints') ? Number.POSITIVE_INFINITY : 0);
    const ended = await setUpWith('empty', fault, never);
    expect(ended).toMatchObject({ failure: expect.stringContaining('GET /integration/setup') });
  });

  it('leave no write behind when one of them ends the run', async ({ expect }) => {
    const fault = { call: 'PATCH /integration/setup', action: { type: 'status', status: 422 }, once: false } as const;
    const slow = (call: string) => (call.startsWith('POST /blueprints') ? 60 : 0);
    const ended = await setUpWith('empty', fault, slow);
    expect(ended).toMatchObject({ failure: expect.stringContaining('PATCH /integration/setup'), unanswered: 0 });
  });

  it('show in a plan all that each blueprint would get', async ({ expect }) => {
    const ended = await setUpWith('older, only noted');
    const thing = 'setup' in ended ? ended.setup?.find(({ identifier }) => identifier === 'thing') : undefined;
    expect(thing?.after).toMatchObject({
      schema: { properties: { status: { type: 'number' }, note: {} } },
      relations: { owner: {}, team: {} },
      mirrorProperties: { shouted: {} },
    });
  });
});
