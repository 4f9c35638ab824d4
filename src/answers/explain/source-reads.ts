import { withDeadline } from '../../core/deadline.ts';
import { isAbort, messageOf } from '../../core/errors.ts';
import type { Completeness, Kind, RawItem } from '../../core/model.ts';
import type { SourceKind, Walk } from '../../core/source.ts';
import type { ExplainedRead } from './document.ts';

/** More pages than this are not read for one answer. */
const MAX_PAGES = 100;
/** Nor longer than this. */
const MAX_MS = 20_000;

/** What one read gave, and whether that is all. */
export interface ReadResult {
  readonly items: readonly RawItem[];
  readonly complete: boolean;
}

/** Reads of the source for one answer: bounded together, and noted with what was asked. */
export class SourceReads {
  readonly notes: ExplainedRead[] = [];
  readonly #signal: AbortSignal;
  readonly #endsAt = performance.now() + MAX_MS;
  #pages = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  note(kind: Kind, complete: boolean, detail: string): void {
    this.notes.push({ kind, complete, detail });
  }

  /**
   * Reads a walk, as far as the bounds allow. A failure is noted and makes the read incomplete.
   * @param take gets each page; true: this is enough
   * @throws on abort by the caller
   */
  async read(
    { name: kind, systemName }: Pick<SourceKind, 'name' | 'systemName'>,
    what: string,
    open: (signal: AbortSignal) => Walk,
    take: (items: readonly RawItem[]) => Promise<boolean> = async () => false,
  ): Promise<ReadResult> {
    const items: RawItem[] = [];
    let isEnough = false;
    const walkAll = async (signal: AbortSignal): Promise<Completeness> => {
      const walk = open(signal);
      try {
        for (;;) {
          const next = await walk.next();
          if (next.done) return next.value;
          if (next.value.malformed > 0) return incomplete(`${systemName} sent list members that are no objects`);
          items.push(...next.value.items);
          this.#pages += 1;
          isEnough = await take(next.value.items);
          if (isEnough) return { complete: true };
          if (this.#pages >= MAX_PAGES) return incomplete(`stopped after ${MAX_PAGES} pages, which were not all`);
        }
      } finally {
        await walk.return({ complete: true });
      }
    };
    let result: Completeness;
    try {
      result = await withDeadline(Math.max(1, this.#endsAt - performance.now()), this.#signal, walkAll);
    } catch (error) {
      if (isAbort(error, this.#signal) && this.#signal.aborted) throw error;
      const isLate = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
      result = incomplete(isLate ? `stopped after ${MAX_MS / 1000} s` : messageOf(error));
    }
    const count = `${items.length} ${items.length === 1 ? 'item' : 'items'}`;
    const told = isEnough ? `${what}: found among the first ${count}` : `${what}: ${count}`;
    this.note(kind, result.complete, result.complete ? told : `${what}: ${withoutPeriod(result.detail)}`);
    return { items, complete: result.complete };
  }
}

function incomplete(detail: string): Completeness {
  return { complete: false, reason: 'request_failed', detail };
}

/** For messages that become a part of a sentence. */
export function withoutPeriod(message: string): string {
  return message.replace(/\.+$/, '');
}
