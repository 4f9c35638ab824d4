import { fingerprint } from '../core/canonical.ts';
import { AppError } from '../core/errors.ts';
import { FingerprintBag } from '../core/fingerprint-bag.ts';

/** A listing with more pages than this counts as endless. */
const MAX_PAGES = 50_000;
/** How many pages in a row may hold nothing new. A filter may leave some empty, but not all. */
const MAX_IDLE_PAGES = 10;

/** Checks the pages of one listing of Port, so that reading it ends whatever its cursors say. */
export class EndlessListingGuard {
  readonly #what: string;
  readonly #cursors = new Set<string>();
  readonly #seen = new FingerprintBag();
  #pages = 0;
  #idle = 0;

  /** @param what for messages: `Port's list of service entities` */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * Called for each page that has a next one.
   * @throws AppError `port_failed` when the listing repeats itself or does not end
   */
  checkNext(next: string, identifiers: Iterable<string>): void {
    const before = this.#seen.size;
    for (const identifier of identifiers) this.#seen.add(fingerprint(identifier));
    this.#pages += 1;
    this.#idle = this.#seen.size > before ? 0 : this.#idle + 1;
    if (this.#cursors.has(next)) throw this.#endless('repeats itself');
    if (this.#idle >= MAX_IDLE_PAGES) throw this.#endless(`goes on, but its last ${this.#idle} pages held nothing new`);
    if (this.#pages >= MAX_PAGES) throw this.#endless(`did not end within ${MAX_PAGES} pages`);
    this.#cursors.add(next);
  }

  #endless(how: string): AppError {
    return new AppError('port_failed', `${this.#what} ${how}`);
  }
}
