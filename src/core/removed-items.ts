import type { BlueprintState } from './blueprint-state.ts';
import { ConfirmingRead } from './confirming-read.ts';
import type { Cause } from './deletion.ts';
import { AppError } from './errors.ts';
import { encodeIdentifier } from './identifier.ts';
import type { LiveGuard } from './live-guard.ts';
import { deletionForbidden, type HeldBack, removeAdmitted, reportHeldBack } from './live-removal.ts';
import type { RawItem } from './model.ts';
import type { MappedItem } from './ports.ts';
import { creates, type Extraction, extractionsCreating, type Run } from './run.ts';
import { type Place, placeKey, type Walk } from './source.ts';

/** An entity of an item that is gone, which is the only item that gives it. */
export interface GoneItem {
  readonly extraction: Extraction;
  readonly place: Place;
  readonly blueprint: string;
  readonly identifier: string;
  /** Whether an item of another scope may give the same entity. */
  readonly mayBeElsewhere: boolean;
}

/** An item with the same item under other names; the last one is in another scope. */
interface WithTwins {
  readonly item: RawItem;
  readonly twins: readonly RawItem[];
}

const GONE: Cause = {
  reason: 'gone',
  detail: 'the source told a live event that it was deleted, and does not show it in a complete read either',
};

/** Items that are gone, with what must be mapped to learn what their names decide. */
export function withTwins(extraction: Extraction, gone: readonly RawItem[]): readonly WithTwins[] {
  if (!creates(extraction)) return [];
  return gone.flatMap((item) => {
    const twins = extraction.kind.twins?.(item);
    return twins ? [{ item, twins: [...twins.beside, twins.elsewhere] }] : [];
  });
}

/**
 * The entities that belong to one item each. Entities that the item would also give under another name (an image that many
 * pods have) may be those of others: they are left to the next resync, and so are those that cannot be told.
 * @param mapped of each item, and of its twins
 */
export async function goneItems(
  extraction: Extraction,
  before: readonly WithTwins[],
  mapped: readonly MappedItem[],
  signal: AbortSignal,
): Promise<readonly GoneItem[]> {
  const rest = [...mapped];
  const found: GoneItem[] = [];
  for (const { item, twins } of before) {
    const entities = entitiesOf(rest.shift());
    const others: ReadonlySet<string>[] = [];
    for (const twin of twins) others.push(await namesOf(extraction, twin, rest.shift(), signal));
    const elsewhere = others.pop() ?? new Set();
    const isShared = (name: string) => others.some((names) => names.size === 0 || names.has(name));
    for (const [name, { blueprint, identifier }] of entities) {
      if (isShared(name)) continue;
      const mayBeElsewhere = elsewhere.size === 0 || elsewhere.has(name);
      found.push({ extraction, place: extraction.kind.placeOf(item), blueprint, identifier, mayBeElsewhere });
    }
  }
  return found;
}

/** The names of a twin's entities. An entry's query may exclude the twin by its name. */
async function namesOf(
  { program }: Extraction,
  twin: RawItem,
  mapped: MappedItem | undefined,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const isWhole = mapped?.rows.every(({ type }) => type === 'entity') === true;
  return new Set(entitiesOf(isWhole ? mapped : await program.mapUnfiltered(twin, signal)).keys());
}

function entitiesOf(mapped: MappedItem | undefined) {
  const entities = new Map<string, Pick<GoneItem, 'blueprint' | 'identifier'>>();
  for (const row of mapped?.rows ?? []) {
    if (row.type !== 'entity' || typeof row.entity.identifier !== 'string') continue;
    const { blueprint } = row.entity;
    const identifier = encodeIdentifier(row.entity.identifier);
    entities.set(JSON.stringify([blueprint, identifier]), { blueprint, identifier });
  }
  return entities;
}

/**
 * Deletes the entities of items that are gone, if no complete read shows them. The threshold applies to all that live
 * events delete within a window.
 * @returns how many entities are left to the next resync. The reason is among the problems.
 * @throws AppError `read_incomplete` when the source could not be read. It should be tried again; else the next resync decides.
 */
