import type { JournalRow } from '../../api/documents.ts';
import { useKeys } from '../../ui/keys.ts';
import { keyOf } from './filter.ts';

/** j and k: beside the details of a row those of the next; without, they lead into the table, which has its own. */
export function useRowKeys(rows: readonly JournalRow[], opened: string | undefined, open: (key: string) => void): void {
  const step = (by: number) => {
    if (opened === undefined) {
      document.querySelector<HTMLElement>('.run-rows .vtable')?.focus();
      return;
    }
    const next = rows[rows.findIndex((row) => keyOf(row) === opened) + by];
    if (next !== undefined) open(keyOf(next));
  };
  useKeys({
    j: { what: 'The next row', run: () => step(1) },
    k: { what: 'The row before', run: () => step(-1) },
  });
}
