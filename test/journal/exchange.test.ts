import { describe, expect } from 'vitest';
import { CollectedRows } from '../../src/core/collected-rows.ts';
import { it } from '../resync/harness.ts';
import { changeFirst } from '../resync/world-steps.ts';
import { recorderOf, tally } from './recorded.ts';

describe.concurrent('the request and the answer of what Port refuses', () => {
  it('are kept of 100 rows of a run', async ({ start }) => {
    const harness = await start({ risksPerService: 0, services: 130 });
    harness.port.faults.add('bulk -> refuse-all 403');
    const { rows } = await recorderOf(harness)();
    expect(tally(rows)).toEqual({ 'create refused': 130 });
    expect(rows.filter(({ error }) => error?.exchange)).toHaveLength(100);
    for (const { identifier, error } of rows) {
      if (error?.exchange) expect(error.exchange.request.body).toContain(JSON.stringify(identifier));
      expect(error).toMatchObject({ message: 'Refused by a fault of the sandbox' });
    }
  });

  it('are not kept where values are not', async ({ start }) => {
    const harness = await start({ risksPerService: 0 });
    harness.port.faults.add('bulk -> refuse-all 403');
    const { rows } = await recorderOf(harness)({ detail: 'names' });
    expect(rows.filter(({ outcome }) => outcome === 'refused')).toHaveLength(40);
    expect(rows.filter(({ error }) => error?.exchange)).toEqual([]);
  });

  it('have no secrets, and are cut at 2 KiB', async ({ start }) => {
    const harness = await start({ risksPerService: 0 });
    const secret = harness.env.KOMODOR_API_KEY ?? '';
    changeFirst(harness.world, { labels: { a: `a ${secret} "quoted"`, b: 'é'.repeat(3000) } });
    harness.port.faults.add('bulk -> refuse-all 403');
    const writer = new CollectedRows();
    await harness.run('resync', { journal: { writer, detail: 'values' } });
    const exchanges = writer.all().flatMap(({ error }) => error?.exchange ?? []);
    const long = exchanges.filter(({ request }) => request.body.includes('é'));
    expect(long).toHaveLength(1);
    expect(long[0]?.request.body).toMatch(/\[redacted\].*… \(cut here, \d+ bytes in all\)$/);
    expect(Buffer.byteLength(long[0]?.request.body ?? '')).toBeLessThan(2100);
    expect(JSON.stringify(exchanges)).not.toContain(secret);
  });
});
