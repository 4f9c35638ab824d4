import { encodeIdentifier } from './identifier.ts';
import { type LiveMapping, type LiveRules, markDone, type RefreshReport, refreshReport } from './live-run.ts';
import type { Kind, RawItem } from './model.ts';
import { openRun } from './open-run.ts';
import type { MappedItem, Ports } from './ports.ts';
import { problemBookFor } from './problem-book.ts';
import { type ReadState, readKinds } from './read-kinds.ts';
import { type GoneItem, goneItems, removeGoneItems, withTwins } from './removed-items.ts';
import { type RunWatchers, taintsFromTheBeginning } from './resync.ts';
import { type Extraction, extractionsWriting } from './run.ts';
import type { Walk } from './source.ts';

/** What a watch says of a kind: the objects as they are now, and those that are gone as they were last. */
export interface ItemChanges {
  readonly kind: Kind;
  readonly changed: readonly RawItem[];
  readonly gone: readonly RawItem[];
}

/** The items of an extraction, mapped. */
interface Share {
  readonly extraction: Extraction;
  readonly changed: readonly MappedItem[];
  readonly gone: readonly GoneItem[];
}

/**
 * Refreshes the entities of changed items. The items come with their changes, so nothing is read: they are mapped, compared
 * with Port and written like in a resync. Entities that the mapping does not give any more are left to the next resync.
 * Entities of items that are gone are deleted, if the source does not show them any more either.
 * @throws AppError when the source or the catalog cannot be used. The caller decides whether to try again.
 */
export async function refreshItems(
  ports: Ports,
  { mapping, extractions, disabled }: LiveMapping,
  { kind, changed, gone }: ItemChanges,
  { marks, guard }: LiveRules,
  signal: AbortSignal,
  { observer = {}, recording }: RunWatchers = {},
): Promise<RefreshReport> {
  const own = extractions.filter((extraction) => extraction.kind.name === kind);
  const shares = await Promise.all(own.map((extraction) => mapShare(extraction, changed, gone, signal)));
  const names = identifiersOf(shares);
  const problems = problemBookFor(observer);
  // Other entries may add fields to the same entities. They are not read here, so their fields have to stay.
  const isShared = [...names.keys()].some((blueprint) => extractionsWriting(extractions, blueprint).length > 1);
  const enableMergeEntity = mapping.flags.enableMergeEntity || isShared;
  const merging = { ...mapping, flags: { ...mapping.flags, enableMergeEntity } };
  const standingTaints = (blueprint: string) => taintsFromTheBeginning(blueprint, { extractions, disabled }, {});
  const inputs = { ports, mapping: merging, extractions, observer, problems, signal, recording, standingTaints };
  const run = openRun(inputs, (blueprint) => {
    const identifiers = names.get(blueprint);
    return identifiers && { $identifier: [...identifiers] };
  });
  await Promise.all([...names.keys()].map((blueprint) => run.state(blueprint)));

  const soFar: ReadState = { readers: [], intake: undefined, writer: undefined };
  await readKinds(run, shares.map(asRead), soFar).finally(() => soFar.writer?.settled());
  await markDone(run, marks);
  const heldBack = await removeGoneItems(
    run,
    shares.flatMap((share) => share.gone),
    guard,
  );
  return refreshReport(run, problems, heldBack);
}

/** Maps the items that an extraction selects, with one call of its program. */
async function mapShare(
  extraction: Extraction,
  changed: readonly RawItem[],
  gone: readonly RawItem[],
  signal: AbortSignal,
): Promise<Share> {
  const isHere = (item: RawItem) => isSelected(extraction, item);
  const now = changed.filter(isHere);
  const before = withTwins(extraction, gone.filter(isHere));
  const items = [...now, ...before.flatMap(({ item, twins }) => [item, ...twins])];
  const mapped = items.length === 0 ? [] : await extraction.program.map(items, signal);
  return {
    extraction,
    changed: mapped.slice(0, now.length),
    gone: await goneItems(extraction, before, mapped.slice(now.length), signal),
  };
}

function isSelected({ kind, listing }: Extraction, item: RawItem): boolean {
  if (listing.excludedBy(kind.placeOf(item)) !== undefined) return false;
  return listing.selects?.(item) ?? true;
}

/** Blueprint -> the identifiers of the entities that the changes concern. */
function identifiersOf(shares: readonly Share[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  const add = (blueprint: string, identifier: string) => {
    const known = names.get(blueprint) ?? new Set();
    names.set(blueprint, known.add(identifier));
  };
  for (const { changed, gone } of shares) {
    for (const { rows } of changed) {
      for (const row of rows) {
        if (row.type !== 'entity' || typeof row.entity.identifier !== 'string') continue;
        add(row.entity.blueprint, encodeIdentifier(row.entity.identifier));
      }
    }
    for (const { blueprint, identifier } of gone) add(blueprint, identifier);
  }
  return names;
}

/** An extraction that gives the changed items, which are mapped already. */
function asRead({ extraction, changed }: Share): Extraction {
  const { listing, program } = extraction;
  return {
    ...extraction,
    listing: { ...listing, read: () => pageOf(changed.map(({ item }) => item)) },
    program: { ...program, map: async () => changed },
  };
}

async function* pageOf(items: readonly RawItem[]): Walk {
  if (items.length > 0) yield { items, malformed: 0 };
  return { complete: true };
}
