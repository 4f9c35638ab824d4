import type { BlueprintState } from './blueprint-state.ts';
import { AppError } from './errors.ts';
import { encodeIdentifier } from './identifier.ts';
import type { KindQuery, Narrowed, PropertyValues, Source, WorkloadAddress } from './ports.ts';
import { type Extraction, feeding, type Run } from './run.ts';

/**
 * Deletes what belonged to a workload that is gone. One entity needs no threshold, but ownership, completeness and a
 * second look it needs: Komodor must miss it twice, asked in two ways, and must not miss anything else of the same
 * place that Port has. A page that was cut looks just like a workload that went.
 * @throws AppError `read_incomplete` when that cannot be said; to be tried again, and else left to the next resync
 */
export async function removeGoneWorkload(run: Run, source: Source, address: WorkloadAddress): Promise<void> {
  if (run.mapping.flags.entityDeletionThreshold === null) return;
  for (const state of run.states()) {
    const feeds = feeding(run.extractions, state.shape.identifier);
    const narrowed = feeds.flatMap((extraction) => {
      const narrow = source.addressing(extraction.query.kind).narrow(address);
      return narrow?.goesWithWorkload ? [{ extraction, narrow }] : [];
    });
    const stale = state.stale();
    if (narrowed.length < feeds.length || stale.length === 0 || state.taints.length > 0) continue;
    for (const { extraction, narrow } of narrowed) await confirm(run, source, state, extraction, narrow, stale);
    const { deleted, refused } = await run.ports.catalog.remove(state.shape.identifier, stale, run.signal);
    state.deleted += deleted.length;
    for (const { identifier, code, message } of refused) {
      run.problems.add({ code: 'delete_failed', severity: 'error', group: code, message, sample: identifier });
    }
  }
}

async function confirm(
  run: Run,
  source: Source,
  state: BlueprintState,
  extraction: Extraction,
  { scope, secondLook }: Narrowed,
  stale: readonly string[],
): Promise<void> {
  const { query } = extraction;
  const seen = await identifiersIn(run, source, state, extraction, query, scope);
  const again = { ...query, selector: { ...query.selector, ...secondLook } };
  const seenAgain = await identifiersIn(run, source, state, extraction, again, scope);
  const back = stale.find((identifier) => seen.has(identifier) || seenAgain.has(identifier));
  if (back !== undefined) throw doubt(`Komodor shows ${back} again`);
  const missing = (await ownedIn(run, state, extraction, scope)).filter((identifier) => !seen.has(identifier));
  if (missing.length > stale.length) {
    throw doubt(
      `Komodor also misses ${missing.length - stale.length} other entities of ${Object.values(scope).join('/')}`,
    );
  }
}

function doubt(why: string): AppError {
  return new AppError('read_incomplete', `Nothing was deleted: ${why}. The next resync decides`);
}

async function identifiersIn(
  run: Run,
  source: Source,
  state: BlueprintState,
  { program }: Extraction,
  query: KindQuery,
  scope: Narrowed['scope'],
): Promise<ReadonlySet<string>> {
  const pages = source.readScope(query, scope, run.signal);
  const found = new Set<string>();
  if (!pages) return found;
  for (;;) {
    const next = await pages.next();
    if (next.done) {
      if (!next.value.complete) throw doubt(next.value.detail);
      return found;
    }
    if (next.value.malformed > 0) throw doubt('Komodor sent things that are no items');
    for (const { item, rows } of await program.map(next.value.items, run.signal)) {
      for (const row of rows) {
        if (row.type === 'rejected') throw doubt(`${item.label} gave no identifier`);
        if (row.type !== 'entity' || row.entity.blueprint !== state.shape.identifier) continue;
        if (typeof row.entity.identifier === 'string') found.add(encodeIdentifier(row.entity.identifier));
      }
    }
  }
}

/** Our entities in Port that lie in the scope; none when the mapping does not keep the address. */
async function ownedIn(
  run: Run,
  { shape, selection }: BlueprintState,
  { locators }: Extraction,
  scope: Narrowed['scope'],
): Promise<readonly string[]> {
  const locator = locators.get(shape.identifier) ?? {};
  const where: [string, string][] = [];
  for (const [part, value] of Object.entries(scope)) {
    const property = locator[part];
    if (property === undefined) return [];
    where.push([property, value]);
  }
  const values: PropertyValues = Object.fromEntries(where);
  const identifiers: string[] = [];
  for await (const page of run.ports.catalog.owned(shape, selection, run.signal, values)) {
    identifiers.push(...page.map(({ identifier }) => identifier));
  }
  return identifiers;
}
