import { loadDefaults } from '../src/compose/defaults.ts';
import { type BareClient, createBareClient, inParallel } from './bare-client.ts';
import { riskPages, servicePages } from './listings.ts';
import { settingsFor } from './settings.ts';
import type { SentEntity } from './stand-in-calls.ts';

/** As in the shipped settings: batches on their way to Port at once, and items a page. */
const BATCHES_IN_FLIGHT = 6;
const SERVICES_A_PAGE = 500;
const RISKS_A_PAGE = 200;
const ENTITIES_A_BATCH = 20;

export interface Floor {
  /** All pages, each after the one before. */
  readonly pagesSeconds: number;
  /** All bulk writes, as many at a time as the program has. */
  readonly writesSeconds: number;
  /** Both side by side: the same requests as a first run, without mapping, comparing or reading Port. */
  readonly bothSeconds: number;
}

/** The least that the same work costs against these stand-ins. Port must have the blueprints and should have no entity. */
export async function measureFloor(
  environment: Readonly<Record<string, string>>,
  entities: Readonly<Record<string, readonly SentEntity[]>>,
): Promise<Floor> {
  const client = await createBareClient(environment);
  const read = () => readEverything(client, environment);
  const write = () => inParallel(BATCHES_IN_FLIGHT, bulkCalls(client, environment, entities));
  // The first round is for the stand-ins: entities that are new to Port are made in it.
  const bothSeconds = await seconds(() => Promise.all([read(), write()]));
  const pagesSeconds = await seconds(read);
  const writesSeconds = await seconds(write);
  client.close();
  return { bothSeconds, pagesSeconds, writesSeconds };
}

async function readEverything(client: BareClient, { KOMODOR_BASE_URL = '' }: Readonly<Record<string, string>>) {
  let rows = 0;
  for await (const page of servicePages(client, KOMODOR_BASE_URL, SERVICES_A_PAGE)) rows += page.length;
  for await (const page of riskPages(client, KOMODOR_BASE_URL, RISKS_A_PAGE)) rows += page.length;
  return rows;
}

/** Bulk requests, ready to be sent: the bodies are written before the clock starts. */
export function bulkCalls(
  client: BareClient,
  { PORT_BASE_URL }: Readonly<Record<string, string>>,
  entities: Readonly<Record<string, readonly SentEntity[]>>,
): readonly (() => Promise<unknown>)[] {
  const path = (blueprint: string) => `/blueprints/${blueprint}/entities/bulk?upsert=true&merge=true`;
  // Services first: risks point at them.
  const blueprints = Object.keys(entities).sort().reverse();
  return blueprints.flatMap((blueprint) =>
    batchesOf(entities[blueprint] ?? [], ENTITIES_A_BATCH).map((batch) => {
      const body = JSON.stringify({
        entities: batch.map(({ identifier, title, properties, relations }) => ({
          identifier,
          title,
          properties,
          relations,
        })),
      });
      return () => client.call(`${PORT_BASE_URL}/v1`, 'POST', path(blueprint), body);
    }),
  );
}

export function batchesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** Puts our blueprints into an empty Port. */
export async function makeBlueprints(environment: Readonly<Record<string, string>>): Promise<void> {
  const client = await createBareClient(environment);
  for (const blueprint of loadDefaults(settingsFor(environment)).blueprints) {
    await client.call(`${environment.PORT_BASE_URL}/v1`, 'POST', '/blueprints', JSON.stringify(blueprint));
  }
  client.close();
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
