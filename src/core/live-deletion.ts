import type { BlueprintState } from './blueprint-state.ts';
import { ConfirmingRead } from './confirming-read.ts';
import { AppError } from './errors.ts';
import type { LiveGuard } from './live-guard.ts';
import { deletionForbidden, type HeldBack, removeAdmitted, reportHeldBack } from './live-removal.ts';
import type { PropertyValues } from './ports.ts';
import { type Extraction, extractionsCreating, type Run } from './run.ts';
import { type Narrowed, type Place, type Subject, select, systemsOf } from './source.ts';

/** An extraction that gives entities of the blueprint, narrowed to the subject. */
interface SubjectPart {
  readonly extraction: Extraction;
  readonly narrow: Narrowed;
}

/**
 * Deletes the entities of a subject that is gone. A truncated page, or a key with fewer rights than before, looks the same
 * as a subject that is gone. So Komodor must not show it in two different reads, must show everything else that Port has
 * of the same place, and must still show something in a wider place. The threshold applies to all that live events delete
 * within a window.
 * @returns how many entities are left to the next resync. The reason is among the problems.
 * @throws AppError `read_incomplete` when this cannot be decided. It should be tried again; else the next resync decides.
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
    await reportHeldBack(run, state, stale, held);
  }
  return heldBack;
}

/** Undefined when another extraction also creates entities of the blueprint that are not deleted with the subject. */
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
  const forbidden = deletionForbidden(run);
  if (forbidden) return forbidden;
  const held = await confirmTwice(run, state, views, stale);
  if (held) return held;
  const detail = `${systemsIn(views)} did not show it to a live event, in two different reads`;
  return removeAdmitted(run, state, stale, guard, { reason: 'gone', detail });
}

/** Reads the subject again in two ways. @returns why the resync has to decide; undefined when the entities are gone */
async function confirmTwice(
  run: Run,
  state: BlueprintState,
  views: readonly SubjectPart[],
  stale: readonly string[],
): Promise<HeldBack | undefined> {
  const shown = new Set<string>();
  let isEverywhereExcluded = true;
  let hasShownItems = false;
  for (const { extraction, narrow } of views) {
    const { kind, listing } = extraction;
    const inAnotherWay = select(kind, { ...listing.selector, ...narrow.confirmWith });
    let isShown = false;
    let items = 0;
    for (const asked of [listing, inAnotherWay]) {
      const reading = new ConfirmingRead(extraction, state.shape.identifier, run.signal);
      const count = await reading.confirm(asked, narrow.scope, (item) => {
        isShown ||= narrow.holds(item);
      });
      if (count === undefined) continue;
      isEverywhereExcluded = false;
      items += count;
      await reading.finish();
      if (reading.problem !== undefined) throw cannotConfirm(reading.problem);
      const shownAgain = stale.find((identifier) => reading.identifiers.has(identifier));
      if (shownAgain !== undefined) throw cannotConfirm(`${kind.systemName} shows ${shownAgain} again`);
      for (const identifier of reading.identifiers) shown.add(identifier);
    }
    if (isShown) {
      const detail = `${kind.systemName} still shows the workload; it is the mapping that does not give the entity any more`;
      return { reason: 'filtered', detail };
    }
    if (items > 0) hasShownItems = true;
  }
  if (isEverywhereExcluded) {
    return {
      reason: 'filtered',
      detail: 'the selectors of the mapping leave its place out, so nobody has looked there',
    };
  }
  await checkNothingElseIsMissing(run, state, views, stale, shown);
  if (!hasShownItems) await checkSomethingIsThere(run, views);
  return undefined;
}

/** @throws AppError `read_incomplete` when Komodor also does not show other entities of the subject's place */
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
    throw cannotConfirm(
      `${extraction.kind.systemName} also misses ${missing - stale.length} other entities of ${where}`,
    );
  }
}

/** @throws AppError `read_incomplete` when Komodor shows nothing in the wider place either */
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
  throw cannotConfirm(`${systemsIn(views)} shows nothing at all around it, as a key that sees less than before would`);
}

function systemsIn(views: readonly SubjectPart[]): string {
  return systemsOf(views.map(({ extraction }) => extraction.kind));
}

function cannotConfirm(why: string): AppError {
  return new AppError('read_incomplete', `Nothing was deleted: ${why}. The next resync decides`);
}

/** Our entities in Port that are in the scope; none when the mapping does not keep the place. */
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
