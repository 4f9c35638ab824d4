import type { BareClient } from './bare-client.ts';
import type { Entities } from './floor-writer.ts';

const ENTITIES_A_BATCH = 20;

/** Bulk requests, ready to be sent: the bodies are written before the clock starts. */
export function bulkCalls(
  client: BareClient,
  { PORT_BASE_URL }: Readonly<Record<string, string>>,
  entities: Entities,
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

function batchesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
