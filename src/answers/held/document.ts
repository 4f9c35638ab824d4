import type { JournalRow } from '../../core/journal.ts';
import type { BlockReason, DeletionBlocked } from '../../core/report.ts';
import type { IncomingRelation } from '../../port/incoming.ts';
import type { ChangesNote } from '../recorded-run.ts';

/** A set of deletions that a run held back, with what a person needs to decide about it. */
export interface HeldSet {
  readonly blueprint: string;
  readonly reason: BlockReason;
  /** The reason as a sentence. */
  readonly detail: string;
  /** Names exactly this set. */
  readonly digest: string;
  readonly count: number;
  /** How many entities of ours the blueprint had in Port; null: the run is of a version that did not say. */
  readonly total: number | null;
  /** `count` of `total`. */
  readonly share: number | null;
  /** `entityDeletionThreshold`; null: nothing may go without approval, or not known. */
  readonly threshold: number | null;
  /** Whether its digest can be approved. For other reasons another read, or another mapping, is needed. */
  readonly approvable: boolean;
  /** Entities that the second read still showed. */
  readonly witnesses: readonly string[];
  /** The first rows; GET /v1/runs/:id/changes has all. */
  readonly rows: readonly JournalRow[];
  /** What in Port leads to the entities now; null: not asked, or it could not be asked. */
  readonly incoming: readonly IncomingRelation[] | null;
  /** Why `incoming` is not known, or not whole. */
  readonly incomingProblem: string | null;
}

/** The document of GET /v1/runs/:id/held. */
export interface HeldDocument {
  readonly runId: string;
  readonly held: readonly HeldSet[];
  /** Why there are no sets, or not all rows; null when there is nothing to say. */
  readonly note: ChangesNote | null;
}

/** What is held back, as reports have it. */
export type HeldFacts = { readonly blueprint: string; readonly blocked: DeletionBlocked };
