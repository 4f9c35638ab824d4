import { expect } from 'vitest';
import { findEntities } from '../../src/answers/find-entities.ts';
import { LeftOutBook } from '../../src/core/left-out.ts';
import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { createInlineLeftOut } from '../../src/queue/inline-left-out.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { type Harness, it } from '../resync/harness.ts';
import { mappingOf, shippedEntry } from './explain-stage.ts';

const identify = (before: { readonly identifier: string }) =>
  `(${before.identifier}) | if endswith("-no-name") then error("broken on purpose") else . end`;
const MAPPING = mappingOf([
  shippedEntry('komodor.yaml', 'komodorService', {
    selector: { query: '.namespace != "left-out"' },
    template: (before) => ({ identifier: identify(before), title: '.service | ascii_upcase[:1] + .[1:]' }),
  }),
  shippedEntry('komodor.yaml', 'komodorHealthMonitoring', { selector: { query: '.severity != "low"' } }),
  // Its add-on is off, so that Port has no such blueprint.
  shippedEntry('clusters.yaml', 'komodorCluster'),
]);

/** Services and risks of all fates: in Port, left out by a selector, without an identifier. */
async function stage(start: (options?: object) => Promise<Harness>, env = {}) {
  const world = createWorld({ seed: 7, services: 5, risksPerService: 1, clusters: 2 });
  const [service] = world.services;
  const [risk] = world.risks;
  if (!service || !risk) throw new Error('The world has too little');
  const place = { cluster: 'production-eu', kind: 'StatefulSet' as const };
  world.services.push(
    { ...service, ...place, service: 'payments', namespace: 'shop', uid: 'payments' },
    { ...service, ...place, service: 'ledger', namespace: 'left-out', uid: 'ledger' },
    { ...service, ...place, service: 'no-name', namespace: 'shop', uid: 'no-name' },
  );
  const komodorUid = (name: string) => `StatefulSet|production-eu|shop|${name}`;
  world.risks.push(
    { ...risk, id: 'risk-of-payments', komodorUid: komodorUid('payments'), severity: 'high' },
    { ...risk, id: 'risk-left-out', komodorUid: komodorUid('ledger'), severity: 'low' },
  );
  const harness = await start({ world, mapping: MAPPING, env });
  const book = new LeftOutBook();
  await harness.run('resync', { observer: book.observer });
  const leftOut = createInlineLeftOut();
  await leftOut.keep(book.list(new Date()), 'forget');
  const memory = { queue: createInlineQueue(), journal: createInlineJournal({ log: () => undefined }), leftOut };
  return {
    harness,
    memory,
    find: (q: string) => findEntities(harness.parts(), memory, q, AbortSignal.timeout(60_000)),
  };
}

const SERVICE = 'StatefulSet-production-eu-shop-payments';
const HIDDEN = 'StatefulSet-production-eu-left-out-ledger';

it('finds by any part of a name, in any case, in Port or not', async ({ start }) => {
  const { find } = await stage(start);
  const searches: readonly (readonly [q: string, identifier: string, verdict: string | null, inPort: boolean])[] = [
    ['payments', SERVICE, null, true],
    ['PAYMENTS', SERVICE, null, true],
    ['Pay', SERVICE, null, true],
    ['statefulset-production-eu-shop-pay', SERVICE, null, true],
    ['StatefulSet/production-eu/shop/payments', SERVICE, null, true],
    ['ledger', HIDDEN, 'missing_filtered', false],
    ['LEDGER', HIDDEN, 'missing_filtered', false],
    ['production-eu-left', HIDDEN, 'missing_filtered', false],
    ['statefulset-production-eu-left-out-ledger', HIDDEN, 'missing_filtered', false],
    ['no-name', 'StatefulSet-production-eu-shop-no-name', 'missing_rejected', false],
    ['risk-of', 'risk-of-payments', null, true],
    ['StatefulSet|production-eu|shop|payments', 'risk-of-payments', null, true],
    ['risk-left', 'risk-left-out', 'missing_filtered', false],
    ['StatefulSet|production-eu|shop|ledger', 'risk-left-out', 'missing_filtered', false],
    ['StatefulSet-production-eu-shop-ledger', 'risk-left-out', 'missing_filtered', false],
    ['shop ledger', 'risk-left-out', 'missing_filtered', false],
  ];
  for (const [q, identifier, verdict, inPort] of searches) {
    const { entities, unknown } = await find(q);
    expect(unknown).toEqual([]);
    const found = entities.find((one) => one.identifier === identifier);
    expect([q, found?.verdict, found?.inPort], JSON.stringify(entities)).toEqual([q, verdict, inPort]);
    const blueprint = identifier.startsWith('risk') ? 'komodorHealthMonitoring' : 'komodorService';
    expect(found?.href).toBe(`/v1/entities/${blueprint}/${identifier}`);
  }
});

it('puts what is called exactly like the search first', async ({ start }) => {
  const { find, harness } = await stage(start);
  for (const identifier of ['a-payments-x', 'payments', 'payments-and-more'])
    harness.store.putEntity({ blueprint: 'komodorService', identifier, title: identifier });
  const { entities } = await find('payments');
  const order = ['payments', 'payments-and-more', 'a-payments-x'];
  expect(entities.map(({ identifier }) => identifier).filter((one) => order.includes(one))).toEqual(order);
});

it('does not hide what is missing behind many that are there', async ({ start }) => {
  const { find, harness } = await stage(start);
  for (let n = 0; n < 60; n += 1)
    harness.store.putEntity({ blueprint: 'komodorService', identifier: `a-ledger-${n}`, title: 'a' });
  const { entities, more } = await find('ledger');
  expect([entities.length, more]).toEqual([50, true]);
  expect(entities.slice(0, 2).map(({ identifier }) => identifier)).toEqual([HIDDEN, 'risk-left-out']);
});

it('goes on when Port has not got a blueprint of the mapping, and says what it cannot ask', async ({ start }) => {
  const { find, harness, memory } = await stage(start);
  expect(harness.store.blueprint('komodorCluster')).toBeUndefined();
  expect(await find(SERVICE)).toMatchObject({ entities: [{ identifier: SERVICE, inPort: true }, {}], unknown: [] });
  harness.port.faults.add('search -> 500');
  const { unknown, entities } = await find('ledger');
  expect(unknown).toEqual([expect.stringMatching(/^Port could not be asked: /)]);
  expect(entities.map(({ verdict }) => verdict)).toContain('missing_filtered');
  harness.port.faults.clear();
  const { leftOut: _, ...without } = memory;
  const off = await findEntities(harness.parts(), without, 'ledger', AbortSignal.timeout(60_000));
  expect(off.unknown).toEqual([expect.stringContaining('RUN_HISTORY=off')]);
});
