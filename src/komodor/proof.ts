import type { Completeness, IncompleteReason, RawItem } from '../core/model.ts';
import type { SourcePage } from '../core/ports.ts';

/** A read in progress: pages, and at the end whether that was all. */
export type Walk = AsyncGenerator<SourcePage, Completeness>;

export const COMPLETE: Completeness = { complete: true };

export function incomplete(reason: IncompleteReason, detail: string): Extract<Completeness, { complete: false }> {
  return { complete: false, reason, detail };
}

/** What all walks need besides the way they ask. */
export interface WalkOptions {
  /** What is being read, for messages: `services of cluster "prod"`. */
  readonly what: string;
  readonly toItem: (row: unknown) => RawItem | undefined;
  /** Whether an item lies where we asked; one that does not shows that the server ignores the question. */
  readonly inScope?: (item: RawItem) => boolean;
  readonly maxPages: number;
}

/** Keeps book of what a walk has seen, and turns rows into a page. */
export function createLedger(options: WalkOptions) {
  const keys = new Set<string>();
  let malformedRows = 0;
  let pages = 0;

  return {
    /** Distinct rows so far. Rows that are no objects count each: they are there, whatever they are. */
    distinct: () => keys.size + malformedRows,
    /** Takes a page's rows; `advanced` says whether anything in it was new. */
    take(rows: readonly unknown[]): { readonly page: SourcePage; readonly advanced: boolean } {
      const before = keys.size;
      const items = rows.map(options.toItem).filter((item) => item !== undefined);
      for (const item of items) keys.add(item.key);
      const malformed = rows.length - items.length;
      malformedRows += malformed;
      pages += 1;
      return { page: { items, malformed }, advanced: keys.size > before || malformed > 0 };
    },
    /** Why a page, for all its rows, shows that the walk goes wrong; `more` is whether it claims that there is more. */
    objection(
      taken: { readonly page: SourcePage; readonly advanced: boolean },
      more: boolean,
    ): Completeness | undefined {
      const { page, advanced } = taken;
      const { what, inScope, maxPages } = options;
      const stray = inScope === undefined ? undefined : page.items.find((item) => !inScope(item));
      if (stray !== undefined) {
        return incomplete('not_advancing', `the answer ignores the scope: ${what} gave ${stray.label}`);
      }
      if (!more) return undefined;
      if (page.items.length + page.malformed === 0) {
        return incomplete('more_but_empty', `page ${pages} of ${what} is empty but says that there is more`);
      }
      if (!advanced) return incomplete('not_advancing', `page ${pages} of ${what} repeats what was there before`);
      if (pages >= maxPages) return incomplete('too_many_pages', `${what} did not end within ${maxPages} pages`);
      return undefined;
    },
    malformed: (detail: string): Completeness =>
      incomplete('malformed_page', `page ${pages + 1} of ${options.what} ${detail}`),
  };
}
