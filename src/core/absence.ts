import type { BlueprintState } from './blueprint-state.ts';
import { breathe } from './breathe.ts';
import { type DeletionDecision, isApprovable } from './deletion.ts';
import { isAbort } from './errors.ts';
import type { KindReader } from './kind-reader.ts';
import type { Scope } from './ports.ts';
import type { DeletionReason } from './report.ts';
import { type Extraction, feeding, itemPrint, type Run, scopeKey } from './run.ts';
import { MAX_QUESTIONS } from './witness.ts';

/** Why an entity of ours is to go. */
export interface Absence {
  readonly reason: DeletionReason;
  /** The reason as a sentence, the same one for all entities that share it. */
  readonly detail: string;
}
export type Absences = ReadonlyMap<string, Absence>;

const ROWS_AT_A_TIME = 2_000;

/**
 * Says of each stale entity of a blueprint why it is stale, for that is what people approve by. An item is recognised by
 * the parts of its address that tell it from all others, where the mapping keeps them.
 */
export async function explainAbsence(
  run: Run,
  state: BlueprintState,
  readers: readonly KindReader[],
  decision: DeletionDecision,
): Promise<Absences> {
  const stale = state.stale();
  const { identifier: blueprint } = state.shape;
  if (!run.writes(blueprint)) {
    const isDisabled = state.taints.some(({ reason }) => reason === 'disabled');
    const detail = isDisabled
      ? `no usable entry of the mapping writes ${blueprint}, for one is disabled`
      : `no entry of the mapping writes ${blueprint} any more`;
    const unmapped: Absence = { reason: 'unmapped', detail };
    return new Map(stale.map((identifier) => [identifier, unmapped]));
  }
  const feeds = feeding(run.extractions, blueprint);
  const found = new Map<string, Absence>();
  const open = () => stale.filter((identifier) => !found.has(identifier));
  await each(stale, (identifier) => {
    const absence = leftOut(run, state, feeds, readers, identifier);
    if (absence) found.set(identifier, absence);
  });
  const others = await otherEntities(run, state, feeds, open());
  for (const [identifier, name] of others) {
    found.set(
      identifier,
      name === blueprint
        ? { reason: 'renamed', detail: 'the mapping gives the same item another identifier now' }
        : { reason: 'moved', detail: `the mapping puts it into ${name} now` },
    );
  }
  const isProved = decision.type === 'delete' || (decision.type === 'blocked' && isApprovable(decision.blocked.reason));
  if (isProved) {
    for (const feed of feeds) {
      for (const [identifier, absence] of await beyondSelector(run, state, feed, open()))
        found.set(identifier, absence);
    }
  }
  const rest: Absence = { reason: 'gone', detail: whyGone(stale.length, decision, isProved) };
  for (const identifier of open()) found.set(identifier, rest);
  return found;
}

