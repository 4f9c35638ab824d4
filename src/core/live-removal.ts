import { randomUUID } from 'node:crypto';
import type { BlueprintState } from './blueprint-state.ts';
import type { Cause } from './deletion.ts';
import type { LiveGuard } from './live-guard.ts';
import { recordHeldBack, removeRecorded } from './record-deletions.ts';
import type { Run } from './run.ts';

/** Why entities were not deleted and are left to the next resync. */
export interface HeldBack {
  readonly reason: string;
  readonly detail: string;
}

/** Why the mapping lets live events delete nothing; undefined when they may. */
export function deletionForbidden({ mapping }: Pick<Run, 'mapping'>): HeldBack | undefined {
  const threshold = mapping.flags.entityDeletionThreshold;
  if (threshold !== null && threshold !== 0) return undefined;
  return { reason: 'threshold', detail: `entityDeletionThreshold is ${threshold}, so nothing goes without approval` };
}

/**
 * Deletes entities that are proved gone, unless live events would then have deleted too many.
 * @returns why nothing was deleted; undefined when it was
 */
export async function removeAdmitted(
  run: Run,
  state: BlueprintState,
  stale: readonly string[],
  guard: LiveGuard,
  cause: Cause,
): Promise<HeldBack | undefined> {
  const blueprint = state.shape.identifier;
  const owner = randomUUID();
  const threshold = run.mapping.flags.entityDeletionThreshold ?? 0;
  const excess = await guard.admit(run.ports.catalog, state, { owner, identifiers: stale, threshold }, run.signal);
  if (excess) {
    const within = `with what live events have deleted within ${Math.round(guard.windowMs / 60_000)} minutes`;
    return { reason: excess.reason, detail: `${within}, ${excess.detail}` };
  }
  // If this throws, it is not known what was deleted, so the entities stay counted.
  const { deleted, refused } = await removeRecorded(run, state, stale, () => cause);
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

/** Says in the report and in the journal that entities were held back, and why. */
export async function reportHeldBack(
  run: Run,
  state: BlueprintState,
  stale: readonly string[],
  { reason, detail }: HeldBack,
): Promise<void> {
  const { identifier } = state.shape;
  run.problems.add({
    code: 'deletion_blocked',
    severity: 'warning',
    group: identifier,
    message: `${stale.length} entities of ${identifier} were not deleted by a live event (${reason}): ${detail}. The next resync decides`,
    count: stale.length,
    samples: stale,
  });
  await recordHeldBack(run, state, stale, () => ({
    reason: reason === 'filtered' ? 'filtered' : 'gone',
    detail: `left to the next resync (${reason}): ${detail}`,
  }));
}
