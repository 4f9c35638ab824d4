import type { BlueprintState } from './blueprint-state.ts';
import type { LiveDeletionCounts } from './catalog-guards.ts';
import { type ThresholdBreach, thresholdBreach } from './deletion.ts';
import type { Catalog, FieldSelection } from './ports.ts';

const HOUR_MS = 3_600_000;
/** The window when no resync is scheduled. */
const DAY_MS = 24 * HOUR_MS;
/** Listing our entities takes one request per 1,000. A burst of deletions uses the same list. */
const LIST_CACHE_MS = 60_000;

const NO_FIELDS: FieldSelection = { title: false, icon: false, team: false, properties: [], relations: [] };

/** The number of our entities of a blueprint when they were listed. */
interface Listed {
  /** Without those that were counted as deleted. */
  readonly others: number;
  /** `entered` of the deletion count at that time. */
  readonly entered: number;
}

/**
 * The threshold for deletions by live events. Everything that they delete within a window, in all replicas, counts
 * together.
 */
export class LiveGuard {
  readonly windowMs: number;
  readonly #tally: LiveDeletionCounts;
  readonly #now: () => number;
  readonly #lists = new Map<string, { readonly at: number; readonly listed: Promise<Listed> }>();

  /**
   * @param resyncIntervalMs the window; null: no resync is scheduled
   * @param now milliseconds of a monotonic clock
   */
  constructor(tally: LiveDeletionCounts, resyncIntervalMs: number | null, now = () => performance.now()) {
    this.#now = now;
    this.windowMs = Math.max(resyncIntervalMs ?? DAY_MS, HOUR_MS);
    this.#tally = tally;
  }

  /**
   * Counts entities that are about to be deleted, unless they are too many. For those that are not deleted after all, call
   * `giveBack`.
   * @returns why they may not be deleted; undefined when they may
   */
  async admit(
    catalog: Pick<Catalog, 'owned'>,
    { shape }: BlueprintState,
    deletion: { readonly owner: string; readonly identifiers: readonly string[]; readonly threshold: number },
    signal: AbortSignal,
  ): Promise<ThresholdBreach | undefined> {
    const { owner, identifiers, threshold } = deletion;
    const blueprint = shape.identifier;
    const listed = await this.#list(catalog, shape, signal);
    const { counted, entered } = await this.#tally.countDeletions(owner, blueprint, identifiers, this.windowMs);
    // Entities that were counted since then are among `others`.
    const left = Math.max(0, listed.others - Math.max(0, entered - listed.entered));
    const excess = thresholdBreach(counted, counted + left, threshold);
    if (excess) await this.giveBack(owner, blueprint, identifiers);
    return excess;
  }

  /** Removes entities from the count, because they were not deleted. */
  async giveBack(owner: string, blueprint: string, identifiers: readonly string[]): Promise<void> {
    if (identifiers.length > 0) await this.#tally.uncountDeletions(owner, blueprint, identifiers);
  }

  #list(catalog: Pick<Catalog, 'owned'>, shape: BlueprintState['shape'], signal: AbortSignal): Promise<Listed> {
    const known = this.#lists.get(shape.identifier);
    if (known && this.#now() - known.at < LIST_CACHE_MS) return known.listed;
    const listed = this.#listAnew(catalog, shape, signal);
    this.#lists.set(shape.identifier, { at: this.#now(), listed });
    listed.catch(() => this.#lists.delete(shape.identifier));
    return listed;
  }

  async #listAnew(
    catalog: Pick<Catalog, 'owned'>,
    shape: BlueprintState['shape'],
    signal: AbortSignal,
  ): Promise<Listed> {
    const { identifiers, entered } = await this.#tally.countedDeletions(shape.identifier, this.windowMs);
    const counted = new Set(identifiers);
    let others = 0;
    for await (const page of catalog.owned(shape, NO_FIELDS, signal)) {
      for (const { identifier } of page) if (!counted.has(identifier)) others += 1;
    }
    return { others, entered };
  }
}
