import type { BlueprintState } from './blueprint-state.ts';
import { type DeletionCase, describeBlock, isApprovable } from './deletion.ts';
import type { BlueprintReport, DeletionBlocked, KindReport, RunStatus } from './report.ts';

/** How a run ended: with all steps, with an error that stopped it, or aborted. */
export type RunEnd = 'whole' | 'broken' | 'aborted';

/** The report of one blueprint. */
export function reportBlueprint(
  state: BlueprintState,
  blocked: DeletionBlocked | undefined,
  end: RunEnd,
): BlueprintReport {
  const { created, updated, unchanged, failed } = state.outcomes;
  const stale = state.stale().length;
  const report = {
    created,
    updated,
    unchanged,
    failed,
    deleted: state.deleted,
    stale,
    deletionBlocked: blocked ?? null,
  };
  return { blueprint: state.shape.identifier, status: statusOf(report, end), ...report };
}

/** The report of a blueprint that Port does not have. None of its entities could be written. */
export function reportWithoutBlueprint(blueprint: string, failed: number): BlueprintReport {
  const nothing = { created: 0, updated: 0, unchanged: 0, deleted: 0, stale: 0, deletionBlocked: null };
  return { blueprint, status: 'failed', ...nothing, failed };
}

/** The block of a blueprint about whose deletions nothing was decided, because the run ended before. */
export function undecided(
  state: BlueprintState,
  end: RunEnd,
  threshold: DeletionCase['threshold'],
): DeletionBlocked | undefined {
  const stale = state.stale();
  if (stale.length === 0) return undefined;
  const facts = { blueprint: state.shape.identifier, stale, owned: state.owned, threshold };
  return describeBlock(end === 'aborted' ? 'aborted' : 'incomplete', facts);
}

function statusOf(report: Omit<BlueprintReport, 'blueprint' | 'status'>, end: RunEnd): RunStatus {
  const { created, updated, unchanged, failed, deleted, stale, deletionBlocked } = report;
  if (end === 'aborted') return 'aborted';
  if (end === 'broken') return created + updated + unchanged === 0 ? 'failed' : 'degraded';
  if (failed > 0 && created + updated + unchanged === 0) return 'failed';
  if (deletionBlocked && isApprovable(deletionBlocked.reason)) return 'blocked';
  if (failed > 0) return 'degraded';
  if (deletionBlocked) return deletionBlocked.reason === 'not_selected' ? 'completed' : 'degraded';
  return deleted < stale ? 'degraded' : 'completed';
}

/** The status of a run: the worst status of its parts, and not `completed` if there are errors. */
export function verdict(facts: {
  readonly end: RunEnd;
  readonly kinds: readonly KindReport[];
  readonly blueprints: readonly BlueprintReport[];
  readonly hasErrors: boolean;
}): RunStatus {
  const statuses = [...facts.kinds, ...facts.blueprints].map(({ status }) => status);
  if (facts.end === 'aborted') return 'aborted';
  if (facts.end === 'broken' || statuses.includes('failed')) return 'failed';
  if (statuses.includes('blocked')) return 'blocked';
  if (statuses.includes('degraded') || facts.hasErrors) return 'degraded';
  return 'completed';
}