export async function removeGoneItems(run: Run, gone: readonly GoneItem[], guard: LiveGuard): Promise<number> {
  let heldBack = 0;
  let unread: AppError | undefined;
  for (const state of run.states()) {
    const unseen = new Set(state.stale());
    const { identifier: blueprint } = state.shape;
    const stale = gone.filter((item) => item.blueprint === blueprint && unseen.has(item.identifier));
    if (stale.length === 0 || state.taints.length > 0) continue;
    const decided = await remove(run, state, stale, guard);
    if (decided instanceof AppError) unread = decided;
    else if (decided) {
      const names = [...new Set(stale.map(({ identifier }) => identifier))];
      heldBack += names.length;
      await reportHeldBack(run, state, names, decided);
    }
  }
  if (unread) throw unread;
  return heldBack;
}

/** @returns why they were not deleted; undefined when they were, or when they still exist */
async function remove(
  run: Run,
  state: BlueprintState,
  stale: readonly GoneItem[],
  guard: LiveGuard,
): Promise<HeldBack | AppError | undefined> {
  const forbidden = deletionForbidden(run);
  if (forbidden) return forbidden;
  const shown = new Set<string>();
  for (const extraction of extractionsCreating(run.extractions, state.shape.identifier)) {
    const reading = new ConfirmingRead(extraction, state.shape.identifier, run.signal);
    for (const walk of await walksOf(extraction, stale, run.signal)) {
      const cut = { why: '' };
      await reading.read(untilCut(walk, cut));
      if (cut.why !== '') return new AppError('read_incomplete', `Nothing was deleted: ${cut.why}. It is tried again`);
    }
    const { identifiers, problem } = await reading.finish();
    if (problem !== undefined) return { reason: 'unconfirmed', detail: problem };
    for (const identifier of identifiers) shown.add(identifier);
  }
  // What is shown again was created anew, or another item gives it. Its own event brings the news.
  const names = new Set(stale.map(({ identifier }) => identifier).filter((identifier) => !shown.has(identifier)));
  return names.size === 0 ? undefined : removeAdmitted(run, state, [...names], guard, GONE);
}

/** What an extraction has to read, so that it must show these entities if it still gives them. */
async function walksOf(
  extraction: Extraction,
  stale: readonly GoneItem[],
  signal: AbortSignal,
): Promise<readonly Walk[]> {
  const { kind, listing } = extraction;
  const scopes = new Map<string, Place>();
  for (const item of stale) {
    const scope = kind.scopeOf(item.place);
    const isNarrow =
      item.extraction === extraction ? !item.mayBeElsewhere : await isNarrowable(extraction, scope, signal);
    if (scope === undefined || !isNarrow) return [listing.confirmAll(signal)];
    scopes.set(placeKey(scope), scope);
  }
  return [...scopes.values()].flatMap((scope) => {
    const walk = listing.confirm(scope, signal);
    return walk === 'excluded' ? [] : [walk];
  });
}

const NARROWABLE = new WeakMap<Extraction, Promise<boolean>>();

/** Whether a read of the scope shows all that the extraction may give of it: whether its identifiers tell the scope. */
async function isNarrowable(extraction: Extraction, scope: Place | undefined, signal: AbortSignal): Promise<boolean> {
  const { kind } = extraction;
  const ownScope = kind.scopeOf(kind.probe.place);
  if (scope === undefined || ownScope === undefined) return false;
  if (Object.keys(scope).join() !== Object.keys(ownScope).join()) return false;
  const known = NARROWABLE.get(extraction) ?? tellsScope(extraction, signal);
  NARROWABLE.set(extraction, known);
  known.catch(() => NARROWABLE.delete(extraction));
  return known;
}

async function tellsScope({ kind, program }: Extraction, signal: AbortSignal): Promise<boolean> {
  const { item } = kind.probe;
  const elsewhere = kind.twins?.(item)?.elsewhere;
  if (elsewhere === undefined) return false;
  const here = entitiesOf(await program.mapUnfiltered(item, signal));
  const there = entitiesOf(await program.mapUnfiltered(elsewhere, signal));
  return here.size > 0 && there.size > 0 && [...here.keys()].every((name) => !there.has(name));
}

/** The walk, and why it was not complete. */
async function* untilCut(walk: Walk, cut: { why: string }): Walk {
  const end = yield* walk;
  if (!end.complete) cut.why = end.detail;
  return end;
}
