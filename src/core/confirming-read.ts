import { encodeIdentifier } from './identifier.ts';
import type { RawItem } from './model.ts';
import type { Extraction } from './run.ts';
import type { Listing, Place, Walk } from './source.ts';

/** Starting jq takes as long as mapping about 100 items. */
const ITEMS_PER_MAPPING = 500;

/**
 * A second read of the source: which entities of a blueprint it shows, or why it cannot be used. It uses the same program
 * as the main read. Neither resyncs nor live events delete without one.
 */
export class ConfirmingRead {
  /** The identifiers of the entities that it showed. */
  readonly identifiers = new Set<string>();
  readonly #program: Extraction['program'];
  readonly #blueprint: string;
  readonly #signal: AbortSignal;
  readonly #isKnown: (item: RawItem) => boolean;
  #waiting: RawItem[] = [];
  #cutOff: string | undefined;
  #problem: string | undefined;

  /** @param isKnown for items whose entity is named by a search query: whether the main read gave the item to Port */
  constructor(
    { program }: Pick<Extraction, 'program'>,
    blueprint: string,
    signal: AbortSignal,
    isKnown: (item: RawItem) => boolean = () => false,
  ) {
    this.#program = program;
    this.#blueprint = blueprint;
    this.#signal = signal;
    this.#isKnown = isKnown;
  }

  /** Why it cannot be used; undefined when it can. Valid after `finish`. */
  get problem(): string | undefined {
    return this.#cutOff ?? this.#problem;
  }

  /** Records that it cannot be used. That it was cut off counts before all other reasons. */
  markUnusable(problem: string): void {
    this.#problem = firstOf(this.#problem, problem);
  }

  /** Reads one place again. @returns the number of items; undefined when the selector excludes the place */
  async confirm(listing: Listing, place: Place, onItem?: (item: RawItem) => void): Promise<number | undefined> {
    const pages = listing.confirm(place, this.#signal);
    return pages === 'excluded' ? undefined : this.read(pages, onItem);
  }

  /** Reads a walk to its end. @returns the number of items */
  async read(pages: Walk, onItem: (item: RawItem) => void = () => undefined): Promise<number> {
    let count = 0;
    for (;;) {
      const next = await pages.next();
      if (next.done) {
        if (!next.value.complete) {
          this.#cutOff = firstOf(this.#cutOff, `the second read was not complete: ${next.value.detail}`);
        }
        return count;
      }
      const { items, malformed } = next.value;
      if (malformed > 0) this.markUnusable('the second read held things that are no items');
      count += items.length;
      for (const item of items) {
        onItem(item);
        this.#waiting.push(item);
      }
      if (this.#waiting.length >= ITEMS_PER_MAPPING) await this.#map();
    }
  }

  /** Maps the items that still wait. After this the results are complete. */
  async finish(): Promise<this> {
    if (this.#waiting.length > 0) await this.#map();
    return this;
  }

  async #map(): Promise<void> {
    const items = this.#waiting;
    this.#waiting = [];
    for (const { item, rows } of await this.#program.map(items, this.#signal)) {
      for (const row of rows) {
        if (row.type === 'rejected')
          this.markUnusable(`the second read gave an item without identifier: ${item.label}`);
        if (row.type !== 'entity' || row.entity.blueprint !== this.#blueprint) continue;
        const { identifier } = row.entity;
        if (typeof identifier === 'string') this.identifiers.add(encodeIdentifier(identifier));
        else if (!this.#isKnown(item))
          this.markUnusable(`the second read shows ${item.label}, and only Port can tell which entity that is`);
      }
    }
  }
}

/**
 * The first of two texts by the alphabet, and not the one that was found first: places are read several at a time, and a
 * report must not depend on which answer is quicker.
 */
function firstOf(known: string | undefined, other: string): string {
  return known === undefined || other < known ? other : known;
}
