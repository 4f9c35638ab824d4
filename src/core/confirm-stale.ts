import type { BlueprintState } from './blueprint-state.ts';
import { ConfirmingRead } from './confirming-read.ts';
import type { Confirmation } from './deletion.ts';
import type { KindReader } from './kind-reader.ts';
import { type Extraction, extractionsCreating, type Run } from './run.ts';
import { type Place, placeKey } from './source.ts';

/** How many stale entities are confirmed. If there are more, this many are taken, from all clusters. */
export const MAX_PLACES = 200;
const PLACES_AT_A_TIME = 4;
const MAX_NAMED = 5;

/** The part of a run that confirming needs. */
type ConfirmingRun = Pick<Run, 'extractions' | 'signal'>;

/**
 * Reads the source again, in another way, to confirm that stale entities are gone: reads the scope of each to its end and
 * maps it with the same program. This detects a truncated page that looked complete, which no count can.
 * @param readers the first reads; a scope in which they saw items must not be empty now
 */
export async function confirmStale(
  run: ConfirmingRun,
  state: BlueprintState,
  readers: readonly KindReader[],
): Promise<Confirmation> {
  // Expired entities are older than anything that the source shows, so they cannot be confirmed.
  const stale = new Set(state.stale().filter((identifier) => !state.expired.has(identifier)));
  if (stale.size === 0) return { type: 'confirmed' };
  const contradicting = new Set<string>();
  for (const extraction of extractionsCreating(run.extractions, state.shape.identifier)) {
    const { scopes, unaddressed } = placesToAsk(state, extraction, [...stale]);
    const reader = readers.find(({ kind }) => kind === extraction.kind.name);
    const reading = new ConfirmingRead(
      extraction,
      state.shape.identifier,
      run.signal,
      (item) => reader?.gaveSearchedEntity(item) === true,
    );
    await confirmScopes(extraction, scopes, reader, reading);
    if (unaddressed) await reading.read(extraction.listing.confirmAll(run.signal));
    const { identifiers, problem } = await reading.finish();
    if (problem !== undefined) return { type: 'unconfirmed', detail: problem };
    for (const identifier of identifiers) if (stale.has(identifier)) contradicting.add(identifier);
  }
  if (contradicting.size === 0) return { type: 'confirmed' };
  return { type: 'contradicted', stillThere: [...contradicting].slice(0, MAX_NAMED) };
}

function placesToAsk(state: BlueprintState, extraction: Extraction, stale: readonly string[]) {
  const locator = extraction.locators.get(state.shape.identifier) ?? {};
  const scopes = new Map<string, Place>();
  let unaddressed = false;
  for (const identifier of takeInTurns(
    stale,
    (candidate) => state.entities.locatorValueOf(candidate, locator.cluster ?? '') ?? '',
  )) {
    const scope = extraction.kind.scopeOf(state.partsOf(extraction, identifier));
    if (scope) scopes.set(placeKey(scope), scope);
    else unaddressed = true;
  }
  return { scopes: [...scopes.values()], unaddressed };
}

/** Up to MAX_PLACES of the names, taken from the groups in turn, so that no cluster is left out. */
function takeInTurns(names: readonly string[], groupOf: (name: string) => string): readonly string[] {
  if (names.length <= MAX_PLACES) return names;
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = groupOf(name);
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  const queues = [...groups.values()];
  const picked: string[] = [];
  for (let round = 0; picked.length < MAX_PLACES; round += 1) {
    for (const queue of queues) {
      const name = queue[round];
      if (name !== undefined && picked.length < MAX_PLACES) picked.push(name);
    }
  }
  return picked;
}

/** Reads the scopes again. Scopes that the selector excludes are skipped, because the listing cannot show them. */
async function confirmScopes(
  { listing }: Extraction,
  scopes: readonly Place[],
  first: KindReader | undefined,
  look: ConfirmingRead,
): Promise<void> {
  const waiting = [...scopes].reverse();
  const ask = async () => {
    for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
      const count = await look.confirm(listing, scope);
      if (count === undefined) continue;
      const knownBefore = first?.itemsIn(scope) ?? 0;
      if (count > 0 || knownBefore === 0) continue;
      const where = Object.values(scope).join('/');
      look.markUnusable(`the second read of ${where} shows nothing, the first showed ${knownBefore} items`);
    }
  };
  await Promise.all(Array.from({ length: PLACES_AT_A_TIME }, ask));
}
