import { describe, expect, it } from 'vitest';
import type { EntityAnswers } from '../../src/answers/entity-answers.ts';
import { bearer, startServer, until } from './support.ts';

const PATH = '/v1/entities/komodorService/Deployment-arn%3Aaws%2Fcluster-shop-api';

/** Answers that wait until the test lets them go. */
function waiting() {
  const asked: { readonly identifier: string; readonly signal: AbortSignal; answer(): void }[] = [];
  const entities: EntityAnswers = {
    find: async (q) => ({ q, entities: [], more: false, unknown: [] }),
    explain: (_blueprint, identifier, signal) =>
      new Promise((_resolve, reject) => {
        asked.push({ identifier, signal, answer: () => reject(new Error('enough')) });
      }),
    recall: async () => ({ history: [], heldBack: null, hindrances: [], problems: [] }),
  };
  return { asked, entities };
}

describe('the routes of entities', () => {
  it('need the token', async () => {
    const { app } = await startServer();
    for (const url of ['/v1/entities?q=api', PATH, `${PATH}/history`])
      expect((await app.inject(url)).statusCode).toBe(401);
  });

  it('answer two at once, and say to the third when to ask again', async () => {
    const { asked, entities } = waiting();
    const { app } = await startServer({ entities });
    const get = (url: string) => app.inject({ url, headers: bearer });
    const two = [get(PATH), get(PATH)];
    await until(() => asked.length === 2);
    const third = await get(PATH);
    expect(third.statusCode).toBe(429);
    expect(third.headers['retry-after']).toBe('2');
    expect((await get(`${PATH}/history`)).json()).toEqual({
      history: [],
      heldBack: null,
      hindrances: [],
      problems: [],
    });
    for (const { identifier, answer } of asked) {
      expect(identifier).toBe('Deployment-arn:aws/cluster-shop-api');
      answer();
    }
    await Promise.all(two);
    expect((await get('/v1/entities?q=api')).statusCode).toBe(200);
  });

  it('have a limit of their own, and refuse what is too short or too long to be a name', async () => {
    const { app } = await startServer({ limits: { explainsPerMinute: 3 } });
    const get = async (q: string) => (await app.inject({ url: `/v1/entities?q=${q}`, headers: bearer })).statusCode;
    expect([await get('a'), await get('x'.repeat(201)), await get('api'), await get('api')]).toEqual([
      400, 400, 200, 429,
    ]);
    expect((await app.inject({ url: '/v1/runs', headers: bearer })).statusCode).toBe(200);
  });
});
