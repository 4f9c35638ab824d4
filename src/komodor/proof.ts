import { fingerprint } from '../core/canonical.ts';
import { FingerprintBag } from '../core/fingerprint-bag.ts';
import type { Completeness, IncompleteReason, RawItem } from '../core/model.ts';
import type { SourcePage } from '../core/source.ts';

export const COMPLETE: Completeness = { complete: true };

export function incomplete(reason: IncompleteReason, detail: string): Extract<Completeness, { complete: false }> {
  return { complete: false, reason, detail };
}

/** What all walks need, whatever their way of paging. */
export interface WalkOptions {
  /** What is read, for messages: `services of cluster "prod"`. */
  readonly what: string;
  readonly toItem: (row: unknown) => RawItem | undefined;
  /** Whether an item is within the limits of the question. If not, the server ignores the question. */
  readonly inScope?: (item: RawItem) => boolean;
  readonly maxPages: number;
}

/** A page of a walk, after it was recorded. */
interface RecordedPage {
  readonly page: SourcePage;
  /** An item outside the limits of the question. */
  readonly outOfScope: RawItem | undefined;
  /** Whether it had new rows. */
  readonly advanced: boolean;
}

/** Records which rows a walk has seen, and turns rows into a page. */
export function createWalkRecord(options: WalkOptions) {
  // If two keys had the same fingerprint, the count would be too small, which only prevents deletions.
  const keys = new FingerprintBag();
  let malformedRows = 0;
  let pages = 0;

  return {
    /** The number of distinct rows so far. Each row that is no object counts. */
    distinct: () => keys.size + malformedRows,
    /** Records the rows of a page. Items outside the limits are not passed on, because no entry may have selected them. */
    record(rows: readonly unknown[]): RecordedPage {
      const before = keys.size;
      const all = rows.map(options.toItem).filter((item) => item !== undefined);
      for (const item of all) keys.add(fingerprint(item.key));
      const malformed = rows.length - all.length;
      malformedRows += malformed;
      pages += 1;
      const { inScope = () => true } = options;
      const outOfScope = all.find((item) => !inScope(item));
      const advanced = keys.size > before || malformed > 0;
      return { page: { items: outOfScope === undefined ? all : all.filter(inScope), malformed }, outOfScope, advanced };
    },
    /**
     * Why a page shows that the walk cannot be complete. `more`: the page says that another one follows. `mustAdvance`: it
     * needs new rows even if no other page follows.
     */
    contradictionIn(
      { page, outOfScope, advanced }: RecordedPage,
      more: boolean,
      mustAdvance: boolean,
    ): Completeness | undefined {
      const { what, maxPages } = options;
      if (outOfScope !== undefined) {
        return incomplete('not_advancing', `the answer ignores the scope: ${what} gave ${outOfScope.label}`);
      }
      if (more && page.items.length + page.malformed === 0) {
        return incomplete('more_but_empty', `page ${pages} of ${what} is empty but says that there is more`);
      }
      if (!advanced && (more || mustAdvance)) {
        return incomplete('not_advancing', `page ${pages} of ${what} repeats what was there before`);
      }
      if (more && pages >= maxPages)
        return incomplete('too_many_pages', `${what} did not end within ${maxPages} pages`);
      return undefined;
    },
    malformed: (detail: string): Completeness =>
      incomplete('malformed_page', `page ${pages + 1} of ${options.what} ${detail}`),
  };
}
