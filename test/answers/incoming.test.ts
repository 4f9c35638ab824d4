import { describe, expect } from 'vitest';
import { findIncoming } from '../../src/port/incoming.ts';
import { type Harness, it } from '../resync/harness.ts';

const none = new AbortController().signal;

function blueprint(
  { store }: Harness,
  identifier: string,
  target: string,
  more: { many?: boolean; required?: boolean },
) {
  const relation = { target, many: false, required: false, ...more };
  store.putBlueprint({ identifier, title: identifier, schema: { properties: {} }, relations: { to: relation } });
}

function numbered(count: number, name: string): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at}`);
}

describe('findIncoming', () => {
  it('counts what leads there itself, of every blueprint, and not what leads there over another', async ({ start }) => {
    const harness = await start({ services: 0 });
    const { store } = harness;
    store.putBlueprint({ identifier: 'host', title: 'Host', schema: { properties: {} }, relations: {} });
    blueprint(harness, 'app', 'host', { required: true });
    blueprint(harness, 'group', 'host', { many: true });
    blueprint(harness, 'page', 'app', {});
    for (const identifier of ['h-0', 'h-1', 'h-2']) store.putEntity({ blueprint: 'host', identifier });
    for (const [at, to] of ['h-0', 'h-0', 'h-2'].entries())
      store.putEntity({ blueprint: 'app', identifier: `a-${at}`, title: `App ${at}`, relations: { to } });
    store.putEntity({ blueprint: 'group', identifier: 'g', relations: { to: ['h-2', 'h-1'] } });
    store.putEntity({ blueprint: 'page', identifier: 'p', relations: { to: 'a-0' } });
    const { portApi } = harness.parts();
    expect(await findIncoming(portApi, 'host', ['h-0', 'h-1'], none)).toEqual({
      relations: [
        {
          ...{ blueprint: 'app', relation: 'to', required: true, count: 2 },
          sample: [
            { identifier: 'a-0', title: 'App 0' },
            { identifier: 'a-1', title: 'App 1' },
          ],
        },
        {
          ...{ blueprint: 'group', relation: 'to', required: false, count: 1 },
          sample: [{ identifier: 'g', title: 'g' }],
        },
      ],
      unasked: null,
    });
    expect(await findIncoming(portApi, 'page', ['p'], none)).toEqual({ relations: [], unasked: null });
  });

  it('sends a limited number of requests, and says what it has not asked', async ({ start }) => {
    const harness = await start({ services: 0 });
    const { store } = harness;
    store.putBlueprint({ identifier: 'host', title: 'Host', schema: { properties: {} }, relations: {} });
    blueprint(harness, 'app', 'host', {});
    const hosts = numbered(1_200, 'h');
    for (const identifier of hosts) store.putEntity({ blueprint: 'host', identifier });
    for (const to of hosts) store.putEntity({ blueprint: 'app', identifier: `of-${to}`, relations: { to } });
    const found = await findIncoming(harness.parts().portApi, 'host', hosts, none);
    expect(found.relations).toMatchObject([{ count: 1_000 }]);
    expect(found.unasked).toBe('There may be more: 1000 of 1200 entities were asked about');

    for (const name of numbered(7, 'kind')) blueprint(harness, name, 'host', {});
    harness.cutLogs();
    const { unasked } = await findIncoming(harness.parts().portApi, 'host', hosts, none);
    expect(unasked).toContain('and 60 pages were read');
    expect(harness.port.log.length).toBeLessThanOrEqual(62);
  });
});
