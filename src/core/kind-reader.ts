import { beginWalk } from './begun-walk.ts';
import { fingerprint } from './canonical.ts';
import { isSearchQuery } from './conform.ts';
import { EmptyFields } from './empty-fields.ts';
import { isAbort } from './errors.ts';
import { FingerprintBag } from './fingerprint-bag.ts';
import type { Intake } from './intake.ts';
import { leftOutOf } from './left-out.ts';
import type { Completeness, RawItem } from './model.ts';
import type { MappedItem, MappedRow } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import type { KindReport, RunStatus } from './report.ts';
import { type Extraction, itemFingerprint, type Run } from './run.ts';
import type { Place, SourceKind, SourcePage, Walk } from './source.ts';

/** Starting jq takes as long as mapping about 100 items, so small pages are joined. */
const ITEMS_PER_MAPPING = 500;
/** Not more than this are joined, because the data of each batch is in memory several times. */
const BYTES_PER_MAPPING = 1024 * 1024;

type Counts = {
  -readonly [name in 'pages' | 'extracted' | 'selected' | 'filtered' | 'duplicates' | 'rejected']: number;
};

/** How a kind is read beside others. */
export interface KindReading {
  /** Resolves when the kind may be read on. */
  readonly turn: () => Promise<void>;
  /** Resolves when what Port has of the blueprints is known. Items are compared with it. */
  readonly opened: () => Promise<void>;
  /** How many batches to read and map ahead. */
  readonly depth: () => number;
  readonly signal: AbortSignal;
}

/** Reads one kind to its end: reads pages, maps them, and gives them to the intake. */
export class KindReader {
  readonly #kind: SourceKind;
  readonly #run: Run;
  readonly #intake: Intake;
  readonly #counts: Counts = { pages: 0, extracted: 0, selected: 0, filtered: 0, duplicates: 0, rejected: 0 };
  #seen = new FingerprintBag();
  readonly #scopes = new FingerprintBag();
  readonly #searched = new FingerprintBag();
  /** Per entry: the items that its `selector.query` excluded. */
  readonly #excludedItems = new Map<string, FingerprintBag>();
  #completeness: Completeness = { complete: true };
  #aborted = false;
  readonly #empty: ReturnType<EmptyFields['findings']>[number][] = [];

  constructor(run: Run, intake: Intake, kind: SourceKind) {
    this.#kind = kind;
    this.#run = run;
    this.#intake = intake;
  }

  get kind(): string {
    return this.#kind.name;
  }

  /**
   * Asks for the first page at once, and reads on when it is the kind's turn.
   * @throws what ends the whole run. An incomplete read does not throw; it is reported.
   */
  async read(extractions: readonly Extraction[], reading: KindReading): Promise<void> {
    const { turn, signal } = reading;
    this.#run.observer.kindStarted?.(this.kind);
    this.#run.lanes.open(this.kind);
    const now = () => this.#run.ports.now().getTime();
    const [first] = extractions;
    const begun = first && beginWalk(() => first.listing.read(signal), now);
    try {
      await turn();
      for (const extraction of extractions) {
        const walk = extraction === first && begun ? begun.take() : extraction.listing.read(signal);
        await this.#extract(extraction, walk, reading);
      }
      await this.#intake.finish(this.kind);
    } catch (error) {
      await begun?.drop();
      this.#aborted = isAbort(error, this.#run.signal);
      this.markIncomplete({
        complete: false,
        reason: 'request_failed',
        detail: 'the run ended before the kind was read',
      });
      throw error;
    } finally {
      this.#seen = new FingerprintBag();
      this.#run.lanes.close(this.kind);
      this.#progress('kindFinished');
    }
  }