/** How many have which reason, the most common first. */
export function summarizeAbsences(absences: Absences): string {
  const counts = new Map<string, number>();
  for (const { detail } of absences.values()) counts.set(detail, (counts.get(detail) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return most.map(([detail, count]) => `${count}: ${detail}`).join('; ');
}

function whyGone(count: number, decision: DeletionDecision, isProved: boolean): string {
  const none = 'no item of Komodor gives it any more';
  if (!isProved) return `no item that was read gives it${decision.type === 'blocked' ? `; ${decision.detail}` : ''}`;
  if (count <= MAX_QUESTIONS) return `${none}, confirmed by a second read`;
  return `${none}, confirmed by a second read about ${MAX_QUESTIONS} of ${count}`;
}

/** An entry that left the item out, by its expression or by the places that it asks Komodor for. */
function leftOut(
  run: Run,
  state: BlueprintState,
  feeds: readonly Extraction[],
  readers: readonly KindReader[],
  identifier: string,
): Absence | undefined {
  const filtered = (by: string): Absence => ({ reason: 'filtered', detail: `${by} leaves it out` });
  for (const feed of feeds) {
    const item = itemOf(run, state, feed, identifier);
    const reader = readers.find(({ kind }) => kind === feed.query.kind);
    const entry = feed.program.entries.find(({ path }) => item !== undefined && reader?.leftOutBy(path, item));
    if (entry) return filtered(`${entry.path}.selector.query`);
  }
  const keys = feeds.map((feed) => run.ports.source.excludedBy(feed.query, state.partsOf(feed, identifier)));
  const entries = feeds.flatMap(({ program }, at) => program.entries.map(({ path }) => `${path}.selector.${keys[at]}`));
  return keys.includes(undefined) ? undefined : filtered(entries.join(' and '));
}

/** Entities that were seen in this run, made of the items that the open ones were made of: identifier -> blueprint. */
async function otherEntities(
  run: Run,
  state: BlueprintState,
  feeds: readonly Extraction[],
  open: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const kinds = new Set(feeds.map(({ query }) => query.kind));
  const byItem = new Map<number, string>();
  for (const identifier of open) {
    for (const feed of feeds) {
      const item = itemOf(run, state, feed, identifier);
      if (item !== undefined) byItem.set(item, identifier);
    }
  }
  for (const other of run.states()) {
    const { identifier: blueprint } = other.shape;
    const isSeen = (identifier: string) => {
      const kind = other.entities.get(identifier)?.sighting?.kind;
      return kind !== undefined && kind !== null && kinds.has(kind);
    };
    if (other !== state) for (const identifier of open) if (isSeen(identifier)) found.set(identifier, blueprint);
    if (byItem.size === 0 || (other === state && !givesOneEach(feeds, blueprint))) continue;
    const otherFeeds = feeding(run.extractions, blueprint).filter(({ query }) => kinds.has(query.kind));
    await each([...other.entities.identifiers()], (name) => {
      if (!isSeen(name)) return;
      for (const feed of otherFeeds) {
        const identifier = byItem.get(itemOf(run, other, feed, name) ?? 0);
        if (identifier !== undefined && !found.has(identifier)) found.set(identifier, blueprint);
      }
    });
  }
  return found;
}

/** Whether an item gives at most one entity of the blueprint, so that another one of the same item replaces it. */
function givesOneEach(feeds: readonly Extraction[], blueprint: string): boolean {
  return feeds.every(
    ({ program }) =>
      program.writing(blueprint).length <= program.entries.length &&
      program.entries.every(({ itemsToParse }) => itemsToParse === undefined),
  );
}

/** Items that are there when Komodor is asked without what the selector limits besides places, e.g. a status. */
async function beyondSelector(
  run: Run,
  state: BlueprintState,
  feed: Extraction,
  open: readonly string[],
): Promise<Absences> {
  const { source } = run.ports;
  const { kind } = feed.query;
  const wider = source.widened(feed.query);
  if (!wider) return new Map();
  const addressing = source.addressing(kind);
  const scopes = new Map<string, Scope>();
  for (const identifier of open) {
    const scope = addressing.scope(state.partsOf(feed, identifier));
    if (scope && scopes.size < MAX_QUESTIONS) scopes.set(scopeKey(scope), scope);
  }
  const there = new Set<number>();
  try {
    for (const scope of scopes.values()) {
      for await (const { items } of source.readScope(wider.query, scope, run.signal) ?? []) {
        for (const item of items) there.add(itemPrint(kind, addressing, addressing.partsOf(item)) ?? 0);
      }
    }
  } catch (error) {
    // It is only about words: what was found until then is true.
    if (isAbort(error, run.signal)) throw error;
  }
  const by = feed.program.entries.map(({ path }) => `${path}.selector.${wider.keys.join(', ')}`).join(' and ');
  const absence: Absence = { reason: 'filtered', detail: `${by} leaves it out` };
  const isThere = (identifier: string) => there.has(itemOf(run, state, feed, identifier) ?? -1);
  return new Map(open.filter(isThere).map((identifier) => [identifier, absence]));
}

function itemOf(run: Run, state: BlueprintState, feed: Extraction, identifier: string): number | undefined {
  const { kind } = feed.query;
  return itemPrint(kind, run.ports.source.addressing(kind), state.partsOf(feed, identifier));
}

async function each<T>(things: readonly T[], look: (thing: T) => void): Promise<void> {
  for (const [at, thing] of things.entries()) {
    if (at % ROWS_AT_A_TIME === 0) await breathe();
    look(thing);
  }
}
