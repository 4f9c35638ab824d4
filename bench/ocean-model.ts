/**
 * A model of how Port's Ocean integration calls both APIs, without any of its own work: no mapping, no comparing, no Python.
 * Each page is carried to its end before the next one is asked for: a page from Komodor (25 services; 50 risks), a search in
 * Port for its entities (by 50), then its bulk writes side by side. The shipped mapping of that integration has two
 * entries for the risks, so these are read and written twice.
 */

import { createBareClient, inParallel } from './bare-client.ts';
import { batchesOf, bulkCalls } from './floor.ts';
import { type Row, riskPages, servicePages } from './listings.ts';
import type { SentEntity } from './stand-in-calls.ts';

const SERVICES_A_PAGE = 25;
const RISKS_A_PAGE = 50;
const SEARCHED_AT_ONCE = 50;

/** @returns entities a second over the given entities of both blueprints; `entities` must be what the listings give */
export async function oceanEntitiesPerSecond(
  environment: Readonly<Record<string, string>>,
  entities: Readonly<Record<string, readonly SentEntity[]>>,
): Promise<number> {
  const client = await createBareClient(environment);
  const { KOMODOR_BASE_URL = '', PORT_BASE_URL } = environment;

  async function workOff(blueprint: string, pages: AsyncGenerator<readonly Row[]>): Promise<void> {
    let done = 0;
    for await (const page of pages) {
      const batch = (entities[blueprint] ?? []).slice(done, done + page.length);
      done += page.length;
      for (const some of batchesOf(batch, SEARCHED_AT_ONCE)) {
        const value = some.map(({ identifier }) => identifier);
        const query = { combinator: 'and', rules: [{ property: '$identifier', operator: 'in', value }] };
        const path = `/blueprints/${blueprint}/entities/search`;
        await client.call(`${PORT_BASE_URL}/v1`, 'POST', path, JSON.stringify({ query }));
      }
      const writes = bulkCalls(client, environment, { [blueprint]: batch });
      await inParallel(Math.max(1, writes.length), writes);
    }
  }

  const startedAt = performance.now();
  await workOff('komodorService', servicePages(client, KOMODOR_BASE_URL, SERVICES_A_PAGE));
  await workOff('komodorHealthMonitoring', riskPages(client, KOMODOR_BASE_URL, RISKS_A_PAGE));
  await workOff('komodorHealthMonitoring', riskPages(client, KOMODOR_BASE_URL, RISKS_A_PAGE));
  const seconds = (performance.now() - startedAt) / 1000;
  client.close();
  const count = Object.values(entities).reduce((sum, some) => sum + some.length, 0);
  return count / seconds;
}