  async #extract({ program }: Extraction, walk: Walk, { depth, opened, signal }: KindReading): Promise<void> {
    const { lanes } = this.#run;
    const empty = new EmptyFields(program.entries);
    const leaving = { early: false };
    const batches = this.#batches(walk, leaving);
    const map = (items: readonly RawItem[]) => lanes.time([this.kind], 'map', () => program.map(items, signal), sizeOf);
    const mapped = readAhead(batches, map, depth);
    try {
      for (;;) {
        const next = await this.#intake.meanwhile(this.kind, mapped.next());
        await lanes.time([this.kind], 'compare', opened);
        if (next.done) {
          if (next.value.complete) this.#empty.push(...empty.findings());
          else this.#reportIncomplete(next.value);
          return;
        }
        empty.take(next.value);
        this.#run.fields?.take(next.value);
        await this.#takeIn(next.value);
        this.#progress('progress');
      }
    } finally {
      leaving.early = true;
      await mapped.return({ complete: true });
    }
  }

  /** Joins pages into batches that are worth starting jq for. */
  async *#batches(pages: Walk, leaving: { readonly early: boolean }): AsyncGenerator<readonly RawItem[], Completeness> {
    let waiting: RawItem[] = [];
    let bytes = 0;
    // The first page is mapped alone, so that work begins early.
    let itemsToCollect = 1;
    try {
      for (;;) {
        const read = () => pages.next();
        const next = await this.#run.lanes.time([this.kind], 'read', read, itemsIn);
        if (next.done) {
          if (waiting.length > 0) yield waiting;
          return next.value;
        }
        if (leaving.early) return { complete: true };
        waiting.push(...this.#accept(next.value));
        this.#progress('progress');
        bytes += next.value.bytes ?? 0;
        if (waiting.length < itemsToCollect && bytes < BYTES_PER_MAPPING) continue;
        if (waiting.length > 0) yield waiting;
        waiting = [];
        bytes = 0;
        itemsToCollect = ITEMS_PER_MAPPING;
      }
    } finally {
      await pages.return({ complete: true });
    }
  }

  #accept(page: SourcePage): readonly RawItem[] {
    this.#counts.pages += 1;
    this.#counts.extracted += page.items.length + page.malformed;
    this.#run.observer.itemsRead?.(this.kind, page.items);
    if (page.malformed > 0) this.#reportMalformed(page.malformed);
    const kind = this.#kind;
    for (const item of page.items) {
      if (this.#seen.add(fingerprint(item.key)) > 0) this.#counts.duplicates += 1;
      const scope = kind.scopeOf(kind.placeOf(item));
      if (scope) this.#scopes.add(fingerprint(scope));
    }
    return page.items;
  }

  /** How many items of this read are in a scope. A confirming read has to show some too. */
  itemsIn(scope: Place): number {
    return this.#scopes.count(fingerprint(scope));
  }

  /** Whether this read gave Port this item, with an entity that is named by a search query. */
  gaveSearchedEntity(item: RawItem): boolean {
    return this.#searched.count(fingerprint(item.key)) > 0;
  }

  /** Whether an entry's `selector.query` excluded this item. */
  isExcludedBy(path: string, item: number): boolean {
    return (this.#excludedItems.get(path)?.count(item) ?? 0) > 0;
  }

  #recordExcluded(item: RawItem, rows: readonly MappedRow[]): void {
    for (const row of rows) {
      // With itemsToParse, one element of the item may be excluded and another not.
      if (row.type !== 'filtered' || row.entry.itemsToParse) continue;
      const print = itemFingerprint(this.#kind, this.#kind.placeOf(item));
      if (print === undefined) continue;
      const bag = this.#excludedItems.get(row.entry.path) ?? new FingerprintBag();
      this.#excludedItems.set(row.entry.path, bag);
      if (bag.count(print) === 0) bag.add(print);
    }
  }

  async #takeIn(mapped: readonly MappedItem[]): Promise<void> {
    // If nothing in Port is ours, no deletion has to be explained.
    const mayMiss = this.#run.states().some(({ owned }) => owned > 0);
    for (const { item, rows } of mapped) {
      if (mayMiss) this.#recordExcluded(item, rows);
      const left = leftOutOf(this.#kind, item, rows);
      if (left) this.#run.observer.itemLeftOut?.(left);
      if (rows.some(isSearched)) this.#searched.add(fingerprint(item.key));
      if (rows.some(({ type }) => type === 'rejected')) this.#counts.rejected += 1;
      else if (rows.some(({ type }) => type === 'entity')) this.#counts.selected += 1;
      else this.#counts.filtered += 1;
    }
    const take = () => this.#intake.take(this.kind, mapped);
    const unknown = await this.#run.lanes.time([this.kind], 'compare', take, () => mapped.length);
    this.#counts.selected -= unknown;
    this.#counts.filtered += unknown;
  }

  #reportMalformed(count: number): void {
    const { kind } = this;
    this.#counts.rejected += count;
    this.#run.problems.add({
      code: 'items_malformed',
      severity: 'error',
      kind,
      group: '',
      message: `${kind}: ${this.#kind.systemName} sent list members that are no objects; they were passed over, and nothing is deleted on the strength of this read`,
      count,
    });
    this.#run.taint(kind, null, { reason: 'rejected', detail: `${kind}: a page held something that is no item` });
  }

  #reportIncomplete(completeness: Extract<Completeness, { complete: false }>): void {
    const { kind } = this;
    this.markIncomplete(completeness);
    this.#run.problems.add({
      code: 'read_incomplete',
      severity: 'error',
      kind,
      group: completeness.reason,
      message: `${kind} was not read to the end (${completeness.reason}): ${completeness.detail}`,
    });
  }

  /** Reports fields that no item had. Only for complete reads, because a few items may lack a field. */
  reportEmptyFields(): void {
    for (const { path, message, place } of this.#empty) {
      this.#run.problems.add({
        code: 'field_empty',
        severity: 'warning',
        kind: this.kind,
        group: path,
        message,
        place,
      });
    }
  }

  /** Changes this read to incomplete. */
  markIncomplete(completeness: Extract<Completeness, { complete: false }>): void {
    this.#completeness = completeness;
    const detail = `${this.kind} was not read completely: ${completeness.detail}`;
    this.#run.taint(this.kind, null, { reason: 'incomplete', detail });
  }

  report(): KindReport {
    return { kind: this.kind, status: this.#status(), complete: this.#completeness.complete, ...this.#counts };
  }

  #status(): RunStatus {
    if (this.#aborted) return 'aborted';
    if (!this.#completeness.complete) {
      // Broken documents cost themselves, even where there is nothing else.
      const isEmpty = this.#counts.extracted === 0 && this.#completeness.reason !== 'document_broken';
      return isEmpty ? 'failed' : 'degraded';
    }
    return this.#counts.rejected > 0 ? 'degraded' : 'completed';
  }

  #progress(event: 'progress' | 'kindFinished'): void {
    const { pages, extracted } = this.#counts;
    const { created, updated, unchanged } = this.#intake.countsOf(this.kind);
    this.#run.observer[event]?.({ kind: this.kind, pages, items: extracted, written: created + updated, unchanged });
  }
}

function sizeOf(list: readonly unknown[]): number {
  return list.length;
}

function itemsIn(next: IteratorResult<SourcePage, unknown>): number {
  return next.done ? 0 : next.value.items.length;
}

function isSearched(row: MappedRow): boolean {
  return row.type === 'entity' && isSearchQuery(row.entity.identifier);
}
