import type { BlueprintState } from './blueprint-state.ts';
import type { Testimony } from './deletion.ts';
import type { KindReader } from './kind-reader.ts';
import { Look } from './look.ts';
import type { Ports, Scope } from './ports.ts';
import { type Extraction, feeding, type Run, scopeKey } from './run.ts';

/** How many stale entities are asked about one by one; beyond that this many, spread over all clusters. */
export const MAX_QUESTIONS = 200;
const QUESTIONS_AT_A_TIME = 4;
const NAMED_WITNESSES = 5;

/** The part of a run that asking needs. */
type Asking = Pick<Run, 'extractions' | 'signal'> & { readonly ports: Pick<Ports, 'source'> };

/**
 * Asks the source a second time, in another way, whether stale entities are really gone: for each of them the small
 * scope it lives in, read to its end and mapped with the same program. No counter can see that a page which looked
 * whole was cut; this does.
 * @param readers the first reads, by kind, to check that the second one shows at least what they showed
 */
export async function askWitness(
  run: Asking,
  state: BlueprintState,
  readers: readonly KindReader[],
): Promise<Testimony> {
  const stale = new Set(state.stale());
  const contradicting = new Set<string>();
  for (const extraction of feeding(run.extractions, state.shape.identifier)) {
    const { scopes, unaddressed } = placesToAsk(run, state, extraction, [...stale]);
    const reader = readers.find(({ kind }) => kind === extraction.query.kind);
    const look = new Look(
      extraction,
      state.shape.identifier,
      run.signal,
      (item) => reader?.hasSearchedFor(item) === true,
    );
    await askScopes(run, extraction, scopes, reader, look);
    if (unaddressed) await look.read(run.ports.source.readDifferently(extraction.query, run.signal));
    const { identifiers, problem } = await look.finish();
    if (problem !== undefined) return { type: 'unconfirmed', detail: problem };
    for (const identifier of identifiers) if (stale.has(identifier)) contradicting.add(identifier);
  }
  if (contradicting.size === 0) return { type: 'confirmed' };
  return { type: 'contradicted', witnesses: [...contradicting].slice(0, NAMED_WITNESSES) };
}

function placesToAsk(run: Asking, state: BlueprintState, { query, locators }: Extraction, stale: readonly string[]) {
  const locator = locators.get(state.shape.identifier) ?? {};
  const addressing = run.ports.source.addressing(query.kind);
  const scopes = new Map<string, Scope>();
  let unaddressed = false;
  const partsOf = (identifier: string) => {
    const located = state.entities.get(identifier)?.located ?? {};
    const known = Object.entries(locator).flatMap(([part, property]) => {
      const value = located[property];
      return value === undefined ? [] : [[part, value] as const];
    });
    return Object.fromEntries(known);
  };
  for (const identifier of spread(
    stale,
    (candidate) => state.entities.locationOf(candidate, locator.cluster ?? '') ?? '',
  )) {
    const scope = addressing.scope(partsOf(identifier));
    if (scope) scopes.set(scopeKey(scope), scope);
    else unaddressed = true;
  }
  return { scopes: [...scopes.values()], unaddressed };
}

/** Up to MAX_QUESTIONS of the names, taken from the groups in turn, so that no cluster is left out. */
function spread(names: readonly string[], groupOf: (name: string) => string): readonly string[] {
  if (names.length <= MAX_QUESTIONS) return names;
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = groupOf(name);
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  const queues = [...groups.values()];
  const picked: string[] = [];
  for (let round = 0; picked.length < MAX_QUESTIONS; round += 1) {
    for (const queue of queues) {
      const name = queue[round];
      if (name !== undefined && picked.length < MAX_QUESTIONS) picked.push(name);
    }
  }
  return picked;
}

/** Places that the selector of the entry excludes are passed over: they cannot say anything. */
async function askScopes(
  run: Asking,
  { query }: Extraction,
  scopes: readonly Scope[],
  first: KindReader | undefined,
  look: Look,
): Promise<void> {
  const waiting = [...scopes].reverse();
  const ask = async () => {
    for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
      const pages = run.ports.source.readScope(query, scope, run.signal);
      if (!pages) continue;
      const count = await look.read(pages);
      const knownBefore = first?.itemsIn(scope) ?? 0;
      if (count > 0 || knownBefore === 0) continue;
      const where = Object.values(scope).join('/');
      look.reject(`the second read of ${where} shows nothing, the first showed ${knownBefore} items`);
    }
  };
  await Promise.all(Array.from({ length: QUESTIONS_AT_A_TIME }, ask));
}
