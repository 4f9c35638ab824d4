import type { RawItem, StoredEntity } from '../../core/model.ts';
import { openRun } from '../../core/open-run.ts';
import { RecordingCatalog } from '../../core/plan.ts';
import type { Catalog, Ports } from '../../core/ports.ts';
import type { PreparedCatalog } from '../../core/prepared-catalog.ts';
import { ProblemBook } from '../../core/problem-book.ts';
import { readKinds } from '../../core/read-kinds.ts';
import type { Change, Problem } from '../../core/report.ts';
import type { Extraction } from '../../core/run.ts';
import type { Walk } from '../../core/source.ts';

export interface Simulation {
  /** What would be written of the entity; undefined: nothing, it is as the mapping gives it. */
  readonly change: Change | undefined;
  readonly problems: readonly Problem[];
}

export interface GivingItems {
  readonly extraction: Extraction;
  readonly items: readonly RawItem[];
}

/**
 * Lets the engine make of some items what a resync would make of them: with the same steps, and nothing written.
 * @param stored the entity in Port, when it is ours
 */
export async function simulate(
  ports: Pick<Ports, 'kinds' | 'mapper' | 'catalog' | 'now'>,
  { mapping }: Pick<PreparedCatalog, 'mapping'>,
  extractions: readonly Extraction[],
  {
    given,
    stored,
    wanted,
  }: {
    readonly given: readonly GivingItems[];
    readonly stored: StoredEntity | undefined;
    readonly wanted: { readonly blueprint: string; readonly identifier: string };
  },
  signal: AbortSignal,
): Promise<Simulation> {
  const catalog = new RecordingCatalog(withOnly(ports.catalog, stored));
  const problems = new ProblemBook();
  const traffic = { snapshot: () => ({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }) };
  const run = openRun({ ports: { ...ports, catalog, traffic }, mapping, extractions, observer: {}, problems, signal });
  await run.state(wanted.blueprint);
  const narrowed = given.map(({ extraction, items }) => ({
    ...extraction,
    listing: { ...extraction.listing, read: () => walkOf(items) },
  }));
  await readKinds(run, narrowed, { readers: [], intake: undefined, writer: undefined });
  const changes = await catalog.changes();
  const change = changes.find(
    ({ blueprint, identifier }) => blueprint === wanted.blueprint && identifier === wanted.identifier,
  );
  return { change, problems: problems.list() };
}

async function* walkOf(items: readonly RawItem[]): Walk {
  yield { items, malformed: 0 };
  return { complete: true };
}

/** The catalog as if this one entity were all that is ours. */
function withOnly(catalog: Catalog, stored: StoredEntity | undefined): Catalog {
  return {
    limits: catalog.limits,
    prepare: (signal) => catalog.prepare(signal),
    blueprint: (identifier, signal) => catalog.blueprint(identifier, signal),
    async *owned({ identifier }) {
      if (stored?.blueprint === identifier) yield [stored];
    },
    ownedElsewhere: async () => ({ blueprints: [], otherInstallations: new Map() }),
    find: (blueprint, fields, identifiers, signal) => catalog.find(blueprint, fields, identifiers, signal),
    existing: (blueprint, identifiers, signal) => catalog.existing(blueprint, identifiers, signal),
    upsert: (batch, flags, signal) => catalog.upsert(batch, flags, signal),
    remove: (blueprint, identifiers, signal) => catalog.remove(blueprint, identifiers, signal),
  };
}
