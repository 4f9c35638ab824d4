import type { Kind } from './model.ts';
import type { Change, RunMode, RunStatus, RunTrigger } from './report.ts';

/** How much the journal keeps of a change: its values, only the names of its fields, or nothing. */
export type HistoryDetail = 'values' | 'names' | 'off';

/** What was sent and what came back. Of a request for many entities, only the part about the one. */
export interface Exchange {
  readonly request: { readonly method: string; readonly path: string; readonly body: string };
  /** `status` null: no answer came. */
  readonly answer: { readonly status: number | null; readonly body: string };
}

export type JournalOutcome = 'done' | 'refused' | 'held_back' | 'superseded' | 'planned';

/** What a run did, tried to do, or held back with one entity. A `from` that is missing is not known. */
export interface JournalRow extends Omit<Change, 'blocked'> {
  readonly outcome: JournalOutcome;
  readonly at: string;
  /** The changed fields (`title`, `properties.status`, `relations.service`) where their values are not kept or not known. */
  readonly fields?: readonly string[];
  /** Port's words, as they are. */
  readonly error?: { readonly code: string; readonly message: string; readonly exchange?: Exchange };
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

/** A row for the journal. `again`: the run has written this entity before; readers see both as one row. */
export type NewRow = JournalRow & { readonly again?: true };

/** Takes the rows of one run. Its functions never throw: a run never fails for its record. */
export interface JournalWriter {
  append(rows: readonly NewRow[]): Promise<void>;
  end(status: RunStatus): Promise<void>;
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

/** The record of what runs changed. It is a record and no state: losing it loses nothing else. */
export interface Journal {
  /** `live`: opens the record of the current hour, or goes on with it. */
  begin(run: Pick<JournalRun, 'mode' | 'trigger' | 'startedAt'> & { readonly runId?: string }): JournalWriter;
  /** The newest first. */
  runs(): Promise<readonly JournalRun[]>;
  find(runId: string): Promise<JournalRun | undefined>;
  /** The rows of a run, in pieces, so that a large run needs no memory. @throws when the store cannot be reached */
  rows(runId: string, filter: RowFilter, signal: AbortSignal): AsyncIterable<readonly JournalRow[]>;
  page(runId: string, filter: RowFilter, from: string | null, limit: number): Promise<RowPage>;
  /** What happened to one entity in all kept runs, the newest first. */
  history(
    blueprint: string,
    identifier: string,
    limit: number,
  ): Promise<readonly (JournalRow & Pick<JournalRun, 'runId' | 'mode'>)[]>;
}

/** A cursor for `page` that `page` did not give. */
export class BadCursor extends Error {}
