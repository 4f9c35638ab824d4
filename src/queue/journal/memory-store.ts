import { rowsIn } from './piece.ts';
import { shownCounts } from './row-counts.ts';
import type { JournalStore, Piece, RecordEnd, RecordHead, RecordLimits, RowCounts, StoredRecord } from './store.ts';

interface MemoryRecord {
  readonly head: RecordHead;
  end: RecordEnd;
  readonly pieces: Map<string, Piece>;
  readonly lost: Map<string, number>;
  readonly counts: Map<string, number>;
  rows: number;
  bytes: number;
}

const NOT_ENDED: RecordEnd = { finishedAt: null, status: null };

/** The journal of a service without Redis. It is gone when the process ends. */
export class MemoryStore implements JournalStore {
  readonly #records = new Map<string, MemoryRecord>();

  async open(head: RecordHead): Promise<void> {
    this.#recordOf(head).end = NOT_ENDED;
  }

  async add(head: RecordHead, piece: Piece, counts: RowCounts, limits: RecordLimits): Promise<boolean> {
    const record = this.#recordOf(head);
    if (record.pieces.has(piece.name)) return true;
    if (record.rows >= limits.rows || record.bytes >= limits.bytes) return false;
    put(record, piece);
    record.rows += rowsIn(piece.index);
    for (const [key, count] of counts) record.counts.set(key, (record.counts.get(key) ?? 0) + count);
    return true;
  }

  async join(runId: string, piece: Piece, names: readonly string[]): Promise<void> {
    const record = this.#records.get(runId);
    if (!record?.pieces.has(piece.name)) return;
    for (const name of names) remove(record, name);
    put(record, piece);
  }

  async lose(head: RecordHead, part: string, rows: number): Promise<void> {
    this.#recordOf(head).lost.set(part, rows);
  }

  async end(head: RecordHead, end: RecordEnd): Promise<void> {
    this.#recordOf(head).end = end;
  }

  async records(): Promise<readonly StoredRecord[]> {
    return [...this.#records.values()].map(stored);
  }

  async find(runId: string): Promise<StoredRecord | undefined> {
    const record = this.#records.get(runId);
    return record && stored(record);
  }

  async indexes(runId: string): Promise<ReadonlyMap<string, Buffer>> {
    const pieces = this.#records.get(runId)?.pieces ?? new Map<string, Piece>();
    return new Map([...pieces].map(([name, { index }]) => [name, index]));
  }

  async content(runId: string, name: string): Promise<Buffer | undefined> {
    return this.#records.get(runId)?.pieces.get(name)?.content;
  }

  async drop(runIds: readonly string[]): Promise<void> {
    for (const runId of runIds) this.#records.delete(runId);
  }

  #recordOf(head: RecordHead): MemoryRecord {
    const there = this.#records.get(head.runId);
    if (there) return there;
    const nothing = { pieces: new Map(), lost: new Map(), counts: new Map(), rows: 0, bytes: 0 };
    const record: MemoryRecord = { head, end: NOT_ENDED, ...nothing };
    this.#records.set(head.runId, record);
    return record;
  }
}

function put(record: MemoryRecord, piece: Piece): void {
  record.pieces.set(piece.name, piece);
  record.bytes += piece.content.length + piece.index.length;
}

function remove(record: MemoryRecord, name: string): void {
  const piece = record.pieces.get(name);
  if (piece === undefined) return;
  record.pieces.delete(name);
  record.bytes -= piece.content.length + piece.index.length;
}

function stored({ head, end, lost, counts, bytes }: MemoryRecord): StoredRecord {
  const lostRows = [...lost.values()].reduce((sum, rows) => sum + rows, 0);
  return { ...head, ...end, ...shownCounts(counts), lost: lostRows, bytes };
}
