import { fingerprint } from '../core/canonical.ts';
import { FingerprintBag } from '../core/fingerprint-bag.ts';
import type { Completeness, IncompleteReason, RawItem } from '../core/model.ts';
import type { SourcePage } from '../core/source.ts';

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

/** A page as it came. */
interface Taken {
  readonly page: SourcePage;
  /** An item that lies elsewhere than asked. */
  readonly stray: RawItem | undefined;
  /** Whether anything in it was new. */
  readonly advanced: boolean;
}

/** Keeps book of what a walk has seen, and turns rows into a page. */
export function createLedger(options: WalkOptions) {
  // Two keys with one fingerprint would make the count too small, which only ever forbids deletions.
  const keys = new FingerprintBag();
  let malformedRows = 0;
  let pages = 0;

  return {
    /** Distinct rows so far. Rows that are no objects count each: they are there, whatever they are. */
    distinct: () => keys.size + malformedRows,
    /** Takes a page's rows; what lies elsewhere than asked is not passed on, for nobody may have selected it. */
    take(rows: readonly unknown[]): Taken {
      const before = keys.size;
      const all = rows.map(options.toItem).filter((item) => item !== undefined);
      for (const item of all) keys.add(fingerprint(item.key));
      const malformed = rows.length - all.length;
      malformedRows += malformed;
      pages += 1;
      const { inScope = () => true } = options;
      const stray = all.find((item) => !inScope(item));
      const advanced = keys.size > before || malformed > 0;
      return { page: { items: stray === undefined ? all : all.filter(inScope), malformed }, stray, advanced };
    },
    /**
     * Why a page, for all its rows, shows that the walk goes wrong; `more` is whether it claims that there is more,
     * `mustAdvance` whether it has to bring something new even if it does not.
     */
    objection({ page, stray, advanced }: Taken, more: boolean, mustAdvance: boolean): Completeness | undefined {
      const { what, maxPages } = options;
      if (stray !== undefined) {
        return incomplete('not_advancing', `the answer ignores the scope: ${what} gave ${stray.label}`);
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
