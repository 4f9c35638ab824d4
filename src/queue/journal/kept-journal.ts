import { randomUUID } from 'node:crypto';
import { rowMatcher } from '../../core/change-rows.ts';
import { messageOf } from '../../core/errors.ts';
import type {
  HistoryDetail,
  Journal,
  JournalRow,
  JournalRun,
  JournalWriter,
  RowFilter,
  RowPage,
} from '../../core/journal.ts';
import { BadCursor } from '../../core/journal.ts';
import { KeptExchanges } from '../../core/kept-exchanges.ts';
import type { QueueLog } from '../redis-connections.ts';
import { type ReadOptions, type RowPlace, readRecord } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';
import { expendable } from './retention.ts';
import type { JournalStore, RecordHead, StoredRecord } from './store.ts';

export interface JournalOptions {
  /** Whether rows are kept with their values, or with the names of the changed fields alone. */
  readonly detail?: Exclude<HistoryDetail, 'off'>;
  /** How many runs that changed something are kept. */
  readonly runs?: number;
  /** How large all records together may be. */
  readonly bytes?: number;
  readonly log: QueueLog;
  /** For tests. */
  readonly now?: () => Date;
  readonly bufferChars?: number;
  readonly retryMs?: number;
  readonly patienceMs?: number;
}

const KEPT_RUNS = 20;
const LIVE_ROWS = 10_000;
const BUFFER_CHARS = 8 * 1024 * 1024;
const RETRY_MS = 1_000;
const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The journal over a store for its pieces. */
export class KeptJournal implements Journal {
  readonly #store: JournalStore;
  readonly #options: JournalOptions & { readonly bytes: number };
  readonly #now: () => Date;
  readonly #buffer: { free: number };
  #live: { readonly runId: string; readonly exchanges: KeptExchanges } | undefined;
  /** What was said already, so that it is said once. */
  readonly #said = new Set<string>();

  constructor(store: JournalStore, options: JournalOptions & { readonly bytes: number }) {
    this.#store = store;
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#buffer = { free: options.bufferChars ?? BUFFER_CHARS };
  }

