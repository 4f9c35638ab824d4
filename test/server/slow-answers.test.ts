import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/server/dependencies.ts';
import { bearer, listening, NO_MAPPINGS, startServer } from './support.ts';

/** Longer than a connection may be idle before a request. */
const slowly = async <T>(value: T): Promise<T> => {
  await sleep(3_000);
  return value;
};
const limits = { connectionTimeoutMs: 1_500, timeoutCheckMs: 20 };
const document = { items: [], problems: [], mapping: 'none' };
const json = { ...bearer, 'content-type': 'application/json' };

const ROUTES = [
  ['GET', '/v1/doctor', undefined],
  ['GET', '/v1/entities?q=cart', undefined],
  ['GET', '/v1/status', undefined],
  ['GET', '/v1/mapping', undefined],
  ['POST', '/v1/map', { kind: 'komodorService', items: [] }],
  ['POST', '/v1/lint', {}],
] as const;

describe('an answer that takes longer than a connection may be idle', () => {
  it('arrives', async () => {
    const server = await startServer({
      limits,
      doctor: () => slowly({ checks: [], status: 'ok' }),
      status: () => slowly(JSON.parse('{}')),
      lint: () => slowly({ status: 'completed', mapping: 'none', samples: null, findings: [] }),
      mappings: {
        ...NO_MAPPINGS,
        map: (kind) => slowly({ ...document, kind }),
        read: () => slowly({ origin: 'none', source: 'file', digest: '0123456789abcdef', mapping: '' }),
      },
      entities: {
        find: (q) => slowly({ q, entities: [], more: false, unknown: [] }),
        explain: async () => {
          throw new Error('not asked for');
        },
        recall: async () => ({ history: [], heldBack: null, hindrances: [], problems: [] }),
      },
    });
    const { url } = await listening(server);
    const answers = ROUTES.map(async ([method, path, body]) => {
      const answer = await fetch(`${url}${path}`, {
        ...{ method, headers: json },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }).catch((error: Error) => ({ status: String(error.cause) }));
      return [path, answer.status];
    });
    expect(await Promise.all(answers)).toEqual(ROUTES.map(([, path]) => [path, 200]));
  });

  it('may take as long as the longest limit of a route', () => {
    // GET /v1/entities/:blueprint/:identifier asks both systems for a minute at most.
    expect(DEFAULT_LIMITS.answerTimeoutMs).toBeGreaterThan(60_000);
  });
});
