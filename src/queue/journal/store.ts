import type { JournalRun } from '../../core/journal.ts';

export type RecordHead = Pick<JournalRun, 'runId' | 'mode' | 'trigger' | 'startedAt'>;
export type RecordEnd = Pick<JournalRun, 'finishedAt' | 'status'>;
/** `update done` -> the number of rows with this action and outcome. */
export type RowCounts = ReadonlyMap<string, number>;

/** What is kept of one run, without its rows. */
export interface StoredRecord extends JournalRun {
  /** The size of its pieces. */
  readonly bytes: number;
}

/** Some hundred rows, compressed. */
export interface Piece {
  /** See piece-names.ts. */
  readonly name: string;
  readonly content: Buffer;
  /** Which entities its rows are about: see piece.ts. */
  readonly index: Buffer;
}

/** How large a record may become. */
export interface RecordLimits {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Keeps the pieces of the journal. There are two: in memory, and in Redis. Each function may be called again with the same
 * arguments after it failed, because it may have been carried out nevertheless. @throws each, when the store cannot be reached
 */
export interface JournalStore {
  /** Creates the record of a run; a run that is begun anew goes on with the one that is there. */
  open(head: RecordHead): Promise<void>;
  /**
   * Adds a piece, and creates the record when it is gone. Adding the same piece again changes nothing.
   * @returns false when the record is full
   */
  add(head: RecordHead, piece: Piece, counts: RowCounts, limits: RecordLimits): Promise<boolean>;
  /** Puts one piece, which has the name of the first, in the place of several with the same rows. */
  join(runId: string, piece: Piece, names: readonly string[]): Promise<void>;
  /** Notes how many rows a part of the record lacks. `part`: the writer that lost them, or the piece that cannot be read. */
  lose(head: RecordHead, part: string, rows: number): Promise<void>;
  end(head: RecordHead, end: RecordEnd): Promise<void>;
  records(): Promise<readonly StoredRecord[]>;
  find(runId: string): Promise<StoredRecord | undefined>;
  /** The indexes of all pieces of a run, by the names of the pieces. */
  indexes(runId: string): Promise<ReadonlyMap<string, Buffer>>;
  /** Undefined: the piece is gone. */
  content(runId: string, name: string): Promise<Buffer | undefined>;
  drop(runIds: readonly string[]): Promise<void>;
}
