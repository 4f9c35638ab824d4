import { encodeIdentifier } from '../../core/identifier.ts';
import type { RawItem } from '../../core/model.ts';
import type { MappedRow } from '../../core/ports.ts';
import type { Objection } from './facts.ts';
import { type Findings, type FoundItem, gives, type Wanted } from './find-items.ts';
import type { GivingItems } from './simulate.ts';

export interface Selection {
  readonly given: readonly GivingItems[];
  readonly filtered: readonly Objection[];
  readonly rejected: readonly Objection[];
  readonly renamed: string | undefined;
}

/** Maps the found items as a run does, and tells which of them give the entity, and why the others do not. */
export async function selectionOf(
  findings: readonly Findings[],
  wanted: Pick<Wanted, 'blueprint' | 'identifier'>,
  signal: AbortSignal,
): Promise<Selection> {
  const given: GivingItems[] = [];
  const filtered: Objection[] = [];
  const rejected: Objection[] = [];
  let renamed: string | undefined;
  for (const { extraction, giving, rejected: unusable, others } of findings) {
    for (const { item, excludedBy } of giving)
      if (excludedBy !== undefined) filtered.push(excluded(extraction, item, excludedBy));
    const read = giving.filter(({ excludedBy }) => excludedBy === undefined).map(({ item }) => item);
    const items: RawItem[] = [];
    for (const { item, rows } of read.length === 0 ? [] : await extraction.program.map(read, signal)) {
      if (rows.some((row) => gives(row, wanted))) {
        items.push(item);
        continue;
      }
      for (const row of rows) {
        if (row.type === 'filtered') filtered.push(unselected(item, row));
        if (row.type === 'rejected') rejected.push(objection(item, row));
      }
    }
    if (items.length > 0) given.push({ extraction, items });
    for (const { item, rows } of unusable)
      for (const row of rows) if (row.type === 'rejected') rejected.push(objection(item, row));
    renamed ??= others.map((one) => otherName(one, wanted)).find((name) => name !== undefined);
  }
  return { given, filtered, rejected, renamed };
}

function excluded({ program }: FoundItem['extraction'], { label }: RawItem, keys: string): Objection {
  const entries = program.entries.map(({ path }) => `${path}.selector.${keys}`).join(' and ');
  return { label, why: `${entries} leaves it out` };
}

function unselected({ label }: RawItem, { entry }: Extract<MappedRow, { type: 'filtered' }>): Objection {
  return { label, why: `${entry.path}.selector.query (${entry.selectorQuery}) says no` };
}

function objection({ label }: RawItem, { entry, path, message }: Extract<MappedRow, { type: 'rejected' }>): Objection {
  return { label, why: `${path.startsWith(entry.path) ? path : `${entry.path}: ${path}`}: ${message}` };
}

/** The entity that the item of the same place gives now. */
function otherName({ rows }: FoundItem, { blueprint }: Pick<Wanted, 'blueprint'>): string | undefined {
  for (const row of rows) {
    if (row.type !== 'entity' || typeof row.entity.identifier !== 'string') continue;
    const identifier = encodeIdentifier(row.entity.identifier);
    return row.entity.blueprint === blueprint ? identifier : `${identifier} in ${row.entity.blueprint}`;
  }
  return undefined;
}
