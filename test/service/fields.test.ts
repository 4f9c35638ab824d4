import { describe, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { fieldsSchema } from '../../src/server/fields-route.ts';
import { problemsSchema } from '../../src/server/problems-route.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import type { Caller } from './caller.ts';
import { API_TOKEN, IDENTIFIER, it, type Stage } from './stage.ts';

/** What somebody does in Port's mapping editor. */
function editMapping({ store }: Stage, from: string, to: string): void {
  const text = stringify(store.integrations.get(IDENTIFIER)?.config ?? {});
  expect(text).toContain(from);
  store.integrations.change(IDENTIFIER, { config: parse(text.replaceAll(from, to)) });
}

/** The row of the title of services with this expression. */
async function titleRow(service: Caller, expression: string) {
  const document = fieldsSchema.parse(JSON.parse((await service.call('GET', '/v1/fields')).text));
  const row = document.fields.find((one) => one.path === 'title' && one.expression === expression);
  return { runs: document.runs.length, cells: row?.cells };
}

const places = [
  { place: 'in process', skip: false },
  { place: 'in Redis', skip: withoutOwnRedis !== undefined },
];

describe.each(places)('what expressions gave, $place', ({ place, skip }) => {
  it.skipIf(skip)('tells run by run which field went bad, without secrets', async ({ open }) => {
    const stage = await open();
    const env = place === 'in Redis' ? { REDIS_URL: await redisOf(stage) } : {};
    const service = await stage.service(env);
    await service.settled();
    const all = { values: 30, nulls: 0, failed: 0 };
    expect(await titleRow(service, '.service')).toEqual({ runs: 1, cells: [all] });

    const bad = `.service | if . == "${API_TOKEN}" then . else tonumber end`;
    editMapping(stage, 'title: .service', `title: ${JSON.stringify(bad)}`);
    await service.request();
    await service.settled(2);
    expect(await titleRow(service, '.service')).toEqual({ runs: 2, cells: [null, all] });
    const text = (await service.call('GET', '/v1/fields')).text;
    expect(text).toContain('then . else tonumber end');
    expect(text).not.toContain(API_TOKEN);
    expect(text).toContain('{"values":0,"nulls":0,"failed":30}');

    const problems = await service.call('GET', '/v1/runs/latest/problems');
    expect(problems.text).not.toContain(API_TOKEN);
    const [first] = problemsSchema.parse(JSON.parse(problems.text)).problems;
    expect(first).toMatchObject({
      ...{ code: 'field_failed', count: 30, docs: 'docs/errors.md#field_failed' },
      path: expect.stringMatching(/^resources\[\d\]\.port\.entity\.mappings\.title$/),
      expression: expect.stringContaining('then . else tonumber end'),
    });

    await service.call('POST', '/v1/runs', { mode: 'plan' });
    await service.settled(3);
    expect((await titleRow(service, '.service')).runs).toBe(2);
  });
});

async function redisOf(stage: Stage): Promise<string> {
  const redis = await stage.redis();
  await redis.start();
  return redis.url;
}
