import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { z } from 'zod';
import { fingerprint } from '../../core/canonical.ts';
import type { JournalRow } from '../../core/journal.ts';

/** A piece of corrupt bytes must not unpack to a memory full. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
/** Bytes per row in an index. */
const ENTRY_BYTES = 6;

/** The fastest quality that finds what repeats in neighbouring rows. */
const PACKING: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const pack = promisify(brotliCompress);
const unpack = promisify(brotliDecompress);

/** The number by which an index knows an entity. Two entities may share one, so a reader compares the names as well. */
export function entityNumber(blueprint: string, identifier: string): number {
  return fingerprint([blueprint, identifier]) % 2 ** (8 * ENTRY_BYTES);
}

/** The index of a piece: for each of its rows the number of the entity. */
export function indexOf(entities: readonly number[]): Buffer {
  const index = Buffer.alloc(entities.length * ENTRY_BYTES);
  for (const [at, entity] of entities.entries()) index.writeUIntBE(entity, at * ENTRY_BYTES, ENTRY_BYTES);
  return index;
}

export function entitiesIn(index: Buffer): readonly number[] {
  return Array.from({ length: rowsIn(index) }, (_, at) => index.readUIntBE(at * ENTRY_BYTES, ENTRY_BYTES));
}

/** How many rows the piece with this index has. */
export function rowsIn(index: Buffer): number {
  return Math.floor(index.length / ENTRY_BYTES);
}

/** @param lines rows as JSON texts */
export function packed(lines: readonly string[]): Promise<Buffer> {
  return pack(lines.join('\n'), PACKING);
}

/** The rows of a piece; undefined for one that cannot be read. @throws when the piece as a whole cannot be read */
export async function rowsOf(content: Buffer): Promise<readonly (JournalRow | undefined)[]> {
  const text = await unpack(content, { maxOutputLength: MAX_UNPACKED_BYTES });
  return text.toString().split('\n').map(parsedRow);
}

const fromTo = z.looseObject({});
const fields = z.record(z.string(), fromTo).optional();

const exchange = z.looseObject({
  request: z.looseObject({ method: z.string(), path: z.string(), body: z.string() }),
  answer: z.looseObject({ status: z.number().nullable(), body: z.string() }),
});

/** What every reader of a row needs. What another version added beside it stays. */
const rowSchema = z.looseObject({
  action: z.enum(['create', 'update', 'delete']),
  outcome: z.enum(['done', 'refused', 'held_back', 'superseded', 'planned']),
  blueprint: z.string(),
  identifier: z.string(),
  at: z.string(),
  title: z.union([z.string(), z.null(), fromTo]),
  icon: fromTo.optional(),
  team: fromTo.optional(),
  properties: fields,
  relations: fields,
  reason: z.string().optional(),
  detail: z.string().optional(),
  fields: z.array(z.string()).optional(),
  error: z.looseObject({ code: z.string(), message: z.string(), exchange: exchange.optional() }).optional(),
  source: z.looseObject({ kind: z.string(), item: z.string(), entries: z.array(z.string()) }).optional(),
});

function isRow(value: unknown): value is JournalRow {
  return rowSchema.safeParse(value).success;
}

function parsedRow(line: string): JournalRow | undefined {
  try {
    // The parsed value itself: zod's copy would lack a member named `__proto__`.
    const value: unknown = JSON.parse(line);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
