import { isDeepStrictEqual } from 'node:util';
import type { JournalRow } from '../../src/core/journal.ts';
import type { Change, FromTo } from '../../src/core/report.ts';
import type { Entity } from '../../src/sandbox/port/model.ts';
import type { DeletionRecord, PortStore, WriteRecord } from '../../src/sandbox/port/store.ts';

/** What Port's stand-in saw of one entity: what it was before the first write, and after the last. */
interface SeenWrite {
  readonly before: Entity | undefined;
  readonly after: Entity;
}

/** Notes everything that is written and deleted through the API, by the run that did it; null: live events. */
export class SeenChanges {
  readonly #store: PortStore;
  readonly #writes: WriteRecord[] = [];
  #deletionsSeen: number;

  constructor(store: PortStore) {
    this.#store = store;
    this.#deletionsSeen = store.deletions.length;
    const before = store.onWrite;
    store.onWrite = (record) => {
      before(record);
      this.#writes.push(record);
    };
  }

  /** Forgets what was seen so far. */
  cut(): void {
    this.#writes.length = 0;
    this.#deletionsSeen = this.#store.deletions.length;
  }

  writesOf(runId: string | null): ReadonlyMap<string, SeenWrite> {
    const writes = new Map<string, SeenWrite>();
    for (const { before, after, runId: its } of this.#writes) {
      const key = keyOf(after);
      const earlier = writes.get(key);
      if (its === runId) writes.set(key, { before: earlier ? earlier.before : before, after });
    }
    return writes;
  }

  deletionsOf(runId: string | null): readonly DeletionRecord[] {
    return this.#store.deletions.slice(this.#deletionsSeen).filter((record) => record.runId === runId);
  }
}

function keyOf({ blueprint, identifier }: { readonly blueprint: string; readonly identifier: string }): string {
  return `${blueprint} ${identifier}`;
}

/** How exactly rows must tell what was seen. */
export interface Exactness {
  /** Answers may have been lost: what the stand-in saw may be in a row that is not `done`. */
  readonly lossy?: boolean;
  /** The run may have been killed before it wrote its last rows. */
  readonly partial?: boolean;
  /** False: others may have written the same entities meanwhile. */
  readonly values?: boolean;
}

/** What rows say that the stand-in did not see, and what it saw that no row says; nothing when they are the same. */
export function differences(
  rows: readonly JournalRow[],
  seen: SeenChanges,
  runId: string | null,
  { lossy = false, partial = false, values = true }: Exactness = {},
): readonly string[] {
  const writes = seen.writesOf(runId);
  const deleted = new Set(seen.deletionsOf(runId).map(keyOf));
  const done = rows.filter(({ outcome }) => outcome === 'done');
  const tried = new Set(rows.filter(({ outcome }) => outcome === 'refused').map(keyOf));
  const isTold = (key: string, isDeletion: boolean) =>
    partial ||
    done.some((row) => keyOf(row) === key && (row.action === 'delete') === isDeletion) ||
    (lossy && tried.has(key));
  return [
    ...[...writes.keys()].filter((key) => !isTold(key, false)).map((key) => `${key} was written, and no row says so`),
    ...[...deleted].filter((key) => !isTold(key, true)).map((key) => `${key} was deleted, and no row says so`),
    ...done.flatMap((row) => {
      const key = keyOf(row);
      if (row.action === 'delete')
        return deleted.has(key) || lossy ? [] : [`a row says that ${key} was deleted, but it was not`];
      const write = writes.get(key);
      if (write === undefined) return lossy ? [] : [`a row says ${row.action} of ${key}, but nothing wrote it`];
      const isCreation = write.before === undefined;
      const isRight = isCreation === (row.action === 'create') || lossy;
      return [
        ...(isRight ? [] : [`a row says ${row.action} of ${key}, which was ${isCreation ? 'created' : 'updated'}`]),
        ...(values ? valueDifferences(row, write) : []),
      ];
    }),
  ];
}

/** Compares a row with the whole difference between the entity before and after. */
function valueDifferences(row: JournalRow, { before, after }: SeenWrite): readonly string[] {
  const said = fieldsOf(row);
  const names = row.fields;
  const changed = changesBetween(before, after);
  return [...new Set([...said.keys(), ...changed.keys()])].flatMap((path) => {
    const [told, was] = [said.get(path), changed.get(path)];
    // Of an entity that nobody knew, which a retry hid, the program cannot know what a replacing write has cleared.
    if (names !== undefined && row.action === 'create' && (was?.to === null || was?.to === undefined)) return [];
    if (names !== undefined && told === undefined)
      return names.includes(path) ? [] : [`${keyOf(row)}: ${path} is not named, Port saw ${shortly(was)}`];
    return isSame(told?.from, was?.from) && isSame(told?.to, was?.to)
      ? []
      : [`${keyOf(row)}: ${path}: the row says ${shortly(told)}, Port saw ${shortly(was)}`];
  });
}

/** A long value is cut in a row: its beginning is the same then. */
function isSame(told: unknown, was: unknown): boolean {
  const [, start] = (typeof told === 'string' && /^(.*)… \(cut here, \d+ bytes in all\)$/s.exec(told)) || [];
  if (start === undefined) return isDeepStrictEqual(told, was);
  return (typeof was === 'string' ? was : JSON.stringify(was)).startsWith(start);
}

function shortly(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 300);
}

function fieldsOf({ title, icon, team, properties = {}, relations = {} }: Omit<Change, 'blocked'>) {
  return new Map<string, FromTo>([
    ...(title !== null && typeof title === 'object' ? [['title', title] as const] : []),
    ...(icon ? [['icon', icon] as const] : []),
    ...(team ? [['team', team] as const] : []),
    ...Object.entries(properties).map(([id, pair]) => [`properties.${id}`, pair] as const),
    ...Object.entries(relations).map(([id, pair]) => [`relations.${id}`, pair] as const),
  ]);
}

/** A title of a new entity is no change in a row, so only those of others count. */
function changesBetween(before: Entity | undefined, after: Entity): ReadonlyMap<string, FromTo> {
  const flat = (entity: Entity | undefined) =>
    new Map<string, unknown>(
      entity === undefined
        ? []
        : [
            ...(before === undefined ? [] : [['title', entity.title] as const]),
            ['icon', entity.icon],
            ['team', entity.team.length === 0 ? null : entity.team],
            ...Object.entries(entity.properties).map(([id, value]) => [`properties.${id}`, value] as const),
            ...Object.entries(entity.relations).map(([id, value]) => [`relations.${id}`, value] as const),
          ],
    );
  const [old, now] = [flat(before), flat(after)];
  const changed = new Map<string, FromTo>();
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const [from, to] = [old.get(path) ?? null, now.get(path) ?? null];
    if (!isDeepStrictEqual(from, to)) changed.set(path, { from, to });
  }
  return changed;
}
