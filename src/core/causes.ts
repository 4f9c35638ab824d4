import type { BlueprintState } from './blueprint-state.ts';
import { MAX_PLACES } from './confirm-stale.ts';
import { type Cause, type Causes, type DeletionDecision, isApprovable } from './deletion.ts';
import { isAbort } from './errors.ts';
import type { KindReader } from './kind-reader.ts';
import { type Extraction, extractionsCreating, itemFingerprint, type Run } from './run.ts';
import { type Place, placeKey, systemsOf } from './source.ts';
import { forEachInTurns } from './yield-to-event-loop.ts';

const EXPIRED: Cause = {
  reason: 'expired',
  detail: 'its time left the window of the source, and it is older than selector.keepDays',
};

/**
 * Finds out why each stale entity of a blueprint is stale, because people approve deletions by that. An entity's item is
 * recognised by its place, if the mapping keeps enough parts of it.
 */
export async function explainDeletions(
  run: Run,
  state: BlueprintState,
  readers: readonly KindReader[],
  decision: DeletionDecision,
): Promise<Causes> {
  const stale = state.stale();
  const { identifier: blueprint } = state.shape;
  if (!run.writes(blueprint)) {
    const isDisabled = state.taints.some(({ reason }) => reason === 'disabled');
    const detail = isDisabled
      ? `no usable entry of the mapping writes ${blueprint}, for one is disabled`
      : `no entry of the mapping writes ${blueprint} any more`;
    const unmapped: Cause = { reason: 'unmapped', detail };
    const all = new Map<string, Cause>();
    await forEachInTurns(stale, (identifier) => all.set(identifier, unmapped));
    return all;
  }
  const extractions = extractionsCreating(run.extractions, blueprint);
  const found = new Map<string, Cause>();
  const unexplained = () => stale.filter((identifier) => !found.has(identifier));
  for (const identifier of state.expired) found.set(identifier, EXPIRED);
  await forEachInTurns(unexplained(), (identifier) => {
    const cause = entryThatExcludes(state, extractions, readers, identifier);
    if (cause) found.set(identifier, cause);
  });
  const others = await otherEntities(run, state, extractions, unexplained());
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
    for (const feed of extractions) {
      for (const [identifier, cause] of await itemsOutsideSelector(run, state, feed, unexplained()))
        found.set(identifier, cause);
    }
  }
  const systems = systemsOf(extractions.map(({ kind }) => kind));
  const rest: Cause = { reason: 'gone', detail: whyGone(systems, stale.length, decision, isProved) };
  await forEachInTurns(unexplained(), (identifier) => found.set(identifier, rest));
  return found;
}