  begin(run: Omit<RecordHead, 'runId'> & { readonly runId?: string }): JournalWriter {
    const head = headOf(run);
    const { bytes, detail = 'values', retryMs = RETRY_MS, patienceMs = PATIENCE_MS } = this.#options;
    return new RecordWriter({
      ...{ store: this.#store, head, buffer: this.#buffer, now: this.#now, retryMs, patienceMs },
      withValues: detail === 'values',
      exchanges: this.#exchangesOf(head),
      limits: { rows: head.mode === 'live' ? LIVE_ROWS : Number.MAX_SAFE_INTEGER, bytes },
      onGrown: () => this.#makeRoom(),
      onEnd: (lost, why) => this.#ended(head, lost, why),
    });
  }

  async runs(): Promise<readonly JournalRun[]> {
    const records = await this.#store.records();
    return records.map((record) => this.#shown(record)).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }

  async find(runId: string): Promise<JournalRun | undefined> {
    const record = await this.#store.find(runId);
    return record && this.#shown(record);
  }

  async *rows(runId: string, filter: RowFilter, signal: AbortSignal): AsyncGenerator<readonly JournalRow[]> {
    const matches = rowMatcher(filter);
    for await (const placed of readRecord(this.#store, runId, this.#reading(runId))) {
      signal.throwIfAborted();
      const rows = placed.map(({ row }) => row).filter(matches);
      if (rows.length > 0) yield rows;
    }
  }

  /** @throws BadCursor */
  async page(runId: string, filter: RowFilter, from: string | null, limit: number): Promise<RowPage> {
    const matches = rowMatcher(filter);
    const rows: JournalRow[] = [];
    const start = from === null ? undefined : placeOf(from);
    for await (const placed of readRecord(this.#store, runId, { ...this.#reading(runId), from: start })) {
      for (const { place, row } of placed) {
        if (!matches(row)) continue;
        if (rows.length === limit) return { rows, cursor: cursorOf(place) };
        rows.push(row);
      }
    }
    return { rows, cursor: null };
  }

  async history(blueprint: string, identifier: string, limit: number) {
    const found: (JournalRow & Pick<JournalRun, 'runId' | 'mode'>)[] = [];
    const entity = { blueprint, identifier };
    for (const { runId, mode } of await this.runs()) {
      for await (const placed of readRecord(this.#store, runId, { ...this.#reading(runId), entity })) {
        for (const { row } of placed) found.push({ ...row, runId, mode });
      }
    }
    // Rows of live events lie between those of runs.
    return found
      .reverse()
      .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
      .slice(0, limit);
  }

  /** Live events of the same hour, which have one record, share what a run may keep. */
  #exchangesOf({ mode, runId }: RecordHead): KeptExchanges {
    if (mode !== 'live') return new KeptExchanges();
    if (this.#live?.runId !== runId) this.#live = { runId, exchanges: new KeptExchanges() };
    return this.#live.exchanges;
  }

  #reading(runId: string): Pick<ReadOptions, 'onUnreadable'> {
    return {
      onUnreadable: async (piece, rows, why) => {
        if (!this.#isNew(`${runId} ${piece}`)) return;
        const message = `A part of the record of a run cannot be read (${why}); its rows are left out.`;
        this.#options.log('warn', message, { runId, rows });
        try {
          const record = await this.#store.find(runId);
          if (record) await this.#store.lose(record, piece, rows);
        } catch (error) {
          this.#options.log('debug', `This could not be noted in the record: ${messageOf(error)}`, { runId });
        }
      },
    };
  }

  async #ended(head: RecordHead, lost: number, why: string): Promise<void> {
    if (lost > 0 && this.#isNew(`${head.runId} lost`)) {
      const message = `The record of a run is not whole: rows could not be kept (${why}).`;
      this.#options.log('warn', message, { runId: head.runId, lost });
    }
    // Once an hour for all live events together.
    if (head.mode !== 'live' || this.#isNew(`${head.runId} begun`)) await this.#makeRoom();
  }

  /** Drops the records that are not kept any longer. */
  async #makeRoom(): Promise<void> {
    const { runs = KEPT_RUNS, bytes, log } = this.#options;
    try {
      const over = expendable(await this.#store.records(), { runs, bytes });
      if (over.length > 0) await this.#store.drop(over);
    } catch (error) {
      log('debug', `Old records of runs could not be removed: ${messageOf(error)}`, {});
    }
  }

  /** Whether this is said for the first time. */
  #isNew(what: string): boolean {
    if (this.#said.has(what)) return false;
    const [oldest] = this.#said;
    if (oldest !== undefined && this.#said.size >= 1_000) this.#said.delete(oldest);
    this.#said.add(what);
    return true;
  }

  #shown({ bytes: _, ...run }: StoredRecord): JournalRun {
    if (run.mode !== 'live') return run;
    const end = new Date(Date.parse(run.startedAt) + HOUR_MS);
    return { ...run, finishedAt: end <= this.#now() ? end.toISOString() : null };
  }
}

/** Live events of the same hour have one record. */
function headOf({ runId, mode, trigger, startedAt }: Parameters<Journal['begin']>[0]): RecordHead {
  if (mode !== 'live') return { runId: runId ?? randomUUID(), mode, trigger, startedAt };
  const hour = startedAt.slice(0, 13);
  return { runId: `live-${hour}`, mode, trigger, startedAt: `${hour}:00:00.000Z` };
}

function cursorOf({ part, row, nth }: RowPlace): string {
  return Buffer.from(`${part}/${row}/${nth}`).toString('base64url');
}

function placeOf(cursor: string): RowPlace {
  const [, part, row, nth] =
    /^([0-9a-z]+-[0-9a-f]+)\/(\d{1,15})\/(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (part === undefined) throw new BadCursor();
  return { part, row: Number(row), nth: Number(nth) };
}
