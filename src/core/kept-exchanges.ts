import type { JournalRow, NewRow } from './journal.ts';

/** Of so many refused rows a run keeps what was sent and what Port answered. */
const MAX_EXCHANGES = 100;

/** Keeps the record of a run small where Port refuses very much. */
export class KeptExchanges {
  #left = MAX_EXCHANGES;

  /** The row, without its exchange once there are enough of them. */
  fit(row: NewRow): NewRow {
    if (row.error?.exchange === undefined) return row;
    if (this.#left === 0) return withoutExchange(row);
    this.#left -= 1;
    return row;
  }
}

/** The row without what was sent and what came back. */
export function withoutExchange<T extends JournalRow>(row: T): T {
  if (row.error?.exchange === undefined) return row;
  const { exchange: _, ...error } = row.error;
  return { ...row, error };
}
