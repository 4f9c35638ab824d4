import { randomUUID } from 'node:crypto';
import type { BlueprintState } from './blueprint-state.ts';
import { ConfirmingRead } from './confirming-read.ts';
import { AppError } from './errors.ts';
import type { LiveGuard } from './live-guard.ts';
import type { PropertyValues } from './ports.ts';
import { type Extraction, extractionsCreating, type Run } from './run.ts';
import { type Narrowed, type Place, type Subject, select } from './source.ts';

/** An extraction that gives entities of the blueprint, and the subject's part of it. */
interface SubjectPart {
  readonly extraction: Extraction;
  readonly narrow: Narrowed;
}

/** Why entities are left to the next resync. */
interface HeldBack {
  readonly reason: string;
  readonly detail: string;
}

/**
 * Deletes what belonged to a subject that is gone: Komodor must miss it twice, asked in two ways, must not miss anything
 * else of the same place that Port has, and must still show something around it. A page that was cut, or a key that
 * sees less than before, looks just like a subject that went. The guards of a resync hold for all that live events
 * delete in a while.
 * @returns how many entities are left to the next resync, for a reason that is among the problems
 * @throws AppError `read_incomplete` when nothing can be said; to be tried again, and else left to the next resync
 */
export async function removeGoneSubject(run: Run, subject: Subject, guard: LiveGuard): Promise<number> {
  let heldBack = 0;
  for (const state of run.states()) {
    const stale = state.stale();
    const views = subjectPartsOf(run, state, subject);
    if (views === undefined || stale.length === 0 || state.taints.length > 0) continue;
    const held = await remove(run, state, views, stale, guard);
    if (held === undefined) continue;
    heldBack += stale.length;
    report(run, state, stale, held);
  }
  return heldBack;
}

/** Undefined where something else gives the blueprint entities too, which does not go with the subject. */
function subjectPartsOf(run: Run, { shape }: BlueprintState, subject: Subject): readonly SubjectPart[] | undefined {
  const views: SubjectPart[] = [];
  for (const extraction of extractionsCreating(run.extractions, shape.identifier)) {
    const narrow = extraction.kind.narrow(subject);
    if (!narrow?.deletedWithSubject) return undefined;
    views.push({ extraction, narrow });
  }
  return views;
}

/** @returns why nothing was deleted; undefined when it was */
async function remove(
  run: Run,
  state: BlueprintState,
  views: readonly SubjectPart[],
  stale: readonly string[],
  guard: LiveGuard,
): Promise<HeldBack | undefined> {
  const threshold = run.mapping.flags.entityDeletionThreshold;
  if (threshold === null || threshold === 0)
    return { reason: 'threshold', detail: `entityDeletionThreshold is ${threshold}, so nothing goes without approval` };
  const held = await confirmTwice(run, state, views, stale);
  if (held) return held;
  const blueprint = state.shape.identifier;
  const owner = randomUUID();
  const { catalog } = run.ports;
  const excess = await guard.admit(catalog, state, { owner, identifiers: stale, threshold }, run.signal);
  if (excess) {
    const within = `with what live events have deleted within ${Math.round(guard.windowMs / 60_000)} minutes`;
    return { reason: excess.reason, detail: `${within}, ${excess.detail}` };
  }
  // Where this throws, nobody knows what has been deleted: it goes on counting.
  const { deleted, refused } = await catalog.remove(blueprint, stale, run.signal);
  state.deleted += deleted.length;
  const gone = new Set(deleted);
  await guard.giveBack(
    owner,
    blueprint,
    stale.filter((identifier) => !gone.has(identifier)),
  );
  for (const { identifier, code, message } of refused) {
    run.problems.add({ code: 'delete_failed', severity: 'error', group: code, message, sample: identifier });
  }
  return undefined;
}

/** @returns why the resync has to decide; undefined when the entities are gone */
async function confirmTwice(
  run: Run,
  state: BlueprintState,
  views: readonly SubjectPart[],
  stale: readonly string[],
): Promise<HeldBack | undefined> {
  const shown = new Set<string>();
  let isBlind = true;
  let isAround = false;
  for (const { extraction, narrow } of views) {
    const { kind, listing } = extraction;
    const inAnotherWay = select(kind, { ...listing.selector, ...narrow.confirmWith });
    let isShown = false;
    let items = 0;
    for (const asked of [listing, inAnotherWay]) {
      const look = new ConfirmingRead(extraction, state.shape.identifier, run.signal);
      const count = await look.confirm(asked, narrow.scope, (item) => {
        isShown ||= narrow.holds(item);
      });
      if (count === undefined) continue;
      isBlind = false;
      items += count;
      await look.finish();
      if (look.problem !== undefined) throw cannotConfirm(look.problem);
      const back = stale.find((identifier) => look.identifiers.has(identifier));
      if (back !== undefined) throw cannotConfirm(`Komodor shows ${back} again`);
      for (const identifier of look.identifiers) shown.add(identifier);
    }
    if (isShown) {
      const detail = 'Komodor still shows the workload; it is the mapping that does not give the entity any more';
      return { reason: 'filtered', detail };
    }
    if (items > 0) isAround = true;
  }
  if (isBlind) {
    return {
      reason: 'filtered',
      detail: 'the selectors of the mapping leave its place out, so nobody has looked there',
    };
  }
  await checkNothingElseIsMissing(run, state, views, stale, shown);
  if (!isAround) await checkSomethingIsThere(run, views);
  return undefined;
}

/** @throws AppError `read_incomplete` when Port has more in the subject's place than Komodor shows */
async function checkNothingElseIsMissing(
  run: Run,
  state: BlueprintState,
  views: readonly SubjectPart[],
  stale: readonly string[],
  shown: ReadonlySet<string>,
): Promise<void> {
  for (const { extraction, narrow } of views) {
    const owned = await ownedIn(run, state, extraction, narrow.scope);
    const missing = owned.filter((identifier) => !shown.has(identifier)).length;
    if (missing <= stale.length) continue;
    const where = Object.values(narrow.scope).join('/');
    throw cannotConfirm(`Komodor also misses ${missing - stale.length} other entities of ${where}`);
  }
}

/** @throws AppError `read_incomplete` when Komodor shows nothing in a wider place either */
async function checkSomethingIsThere(run: Run, views: readonly SubjectPart[]): Promise<void> {
  for (const { extraction, narrow } of views) {
    const pages = select(extraction.kind, narrow.around).read(run.signal);
    try {
      for (let next = await pages.next(); !next.done; next = await pages.next()) {
        if (next.value.items.length > 0) return;
      }
    } finally {
      await pages.return({ complete: true });
    }
  }
  throw cannotConfirm('Komodor shows nothing at all around it, as a key that sees less than before would');
}

function cannotConfirm(why: string): AppError {
  return new AppError('read_incomplete', `Nothing was deleted: ${why}. The next resync decides`);
}

function report(run: Run, { shape }: BlueprintState, stale: readonly string[], { reason, detail }: HeldBack): void {
  run.problems.add({
    code: 'deletion_blocked',
    severity: 'warning',
    group: shape.identifier,
    message: `${stale.length} entities of ${shape.identifier} were not deleted by a live event (${reason}): ${detail}. The next resync decides`,
    count: stale.length,
    samples: stale,
  });
}

/** Our entities in Port that lie in the scope; none when the mapping does not keep the address. */
async function ownedIn(
  run: Run,
  { shape, selection }: BlueprintState,
  { locators }: Extraction,
  scope: Place,
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
    for (const { identifier } of page) identifiers.push(identifier);
  }
  return identifiers;
}
