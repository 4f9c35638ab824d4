import { createHmac } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { type BodyRoute, bodyRoutes, examples, within } from './openapi-schemas.ts';
import { bearer, hook, openApiDocument, startServer, type TestServer, WEBHOOK_SECRET } from './support.ts';

const MIB = 1_048_576;

/** The routes with a body, as the document has them: a new one is looked at by itself. */
const ROUTES = bodyRoutes(await openApiDocument());

function send({ app }: TestServer, { method, url }: Pick<BodyRoute, 'method' | 'url'>, payload: string | undefined) {
  const signature = createHmac('sha256', WEBHOOK_SECRET)
    .update(payload ?? '')
    .digest('hex');
  const credentials = { ...(url.includes('webhook') ? hook : bearer), 'x-signature': `sha256=${signature}` };
  const content = payload === undefined ? {} : { 'content-type': 'application/json' };
  return app.inject({
    method,
    url: url.replace('{secret}', WEBHOOK_SECRET),
    headers: { ...credentials, ...content },
    ...(payload !== undefined && { payload }),
  });
}

/** A schema cannot say that only a plan takes a mapping. */
function isMappingWithoutPlan({ url }: BodyRoute, body: unknown): boolean {
  if (url !== '/v1/runs' || typeof body !== 'object' || body === null || !('mapping' in body)) return false;
  return !('mode' in body && body.mode === 'plan');
}

describe('the OpenAPI document', () => {
  it('is a valid one', async () => {
    const { app } = await startServer();
    const { valid, errors } = await new Validator().validate((await app.inject('/openapi.json')).json());
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('names the routes that take a body', () => {
    expect(ROUTES.map(({ url }) => url).sort()).toEqual([
      '/integration/webhook',
      '/integration/webhook/flux',
      '/resync',
      '/v1/lint',
      '/v1/map',
      '/v1/mapping',
      '/v1/runs',
      '/v1/test',
      '/webhooks/komodor',
      '/webhooks/komodor/{secret}',
      '/webhooks/resync',
    ]);
  });

  it.each(ROUTES)('says of $url which bodies are taken, and what is answered', async (route) => {
    const server = await startServer();
    const fits = new Ajv2020({ strict: false }).compile(route.answer);
    const bodies = [...(route.required ? [] : [undefined]), ...examples(route.body)];
    for (const example of bodies.filter((body) => !isMappingWithoutPlan(route, body))) {
      const answer = await send(server, route, example === undefined ? undefined : JSON.stringify(example));
      expect([example, [200, 202].includes(answer.statusCode)]).toEqual([example, true]);
      expect([answer.json(), fits(answer.json())]).toEqual([answer.json(), true]);
    }
  });

  it.each(ROUTES)('says of $url which bodies are refused', async (route) => {
    const server = await startServer();
    const isStrict = within(route.body).some((schema) => schema.additionalProperties === false);
    const bad = ['[]', '1', '"x"', ...(route.required ? [''] : []), ...(isStrict ? ['{"nope":1}'] : [])];
    for (const payload of bad) {
      const answer = await send(server, route, payload);
      expect([payload, answer.statusCode, answer.json().code]).toEqual([payload, 400, 'invalid_request']);
    }
  });

  it.each(ROUTES)('gives every list in a body of $url a maximum', ({ body }) => {
    for (const schema of within(body)) {
      if (schema.type === 'array') expect(schema.maxItems).toBeLessThanOrEqual(1_000);
    }
  });
});

describe('a body of a megabyte', () => {
  /** As much of something as fits. */
  const fill = (start: string, piece: (index: number) => string, end: string) => {
    let text = start;
    for (let index = 0; ; index += 1) {
      const next = (index === 0 ? '' : ',') + piece(index);
      if (text.length + next.length + end.length > MIB) return text + end;
      text += next;
    }
  };
  const lists = ROUTES.flatMap(({ body }) =>
    Object.entries(within(body).find((one) => one.properties)?.properties ?? {}),
  )
    .filter(([, schema]) => within(schema).some(({ type }) => type === 'array'))
    .map(([name]) => name);
  const hostile: readonly (readonly [string, string])[] = [
    ...[...new Set(lists)].flatMap((name): (readonly [string, string])[] => [
      [`empty texts in ${name}`, fill(`{"${name}":[`, () => '""', ']}')],
      [`lists in ${name}`, `{"${name}":${'['.repeat(MIB / 2 - 20)}${']'.repeat(MIB / 2 - 20)}}`],
      [`one text in ${name}`, `{"${name}":["${'x'.repeat(MIB - 100)}"]}`],
      [`one text as ${name}`, `{"${name}":"${'x'.repeat(MIB - 100)}"}`],
      [`a few too many in ${name}`, fill(`{"${name}":[`, () => `"${'x'.repeat(2_000)}"`, ']}')],
    ]),
    ['unknown keys', fill('{', (index) => `"k${index}":0`, '}')],
    ['fewer unknown keys', fill('{', (index) => `"${index}${'x'.repeat(500)}":0`, '}')],
    ['one unknown key', `{"${'x'.repeat(MIB - 100)}":0}`],
    ['a list', fill('[', () => '""', ']')],
    ['lists in lists', '['.repeat(MIB / 2) + ']'.repeat(MIB / 2)],
    ['text', `"${'\\"'.repeat(MIB / 2 - 100)}"`],
    ['no JSON', 'x'.repeat(MIB)],
  ];

  it.each(ROUTES)('is answered by $url in a few lines, with 20 mistakes at most', async (route) => {
    const server = await startServer();
    for (const [name, payload] of hostile) {
      const answer = await send(server, route, payload);
      expect([name, [202, 400].includes(answer.statusCode)]).toEqual([name, true]);
      expect([name, answer.body.length < 10_000]).toEqual([name, true]);
      expect([name, (answer.json().errors ?? []).length <= 20]).toEqual([name, true]);
    }
    expect(server.log().length).toBeLessThan(50_000);
    expect(server.runs).toHaveLength(0);
  });

  it('says that there are more mistakes than it names', async () => {
    const { app } = await startServer();
    const kinds = Array.from({ length: 30 }, () => 'nope');
    const answer = await app.inject({ method: 'POST', url: '/v1/runs', headers: bearer, payload: { kinds } });
    expect(answer.json().errors).toHaveLength(20);
    expect(answer.json().detail).toContain('more mistakes than the 20');
    const few = { kinds: kinds.slice(0, 20) };
    const whole = await app.inject({ method: 'POST', url: '/v1/runs', headers: bearer, payload: few });
    expect([whole.json().errors.length, whole.json().detail.includes('more mistakes')]).toEqual([20, false]);
  });
});
