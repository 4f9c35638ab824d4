import { messageOf } from '../core/errors.ts';
import type { Kind, RawItem } from '../core/model.ts';
import { withAnySignal } from '../core/signals.ts';
import type { SourceKind, Walk } from '../core/source.ts';
import { isObject } from '../komodor/item.ts';
import { withoutField } from './without-field.ts';

/** An item to try a mapping on. */
export interface SampleItem {
  readonly label: string;
  /** As `map` takes it, with what was asked for it under `_`. */
  readonly item: unknown;
}

/** What `GET /v1/items` answers. */
export interface ItemsDocument {
  readonly kind: Kind;
  readonly from: 'live' | 'examples';
  readonly items: readonly SampleItem[];
  /** Whether there are, or may be, more. */
  readonly more: boolean;
  /** Why not everything was read, in a sentence; null: everything was, or enough was found. */
  readonly problem: string | null;
}

type Found = Pick<ItemsDocument, 'items' | 'more' | 'problem'>;

const MAX_ITEMS = 50;
const MAX_BYTES = 900_000;
/** Somebody waits. */
const MAX_PAGES = 20;
const MAX_MS = 15_000;

/** Made-up items: one with every field that its system may send, and one for each field that it may leave out. */
export function exampleItems(kind: SourceKind, mayLack: readonly string[], q: string): Found {
  const { label, value } = kind.probe.item;
  const whole = withPlainWords(value);
  const name = plainWords(label);
  const all = [
    { label: `${name}, with every field`, item: whole },
    ...mayLack.map((path) => ({ label: `${name}, without ${path}`, item: withoutField(whole, path) })),
  ];
  const fitting = all.filter((one) => holds([one.label, one.item], q.toLowerCase()));
  return { items: fitting.slice(0, MAX_ITEMS), more: fitting.length > MAX_ITEMS, problem: null };
}

/** Items as the kind's system gives them now, whatever the selectors of a mapping say. Reads no more than a few pages. */
export async function liveItems(kind: SourceKind, q: string, signal: AbortSignal, maxMs = MAX_MS): Promise<Found> {
  const selected = kind.select({});
  if ('complaints' in selected) return { items: [], more: false, problem: selected.complaints.join('; ') };
  const limit = AbortSignal.timeout(maxMs);
  const found = new Map<string, SampleItem>();
  try {
    return await withAnySignal([signal, limit], (within) => collect(selected.listing.read(within), q, found));
  } catch (error) {
    signal.throwIfAborted();
    const why = limit.aborted ? `it took longer than ${maxMs / 1000} s` : messageOf(error);
    return {
      items: [...found.values()],
      more: true,
      problem: `Not everything was read from ${kind.systemName}: ${why}`,
    };
  }
}

async function collect(walk: Walk, q: string, found: Map<string, SampleItem>): Promise<Found> {
  const wanted = q.toLowerCase();
  let bytes = 0;
  let left = 0;
  const enough = (problem: string | null) => ({ items: [...found.values()], more: true, problem });
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const step = await walk.next();
    if (step.done) {
      const { value: end } = step;
      const problem = end.complete ? tooLarge(left) : `Not everything was read: ${end.detail}`;
      return { items: [...found.values()], more: left > 0 || !end.complete, problem };
    }
    for (const item of step.value.items) {
      if (!isWanted(item, wanted) || found.has(item.key)) continue;
      const size = JSON.stringify(item.value).length;
      if (found.size === MAX_ITEMS) {
        // Ends the read without asking for more.
        await walk.return({ complete: true });
        return enough(null);
      }
      if (bytes + size > MAX_BYTES) left += 1;
      else {
        bytes += size;
        found.set(item.key, { label: item.label, item: item.value });
      }
    }
  }
  await walk.return({ complete: true });
  return enough(`Only the first ${MAX_PAGES} pages were looked at. Search for more of the name.`);
}

function tooLarge(left: number): string | null {
  return left === 0 ? null : `${left} more would not fit into one answer. Search for more of the name.`;
}

function isWanted({ label, value }: RawItem, wanted: string): boolean {
  return wanted === '' || holds([label, value], wanted);
}

/** Whether a text is in one of the texts of a value. @param wanted in lower case */
function holds(value: unknown, wanted: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(wanted);
  if (Array.isArray(value)) return value.some((one) => holds(one, wanted));
  return isObject(value) && Object.values(value).some((one) => holds(one, wanted));
}

/** A copy of a made-up item with names that read like real ones. */
function withPlainWords(value: unknown): unknown {
  if (typeof value === 'string') return plainWords(value);
  if (Array.isArray(value)) return value.map(withPlainWords);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withPlainWords(one)]));
}

const WORDS: Readonly<Record<string, string>> = { cluster: 'production', namespace: 'shop', name: 'cart' };

/** `probe-cluster-q7x` marks a place for machines. */
function plainWords(text: string): string {
  return text.replaceAll(/\bprobe-(\w+)-q7x\b/g, (_marked, part: string) => WORDS[part] ?? `my-${part}`);
}
