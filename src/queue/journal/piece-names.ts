import { randomBytes } from 'node:crypto';
import { rowsIn } from './piece.ts';

/**
 * Pieces are named `<part>/<type><number>`. Each writer has a part of its own in the record, named so that the parts sort by
 * time. Types: `m` for first rows, `n` for rows of entities that the writer has written before.
 */
export type PieceType = 'm' | 'n';

export function newPart(): string {
  lastMs = Math.max(lastMs + 1, Date.now());
  return `${lastMs.toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;
}

/** When the newest part was named: two of one process never have the same time. */
let lastMs = 0;

export function pieceName(part: string, type: PieceType, number: number): string {
  return `${part}/${type}${String(number).padStart(7, '0')}`;
}

export interface PieceEntry {
  readonly name: string;
  readonly index: Buffer;
  /** How many rows of its type and part stand before it. */
  readonly offset: number;
}

/** What one writer wrote, in order. */
export interface WriterPart {
  readonly name: string;
  readonly first: readonly PieceEntry[];
  readonly again: readonly PieceEntry[];
}

/** The parts of a record in order. */
export function partsOf(indexes: ReadonlyMap<string, Buffer>): readonly WriterPart[] {
  const parts = new Map<string, { name: string; first: PieceEntry[]; again: PieceEntry[] }>();
  for (const [name, index] of [...indexes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const slash = name.indexOf('/');
    const partName = name.slice(0, slash);
    const part = parts.get(partName) ?? { name: partName, first: [], again: [] };
    parts.set(partName, part);
    const list = name[slash + 1] === 'n' ? part.again : part.first;
    const before = list.at(-1);
    list.push({ name, index, offset: before === undefined ? 0 : before.offset + rowsIn(before.index) });
  }
  return [...parts.values()];
}
