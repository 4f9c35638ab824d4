import type { Kind } from './model.ts';
import type { Change, RunMode, RunStatus, RunTrigger } from './report.ts';

export type JournalOutcome = 'done' | 'refused' | 'held_back' | 'superseded' | 'planned';

/** What a run did, tried to do, or held back with one entity. A `from` that is missing is not known. */
export interface JournalRow extends Omit<Change, 'blocked'> {
  readonly outcome: JournalOutcome;
  readonly at: string;
  /** The changed fields (`title`, `properties.status`, `relations.service`) where their values are not kept or not known. */
  readonly fields?: readonly string[];
  /** Port's words, as they are. */
  readonly error?: { readonly code: string; readonly message: string };
  /** The item that gave the entity, and the entries of the mapping (`resources[0]`) that it went through. */
  readonly source?: { readonly kind: Kind; readonly item: string; readonly entries: readonly string[] };
}

/** `live`: the rows of live events, kept together by the hour. */
export type JournalMode = RunMode | 'live';

export interface JournalRun {
  readonly runId: string;
  readonly mode: JournalMode;
  readonly trigger: RunTrigger;
  readonly startedAt: string;
  /** null: it has not finished, or its process died. */
  readonly finishedAt: string | null;
  readonly status: RunStatus | null;
  readonly rows: number;
  /** Rows that could not be kept. */
  readonly lost: number;
  /** Per action, per outcome, the number of rows. */
  readonly counts: { readonly [action in Change['action']]?: { readonly [outcome in JournalOutcome]?: number } };
}

export interface RowFilter {
  readonly action?: Change['action'];
  readonly outcome?: JournalOutcome;
  readonly blueprint?: string;
  /** A part of an identifier or a title, in any case. */
  readonly q?: string;
}

export interface RowPage {
  readonly rows: readonly JournalRow[];
  /** Where the next page begins; null: this was the last one. */
  readonly cursor: string | null;
}
