import { describe, expect, it } from 'vitest';
import { createGovernor } from '../../src/net/governor.ts';
import { createHttpClient } from '../../src/net/http-client.ts';
import { PortApi } from '../../src/port/api.ts';
import { searchEntities } from '../../src/port/search.ts';
import { TokenProvider } from '../../src/port/token.ts';
import { listen } from '../net/local-server.ts';

const signal = new AbortController().signal;
const FIELDS = { title: true, icon: false, team: false, properties: [], relations: [], datasource: true };

/** What a search gives when Port answers so. */
async function found(answer: unknown): Promise<readonly unknown[]> {
  const { url } = await listen(({ path }) =>
    path.endsWith('/access_token')
      ? { json: { accessToken: 'token', expiresIn: 3600, tokenType: 'Bearer' } }
      : { json: answer },
  );
  const governor = createGovernor({ side: 'port', concurrency: 1 });
  const http = createHttpClient({
    side: 'port',
    baseUrl: `${url}/v1`,
    timeoutMs: 10_000,
    maxResponseBytes: 1_000_000,
    governor,
    secrets: [],
  });
  const api = new PortApi(http, new TokenProvider(http, { clientId: 'id', clientSecret: 'secret' }, 'test'), 'test');
  const query = { combinator: 'and', rules: [] } as const;
  try {
    const pages: unknown[] = [];
    for await (const page of searchEntities(api, { identifier: 'thing' }, FIELDS, query, signal)) pages.push(...page);
    return pages;
  } finally {
    http.close();
  }
}

const A = { identifier: 'a' };
const READ = {
  blueprint: 'thing',
  identifier: 'a',
  title: null,
  icon: null,
  team: undefined,
  properties: {},
  relations: {},
};

describe('an entity in an answer to a search', () => {
  it.each([
    ['the least', A, READ],
    [
      'null everywhere',
      {
        ...A,
        title: null,
        icon: null,
        team: null,
        properties: null,
        relations: null,
        datasource: null,
        updatedAt: null,
      },
      { ...READ, team: null },
    ],
    [
      'all of it',
      {
        ...A,
        title: 'A',
        icon: 'I',
        team: ['t'],
        properties: { p: 1 },
        relations: { r: null },
        datasource: 'd',
        updatedAt: 'u',
      },
      {
        ...READ,
        title: 'A',
        icon: 'I',
        team: ['t'],
        properties: { p: 1 },
        relations: { r: null },
        datasource: 'd',
        updatedAt: 'u',
      },
    ],
    ['more than we know', { ...A, scorecards: {}, createdBy: 7 }, READ],
    ['a team of any kind', { ...A, team: 7 }, { ...READ, team: 7 }],
  ])('%s: is taken', async (_, row, expected) => {
    expect(await found({ ok: true, entities: [row] })).toStrictEqual([expected]);
  });

  it.each([
    ['entities.0: Invalid input: expected object, received null', null],
    ['entities.0: Invalid input: expected object, received array', [A]],
    ['entities.0.identifier: Invalid input: expected string, received undefined', {}],
    ['entities.0.identifier: Invalid input: expected string, received number', { identifier: 7 }],
    ['entities.0.title: Invalid input: expected string, received number', { ...A, title: 7 }],
    ['entities.0.icon: Invalid input: expected string, received boolean', { ...A, icon: true }],
    ['entities.0.datasource: Invalid input: expected string, received object', { ...A, datasource: {} }],
    ['entities.0.updatedAt: Invalid input: expected string, received number', { ...A, updatedAt: 7 }],
    ['entities.0.properties: Invalid input', { ...A, properties: [] }],
    ['entities.0.relations: Invalid input', { ...A, relations: 'all' }],
  ])('refused with %s', async (message, row) => {
    await expect(found({ ok: true, entities: [row] })).rejects.toThrow(message);
    const second = message.replace('entities.0', 'entities.1');
    await expect(found({ ok: true, entities: [A, row] })).rejects.toThrow(second);
  });

  it.each([
    ['entities: Invalid input: expected array, received undefined', { ok: true }],
    ['entities: Invalid input: expected array, received object', { entities: {} }],
    ['next: Invalid input: expected string, received number', { entities: [], next: 7 }],
  ])('is not there: %s', async (message, answer) => {
    await expect(found(answer)).rejects.toThrow(message);
  });
});