/** How many entities have each reason, the most common first. */
export function summarizeCauses(causes: Causes): string {
  const counts = new Map<string, number>();
  for (const { detail } of causes.values()) counts.set(detail, (counts.get(detail) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return most.map(([detail, count]) => `${count}: ${detail}`).join('; ');
}

function whyGone(systems: string, count: number, decision: DeletionDecision, isProved: boolean): string {
  const none = `no item of ${systems} gives it any more`;
  if (!isProved) return `no item that was read gives it${decision.type === 'blocked' ? `; ${decision.detail}` : ''}`;
  if (count <= MAX_PLACES) return `${none}, confirmed by a second read`;
  return `${none}, confirmed by a second read about ${MAX_PLACES} of ${count}`;
}

/** The entry that excludes the item, by its `selector.query` or by the places that its selector names. */
function entryThatExcludes(
  state: BlueprintState,
  feeds: readonly Extraction[],
  readers: readonly KindReader[],
  identifier: string,
): Cause | undefined {
  const filtered = (by: string): Cause => ({ reason: 'filtered', detail: `${by} leaves it out` });
  for (const feed of feeds) {
    const item = itemOf(state, feed, identifier);
    const reader = readers.find(({ kind }) => kind === feed.kind.name);
    const entry = feed.program.entries.find(({ path }) => item !== undefined && reader?.isExcludedBy(path, item));
    if (entry) return filtered(`${entry.path}.selector.query`);
  }
  const keys = feeds.map((feed) => feed.listing.excludedBy(state.partsOf(feed, identifier)));
  const entries = feeds.flatMap(({ program }, at) => program.entries.map(({ path }) => `${path}.selector.${keys[at]}`));
  return keys.includes(undefined) ? undefined : filtered(entries.join(' and '));
}

/** For unexplained entities: other entities that this run made of the same item. Identifier -> their blueprint. */
async function otherEntities(
  run: Run,
  state: BlueprintState,
  feeds: readonly Extraction[],
  open: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const kinds = new Set(feeds.map(({ kind }) => kind.name));
  const byItem = new Map<number, string>();
  await forEachInTurns(open, (identifier) => {
    for (const feed of feeds) {
      const item = itemOf(state, feed, identifier);
      if (item !== undefined) byItem.set(item, identifier);
    }
  });
  for (const other of run.states()) {
    const { identifier: blueprint } = other.shape;
    const isSeen = (identifier: string) => {
      const kind = other.entities.get(identifier)?.sighting?.kind;
      return kind !== undefined && kind !== null && kinds.has(kind);
    };
    if (other !== state) {
      await forEachInTurns(open, (identifier) => {
        if (isSeen(identifier)) found.set(identifier, blueprint);
      });
    }
    if (byItem.size === 0 || (other === state && !givesAtMostOne(feeds, blueprint))) continue;
    const otherFeeds = extractionsCreating(run.extractions, blueprint).filter(({ kind }) => kinds.has(kind.name));
    await forEachInTurns(other.entities.identifiers(), (name) => {
      if (!isSeen(name)) return;
      for (const feed of otherFeeds) {
        const identifier = byItem.get(itemOf(other, feed, name) ?? 0);
        if (identifier !== undefined && !found.has(identifier)) found.set(identifier, blueprint);
      }
    });
  }
  return found;
}

/** Whether an item gives at most one entity of the blueprint, so that a new one replaces the old one. */
function givesAtMostOne(feeds: readonly Extraction[], blueprint: string): boolean {
  return feeds.every(
    ({ program }) =>
      program.writing(blueprint).length <= program.entries.length &&
      program.entries.every(({ itemsToParse }) => itemsToParse === undefined),
  );
}

/** Entities whose items exist in Komodor, but outside of what the selector limits besides places, e.g. a status. */
async function itemsOutsideSelector(
  run: Run,
  state: BlueprintState,
  feed: Extraction,
  open: readonly string[],
): Promise<Causes> {
  const { kind, listing } = feed;
  const wider = listing.widened();
  if (!wider) return new Map();
  const scopes = new Map<string, Place>();
  for (const identifier of open) {
    if (scopes.size >= MAX_PLACES) break;
    const scope = kind.scopeOf(state.partsOf(feed, identifier));
    if (scope) scopes.set(placeKey(scope), scope);
  }
  const there = new Set<number>();
  try {
    for (const scope of scopes.values()) {
      const pages = wider.listing.confirm(scope, run.signal);
      for await (const { items } of pages === 'excluded' ? [] : pages) {
        for (const item of items) there.add(itemFingerprint(kind, kind.placeOf(item)) ?? 0);
      }
    }
  } catch (error) {
    // This only explains deletions. What was found so far can be used.
    if (isAbort(error, run.signal)) throw error;
  }
  const by = feed.program.entries.map(({ path }) => `${path}.selector.${wider.keys.join(', ')}`).join(' and ');
  const cause: Cause = { reason: 'filtered', detail: `${by} leaves it out` };
  const outside = new Map<string, Cause>();
  if (there.size === 0) return outside;
  await forEachInTurns(open, (identifier) => {
    if (there.has(itemOf(state, feed, identifier) ?? -1)) outside.set(identifier, cause);
  });
  return outside;
}

function itemOf(state: BlueprintState, feed: Extraction, identifier: string): number | undefined {
  return itemFingerprint(feed.kind, state.partsOf(feed, identifier));
}
