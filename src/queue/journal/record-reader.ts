import { messageOf } from '../../core/errors.ts';
import type { JournalRow } from '../../core/journal.ts';
import { addRow } from './add-row.ts';
import { entitiesIn, entityNumber, rowsIn, rowsOf } from './piece.ts';
import { type PieceEntry, partsOf, type WriterPart } from './piece-names.ts';
import type { JournalStore } from './store.ts';

/** Pieces of later rows that stay unpacked: they are mostly in the order of the first rows. */
const UNPACKED_PIECES = 8;

/** A place in a record: a writer's part, the number of the first row in it, and the number of the row that this one gave. */
export interface RowPlace {
  readonly part: string;
  readonly row: number;
  readonly nth: number;
}

export interface PlacedRow {
  readonly place: RowPlace;
  readonly row: JournalRow;
}

export interface ReadOptions {
  /** Where to begin. */
  readonly from?: RowPlace | undefined;
  /** Only this entity. */
  readonly entity?: { readonly blueprint: string; readonly identifier: string } | undefined;
  /** Called for a piece that cannot be read. Its rows are left out. */
  readonly onUnreadable: (piece: string, rows: number, why: string) => Promise<void>;
}

/** How often the pieces are looked up again when one is gone, before its rows count as unreadable. */
const LOOKUPS = 3;

/**
 * The rows of a record in order, piece by piece. Rows of entities that were written again are merged.
 * @throws when the store cannot be reached
 */
export async function* readRecord(
  store: JournalStore,
  runId: string,
  options: ReadOptions,
): AsyncGenerator<readonly PlacedRow[]> {
  let { from } = options;
  let lookups = 1;
  for (;;) {
    const pieces = new PieceReader(store, runId, options.onUnreadable, lookups >= LOOKUPS);
    try {
      for await (const { rows, next } of readParts(partsOf(await store.indexes(runId)), pieces, { ...options, from })) {
        from = next;
        lookups = 1;
        yield rows;
      }
      return;
    } catch (error) {
      if (!(error instanceof PieceGone)) throw error;
      lookups += 1;
    }
  }
}

async function* readParts(
  parts: readonly WriterPart[],
  pieces: PieceReader,
  { from, entity }: Pick<ReadOptions, 'from' | 'entity'>,
): AsyncGenerator<{ readonly rows: readonly PlacedRow[]; readonly next: RowPlace }> {
  const wanted = entity && entityNumber(entity.blueprint, entity.identifier);
  const isWanted = (row: JournalRow) => row.blueprint === entity?.blueprint && row.identifier === entity.identifier;
  for (const part of parts) {
    if (from !== undefined && part.name < from.part) continue;
    const start = from?.part === part.name ? from : { row: 0, nth: 0 };
    const later = new LaterRows(part, pieces);
    for (const piece of part.first) {
      const end = piece.offset + rowsIn(piece.index);
      if (end <= start.row) continue;
      if (wanted !== undefined && !entitiesIn(piece.index).includes(wanted)) continue;
      const all = await pieces.rowsOf(piece);
      const firsts = entity === undefined ? all : all.map((row) => (row && isWanted(row) ? row : undefined));
      const rows = placed(await later.mergedWith(firsts), part.name, piece.offset, start);
      yield { rows, next: { part: part.name, row: end, nth: 0 } };
    }
  }
}

function placed(
  groups: readonly (readonly JournalRow[])[],
  part: string,
  offset: number,
  start: Pick<RowPlace, 'row' | 'nth'>,
): readonly PlacedRow[] {
  return groups.flatMap((group, at) => {
    const row = offset + at;
    const skipped = row < start.row ? group.length : row === start.row ? start.nth : 0;
    return group.slice(skipped).map((each, nth) => ({ place: { part, row, nth: nth + skipped }, row: each }));
  });
}

type Rows = readonly (JournalRow | undefined)[];

/** A piece is not there any more: since its index was read it was joined with others, or the record was dropped. */
class PieceGone extends Error {}

class PieceReader {
  readonly #store: JournalStore;
  readonly #runId: string;
  readonly #onUnreadable: ReadOptions['onUnreadable'];
  readonly #isLastLookup: boolean;

  constructor(store: JournalStore, runId: string, onUnreadable: ReadOptions['onUnreadable'], isLastLookup: boolean) {
    this.#store = store;
    this.#runId = runId;
    this.#onUnreadable = onUnreadable;
    this.#isLastLookup = isLastLookup;
  }

  /** One for each row of the index; undefined where the row cannot be read. @throws PieceGone */
  async rowsOf({ name, index }: PieceEntry): Promise<Rows> {
    const expected = rowsIn(index);
    const content = await this.#store.content(this.#runId, name);
    if (content === undefined && !this.#isLastLookup) throw new PieceGone();
    try {
      if (content === undefined) throw new Error('it is gone');
      // More rows than in the index: other pieces were joined to this one since.
      const rows = (await rowsOf(content)).slice(0, expected);
      const missing = expected - rows.filter((row) => row !== undefined).length;
      if (missing > 0) await this.#onUnreadable(name, missing, 'they are not rows of this version');
      return rows;
    } catch (error) {
      await this.#onUnreadable(name, expected, messageOf(error));
      return Array.from({ length: expected }, () => undefined);
    }
  }
}

/** The rows that a writer wrote about entities that it had written before. */
class LaterRows {
  readonly #pieces: PieceReader;
  readonly #piecesOf = new Map<number, PieceEntry[]>();
  readonly #unpacked = new Map<PieceEntry, Rows>();

  constructor(part: WriterPart, pieces: PieceReader) {
    this.#pieces = pieces;
    for (const piece of part.again) {
      for (const entity of new Set(entitiesIn(piece.index))) {
        const pieces = this.#piecesOf.get(entity);
        if (pieces) pieces.push(piece);
        else this.#piecesOf.set(entity, [piece]);
      }
    }
  }

  /** For each first row the rows that readers see of its entity. */
  async mergedWith(firsts: Rows): Promise<readonly (readonly JournalRow[])[]> {
    const groups: JournalRow[][] = [];
    const done = new Set<number>();
    for (const first of firsts) {
      const group: JournalRow[] = first ? [first] : [];
      groups.push(group);
      if (first === undefined || this.#piecesOf.size === 0) continue;
      const entity = entityNumber(first.blueprint, first.identifier);
      if (done.has(entity)) continue;
      done.add(entity);
      for (const piece of this.#piecesOf.get(entity) ?? []) {
        for (const later of await this.#unpack(piece)) {
          if (later?.identifier === first.identifier && later.blueprint === first.blueprint) addRow(group, later);
        }
      }
    }
    return groups;
  }

  async #unpack(piece: PieceEntry): Promise<Rows> {
    const there = this.#unpacked.get(piece);
    if (there) return there;
    const rows = await this.#pieces.rowsOf(piece);
    const [oldest] = this.#unpacked.keys();
    if (oldest && this.#unpacked.size >= UNPACKED_PIECES) this.#unpacked.delete(oldest);
    this.#unpacked.set(piece, rows);
    return rows;
  }
}
