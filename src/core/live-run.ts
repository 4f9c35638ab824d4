import { randomUUID } from 'node:crypto';
import type { BlueprintState } from './blueprint-state.ts';
import type { LiveMarks } from './catalog-guards.ts';
import { type CompiledMapping, compileMapping } from './extractions.ts';
import type { LiveGuard } from './live-guard.ts';
import type { Ports } from './ports.ts';
import { prepareWhole } from './prepared-catalog.ts';
import { ProblemBook } from './problem-book.ts';
import type { Problem } from './report.ts';
import type { Run } from './run.ts';

/** The mapping for live events, compiled once for many of them. */
export type LiveMapping = Pick<Run, 'mapping' | 'extractions'> & Pick<CompiledMapping, 'disabled'>;

/** Prepares Port and compiles the mapping for live events. @throws AppError */
export async function prepareLive(ports: Ports, signal: AbortSignal): Promise<LiveMapping> {
  const { mapping, mappingOrigin } = await prepareWhole(ports.catalog, signal);
  const compiled = await compileMapping(ports, mapping, mappingOrigin, new ProblemBook(), signal);
  return { mapping, ...compiled };
}

/** Keeps live events and resyncs from overwriting each other, and live events from deleting too much. */
export interface LiveRules {
  readonly marks: LiveMarks;
  readonly guard: LiveGuard;
}

/** What one or more live events changed. */
export interface RefreshReport {
  readonly written: number;
  readonly unchanged: number;
  readonly deleted: number;
  /** Entities that Port did not take. */
  readonly failed: number;
  /** Entities that seem to be gone but are left to the next resync. The problem `deletion_blocked` says why. */
  readonly heldBack: number;
  readonly problems: readonly Problem[];
}

/**
 * Marks what a live event has refreshed. Unchanged entities are marked too, because a resync may still write an older state
 * of them. Entities that were not seen, or that Port refused, are not marked: they are left to the resync.
 */
export async function markDone(run: Run, marks: LiveMarks): Promise<void> {
  const owner = randomUUID();
  for (const state of run.states()) {
    const unseen = new Set(state.stale());
    const isDone = (identifier: string) =>
      !unseen.has(identifier) && state.entities.get(identifier)?.outcome !== 'failed';
    await marks.markLive(owner, state.shape.identifier, [...state.entities.identifiers()].filter(isDone));
  }
}

/** The report of a live event, from what it did in each blueprint. */
export function refreshReport(run: Run, problems: ProblemBook, heldBack: number): RefreshReport {
  const total = (count: (state: BlueprintState) => number) =>
    run.states().reduce((sum, state) => sum + count(state), 0);
  return {
    written: total(({ outcomes }) => outcomes.created + outcomes.updated),
    unchanged: total(({ outcomes }) => outcomes.unchanged),
    deleted: total(({ deleted }) => deleted),
    failed: total(({ outcomes }) => outcomes.failed),
    heldBack,
    problems: problems.list(),
  };
}
