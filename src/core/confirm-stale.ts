import type { BlueprintState } from './blueprint-state.ts';
import { ConfirmingRead } from './confirming-read.ts';
import type { Confirmation } from './deletion.ts';
import type { KindReader } from './kind-reader.ts';
import { type Extraction, extractionsCreating, type Run } from './run.ts';
import { type Place, placeKey } from './source.ts';

/** How many stale entities are asked about one by one; beyond that this many, spread over all clusters. */
export const MAX_PLACES = 200;
const PLACES_AT_A_TIME = 4;
const MAX_NAMED = 5;

/** The part of a run that asking needs. */
type ConfirmingRun = Pick<Run, 'extractions' | 'signal'>;

/**
 * Asks the source a second time, in another way, whether stale entities are really gone: for each of them the small
 * scope it lives in, read to its end and mapped with the same program. No counter can see that a page which looked
 * whole was cut; this does.
 * @param readers the first reads, by kind, to check that the second one shows at least what they showed
 */
export async function confirmStale(
  run: ConfirmingRun,
  state: BlueprintState,
  readers: readonly KindReader[],
): Promise<Confirmation> {
  // What is older than anything that the source shows cannot be asked about.
  const stale = new Set(state.stale().filter((identifier) => !state.expired.has(identifier)));
  if (stale.size === 0) return { type: 'confirmed' };
  const contradicting = new Set<string>();
  for (const extraction of extractionsCreating(run.extractions, state.shape.identifier)) {
    const { scopes, unaddressed } = placesToAsk(state, extraction, [...stale]);
    const reader = readers.find(({ kind }) => kind === extraction.kind.name);
    const look = new ConfirmingRead(
      extraction,
      state.shape.identifier,
      run.signal,
      (item) => reader?.hasSearchedFor(item) === true,
    );
    await confirmScopes(extraction, scopes, reader, look);
    if (unaddressed) await look.read(extraction.listing.confirmAll(run.signal));
    const { identifiers, problem } = await look.finish();
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

/** Up to MAX_QUESTIONS of the names, taken from the groups in turn, so that no cluster is left out. */
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

/** Places that the selector of the entry excludes are passed over: they cannot say anything. */
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
