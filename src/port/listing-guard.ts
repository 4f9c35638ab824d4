import { fingerprint } from '../core/canonical.ts';
import { AppError } from '../core/errors.ts';
import { FingerprintBag } from '../core/fingerprint-bag.ts';

/** A listing with more pages than this is taken for endless. */
const MAX_PAGES = 50_000;
/** Pages in a row that bring nothing new: a filter may leave some empty, but not for ever. */
const MAX_IDLE_PAGES = 10;

/** Watches one listing of Port, page by page, so that a reader comes to an end whatever the cursors say. */
export class ListingGuard {
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
   * Told of each page that leads on to another one.
   * @throws AppError `port_failed` when the listing leads in a circle, or nowhere
   */
  goesOn(next: string, identifiers: Iterable<string>): void {
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
