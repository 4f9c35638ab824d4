import type { Kind, RawItem } from './model.ts';
import type { LeftOut, MappedRow, RunObserver } from './ports.ts';
import type { Place } from './source.ts';

/** The items of one kind that its last resync left out. */
export interface KindLeftOut {
  readonly kind: Kind;
  readonly at: string;
  readonly items: readonly LeftOut[];
  /** How many more there were. */
  readonly more: number;
}

/** Keeps the names of what the last resyncs left out, so that people who search for them learn why. It is a record and no state. */
export interface LeftOutStore {
  /** @param others what becomes of the kinds that are not given */
  keep(kinds: readonly KindLeftOut[], others: 'keep' | 'forget'): Promise<void>;
  all(): Promise<readonly KindLeftOut[]>;
}

/** More of one kind are only counted. */
export const LEFT_OUT_PER_KIND = 2_000;
/** How many characters of a label and of a sentence are kept. */
const MAX_LABEL = 400;
const MAX_DETAIL = 300;

/** The item as one that was left out; undefined when it gave an entity. */
export function leftOutOf(
  kind: { readonly name: Kind; placeOf(item: RawItem): Place },
  item: RawItem,
  rows: readonly MappedRow[],
): LeftOut | undefined {
  const [first] = rows;
  const rejected = rows.find((row) => row.type === 'rejected');
  if (first === undefined || (!rejected && rows.some(({ type }) => type === 'entity'))) return undefined;
  const { name } = kind;
  const known = { kind: name, label: cut(item.label, MAX_LABEL), place: kind.placeOf(item) };
  if (rejected === undefined) return { ...known, outcome: 'filtered', detail: cut(selectorOf(first), MAX_DETAIL) };
  const { entry, path, message } = rejected;
  const where = path === '' ? entry.path : `${entry.path}: ${path}`;
  return { ...known, outcome: 'rejected', detail: cut(`${where}: ${message}`, MAX_DETAIL) };
}

function selectorOf({ entry: { path, selectorQuery, itemsToParse } }: MappedRow): string {
  if (itemsToParse !== undefined) return `${path} selects none of the elements that itemsToParse gives`;
  return `${path}.selector.query (${selectorQuery}) says no`;
}

/** Collects what a run leaves out. */
export class LeftOutBook {
  readonly #kinds = new Map<Kind, Map<string, LeftOut>>();
  readonly #more = new Map<Kind, number>();

  readonly observer: RunObserver = {
    kindStarted: (kind) => {
      this.#itemsOf(kind);
    },
    itemLeftOut: (left) => this.#add(left),
    // What Port's rules for identifiers reject has given an entity first.
    itemProblem: ({ kind, label, code, message }) => {
      if (kind === undefined || code !== 'item_rejected') return;
      this.#add({
        kind,
        label: cut(label, MAX_LABEL),
        place: {},
        outcome: 'rejected',
        detail: cut(message, MAX_DETAIL),
      });
    },
  };

  list(at: Date): readonly KindLeftOut[] {
    return [...this.#kinds].map(([kind, items]) => ({
      kind,
      at: at.toISOString(),
      items: [...items.values()],
      more: this.#more.get(kind) ?? 0,
    }));
  }

  #itemsOf(kind: Kind): Map<string, LeftOut> {
    const items = this.#kinds.get(kind) ?? new Map<string, LeftOut>();
    this.#kinds.set(kind, items);
    return items;
  }

  #add(left: LeftOut): void {
    const items = this.#itemsOf(left.kind);
    if (items.has(left.label)) return;
    if (items.size < LEFT_OUT_PER_KIND) items.set(left.label, left);
    else this.#more.set(left.kind, (this.#more.get(left.kind) ?? 0) + 1);
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
