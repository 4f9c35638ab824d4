import { signal } from '@preact/signals';
import { get } from '../../api/client.ts';
import type { ChangesPage, JournalRow } from '../../api/documents.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { RowFilter } from './filter.ts';

/** A small first page is there at once. */
const FIRST_ROWS = 200;
const PAGE_ROWS = 1_000;
/** So many rows are loaded without being asked for, so that the reader never waits. */
const ROWS_AHEAD = 10_000;

export interface Rows {
  readonly rows: readonly JournalRow[];
  readonly note: ChangesPage['note'];
  /** null: these are all. */
  readonly cursor: string | null;
  /** The first page has come. */
  readonly hasBegun: boolean;
  readonly problem: ApiProblem | undefined;
}

const NOTHING: Rows = { rows: [], note: null, cursor: null, hasBegun: false, problem: undefined };

/** The rows of a run that fit a filter, loaded page by page ahead of the reader. */
export class RowPages {
  readonly state = signal<Rows>(NOTHING);
  readonly #path: string;
  readonly #filter: RowFilter;
  readonly #stop = new AbortController();
  #isLoading = false;

  constructor(runId: string, filter: RowFilter) {
    this.#path = `v1/runs/${encodeURIComponent(runId)}/changes`;
    this.#filter = filter;
  }

  /** Loads the next page, and goes on by itself at first. After a problem it tries again. */
  async more(): Promise<void> {
    if (this.#isLoading || (this.state.value.hasBegun && this.state.value.cursor === null)) return;
    this.#isLoading = true;
    try {
      do await this.#page();
      while (this.state.value.cursor !== null && this.state.value.rows.length < ROWS_AHEAD);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'page', String(error));
      this.state.value = { ...this.state.value, problem };
    } finally {
      this.#isLoading = false;
    }
  }

  /** Asks again for the first rows: a run in progress makes more. Not when there are many already, which would cost much. */
  async refresh(): Promise<void> {
    if (this.#isLoading || this.state.value.rows.length > PAGE_ROWS) return;
    this.#isLoading = true;
    try {
      const page = await this.#ask(PAGE_ROWS, undefined);
      this.state.value = { ...page, hasBegun: true, problem: undefined };
    } catch {
      // The next round asks again.
    } finally {
      this.#isLoading = false;
    }
  }

  async #page(): Promise<void> {
    const { rows, cursor, hasBegun } = this.state.value;
    const page = await this.#ask(hasBegun ? PAGE_ROWS : FIRST_ROWS, cursor ?? undefined);
    const all = rows.length === 0 ? page.rows : [...rows, ...page.rows];
    this.state.value = { rows: all, note: page.note, cursor: page.cursor, hasBegun: true, problem: undefined };
  }

  #ask(limit: number, cursor: string | undefined): Promise<ChangesPage> {
    return get(this.#path, { query: { ...this.#filter, limit, cursor }, signal: this.#stop.signal });
  }

  close(): void {
    this.#stop.abort();
  }
}
