import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/core/journal.ts';
import { HttpFailure } from '../../src/net/http-failure.ts';
import { exchangeOf, failedExchange } from '../../src/port/exchange.ts';
import { FLAGS, SIGNAL, thing } from './catalog.contract.ts';
import { type OpenCatalog, OURS, openPortCatalog } from './open-port-catalog.ts';

let open: OpenCatalog;
beforeEach(async () => {
  open = await openPortCatalog();
});
afterEach(() => open.close());

const NAMES = ['first', 'second', 'third'];

/** What is kept of each refused write of three entities. */
async function writeAll(): Promise<readonly (Exchange | undefined)[]> {
  const entities = NAMES.map((name) => thing(name, { properties: { place: `at ${name}` } }));
  const outcomes = await open.catalog.upsert({ blueprint: 'thing', merge: true, entities }, FLAGS, SIGNAL);
  return outcomes.map((outcome) => ('exchange' in outcome ? outcome.exchange : undefined));
}

async function deleteAll(): Promise<readonly (Exchange | undefined)[]> {
  for (const identifier of NAMES) open.port.store.putEntity({ blueprint: 'thing', identifier, datasource: OURS });
  const { refused } = await open.catalog.remove('thing', NAMES, SIGNAL);
  return NAMES.map((name) => refused.find(({ identifier }) => identifier === name)?.exchange);
}

/** A fault at each level (the connection, the request, the item), and which of the three Port refuses then. */
const WRITES = [
  { fault: 'bulk -> refuse-item 1 422', refused: [1], status: 207, says: '"statusCode":422' },
  { fault: 'bulk -> refuse-all 403', refused: [0, 1, 2], status: 207, says: '"statusCode":403' },
  { fault: 'bulk -> refuse-blueprint thing 422', refused: [0, 1, 2], status: 422, says: '"ok":false' },
  { fault: 'bulk -> 403', refused: [0, 1, 2], status: 403, says: 'error 403' },
  { fault: 'bulk -> garbage 400', refused: [0, 1, 2], status: 400, says: '' },
] as const;

describe('what is kept of a refused write', () => {
  it.each(WRITES)('$fault', async ({ fault, refused, status, says }) => {
    open.port.faults.add(fault);
    const kept = await writeAll();
    expect(kept.flatMap((exchange, at) => (exchange ? [at] : []))).toEqual(refused);
    for (const at of refused) {
      const { request, answer } = kept[at] ?? {};
      expect(request).toMatchObject({
        method: 'POST',
        path: expect.stringMatching(/^\/blueprints\/thing\/entities\/bulk\?upsert=true&merge=true&/),
      });
      const name = NAMES[at] ?? '';
      expect(JSON.parse(request?.body ?? '')).toMatchObject({
        entities: [{ identifier: name, properties: { place: `at ${name}` } }],
      });
      expect(answer?.status).toBe(status);
      expect(answer?.body).toContain(says);
      for (const other of NAMES.filter((each) => each !== name)) expect(JSON.stringify(kept[at])).not.toContain(other);
    }
  });

  it('of a relation without its target', async () => {
    const entities = [thing('a'), thing('b', { relations: { next: 'nobody' } })];
    const outcomes = await open.catalog.upsert({ blueprint: 'thing', merge: true, entities }, FLAGS, SIGNAL);
    expect(outcomes[1]).toMatchObject({
      type: 'missing_relation',
      exchange: { request: { body: expect.stringContaining('"next":"nobody"') }, answer: { status: 207 } },
    });
  });
});

describe('an answer that is nested too deep', () => {
  it('is not kept', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const { answer } = exchangeOf({ method: 'POST', path: '/x', query: {} }, '{}', 207, deep);
    expect(answer).toEqual({ status: 207, body: '' });
  });
});

describe('what is kept of a request without an answer', () => {
  it('has no status', () => {
    const failure = new HttpFailure('Port did not answer', {
      side: 'port',
      problem: 'timeout',
      method: 'POST',
      path: '/x',
    });
    const kept = failedExchange({ method: 'POST', path: '/x', query: { merge: 'true' } }, '{}', failure);
    expect(kept).toEqual({
      request: { method: 'POST', path: '/x?merge=true', body: '{}' },
      answer: { status: null, body: '' },
    });
  });
});

const DELETIONS = [
  { fault: 'delete -> refuse-item 1 422', refused: [1], status: 207, says: '"statusCode":422' },
  { fault: 'delete -> has-dependents', refused: [0, 1, 2], status: 403, says: 'has_dependents' },
  { fault: 'delete -> 404', refused: [0, 1, 2], status: 404, says: '' },
] as const;

describe('what is kept of a refused deletion', () => {
  it.each(DELETIONS)('$fault', async ({ fault, refused, status, says }) => {
    open.port.faults.add(fault);
    const kept = await deleteAll();
    expect(kept.flatMap((exchange, at) => (exchange ? [at] : []))).toEqual(refused);
    for (const at of refused) {
      expect(kept[at]?.request).toMatchObject({
        method: 'POST',
        path: expect.stringMatching(/^\/blueprints\/thing\/bulk\/entities\/delete\?delete_dependents=false&/),
        body: JSON.stringify({ entities: [NAMES[at]] }),
      });
      expect(kept[at]?.answer.status).toBe(status);
      expect(kept[at]?.answer.body).toContain(says);
    }
  });
});
