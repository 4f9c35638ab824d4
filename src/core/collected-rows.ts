import { mergeRows } from './change.ts';
import type { JournalRow, JournalWriter, NewRow } from './journal.ts';
import { KeptExchanges } from './kept-exchanges.ts';

/** The rows of one run, in memory. */
export class CollectedRows implements JournalWriter {
  readonly #rows = new Map<string, JournalRow>();
  readonly #exchanges = new KeptExchanges();

  async append(rows: readonly NewRow[]): Promise<void> {
    for (const { again: _, ...row } of rows.map((row) => this.#exchanges.fit(row))) {
      // A second write with another outcome is a row of its own.
      const key = JSON.stringify([row.blueprint, row.identifier, row.action === 'delete', row.outcome]);
      const earlier = this.#rows.get(key);
      this.#rows.set(key, earlier ? mergeRows(earlier, row) : row);
    }
  }

  async end(): Promise<void> {}

  /** One row per entity and outcome, in the order of their first writes. */
  all(): readonly JournalRow[] {
    return [...this.#rows.values()];
  }
}
