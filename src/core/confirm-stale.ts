import type { BlueprintState } from './blueprint-state.ts';
import { ConfirmingRead } from './confirming-read.ts';
import type { Confirmation } from './deletion.ts';
import type { KindReader } from './kind-reader.ts';
import { type Extraction, extractionsCreating, type Run } from './run.ts';
import { type Place, placeKey } from './source.ts';
import { forEachInTurns } from './yield-to-event-loop.ts';

/** How many stale entities are confirmed. If there are more, this many are taken, from all clusters. */
export const MAX_PLACES = 200;
/** The limit of requests to the source is its own; this only has to keep it busy. */
const PLACES_AT_A_TIME = 8;
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
  const stale = state.stale().filter((identifier) => !state.expired.has(identifier));
  if (stale.length === 0) return { type: 'confirmed' };
  const reads = await Promise.all(
    extractionsCreating(run.extractions, state.shape.identifier).map((extraction) => {
      const reader = readers.find(({ kind }) => kind === extraction.kind.name);
      return readAgain(run, state, extraction, reader, stale);
    }),
  );
  const problem = reads.find((read) => read.problem !== undefined)?.problem;
  if (problem !== undefined) return { type: 'unconfirmed', detail: problem };
  // In the order of Port's entities, whichever answer came first.
  const stillThere: string[] = [];
  await forEachInTurns(stale, (identifier) => {
    const isNamed = stillThere.length < MAX_NAMED && reads.some(({ identifiers }) => identifiers.has(identifier));
    if (isNamed) stillThere.push(identifier);
  });
  return stillThere.length === 0 ? { type: 'confirmed' } : { type: 'contradicted', stillThere };
}

/** Reads the scopes of stale entities again, as one extraction shows them; for those without a scope, everything. */
async function readAgain(
  run: ConfirmingRun,
  state: BlueprintState,
  extraction: Extraction,
  reader: KindReader | undefined,
  stale: readonly string[],
): Promise<ConfirmingRead> {
  const { scopes, unaddressed } = await placesToAsk(state, extraction, stale);
  const reading = new ConfirmingRead(
    extraction,
    state.shape.identifier,
    run.signal,
    (item) => reader?.gaveSearchedEntity(item) === true,
  );
  await Promise.all([
    confirmScopes(extraction, scopes, reader, reading),
    unaddressed ? reading.read(extraction.listing.confirmAll(run.signal)) : undefined,
  ]);
  return reading.finish();
}

async function placesToAsk(state: BlueprintState, extraction: Extraction, stale: readonly string[]) {
  const locator = extraction.locators.get(state.shape.identifier) ?? {};
  const scopes = new Map<string, Place>();
  let unaddressed = false;
  const clusterOf = (identifier: string) => state.entities.locatorValueOf(identifier, locator.cluster ?? '') ?? '';
  for (const identifier of await takeInTurns(stale, clusterOf)) {
    const scope = extraction.kind.scopeOf(state.partsOf(extraction, identifier));
    if (scope) scopes.set(placeKey(scope), scope);
    else unaddressed = true;
  }
  return { scopes: [...scopes.values()], unaddressed };
}

/** Up to MAX_PLACES of the names, taken from the groups in turn, so that no cluster is left out. */
async function takeInTurns(names: readonly string[], groupOf: (name: string) => string): Promise<readonly string[]> {
  if (names.length <= MAX_PLACES) return names;
  const groups = new Map<string, string[]>();
  await forEachInTurns(names, (name) => {
    const key = groupOf(name);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name]);
    // More of a group are never taken.
    else if (group.length < MAX_PLACES) group.push(name);
  });
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
