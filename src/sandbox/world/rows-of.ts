import type { Random } from '../random.ts';
import type { World } from './model.ts';

/**
 * Further rows of worlds, made when somebody first asks for them: a world that is not asked pays nothing, and what is made
 * of a seed stays as it was before there were such rows. They are to be made of what a world began with (`seed`, `began`,
 * the names of its clusters), so that it makes no difference when that is.
 */
export function rowsOf<T>(make: (world: World) => readonly T[]): (world: World) => T[] {
  const made = new WeakMap<World, T[]>();
  return (world) => {
    const rows = made.get(world) ?? [...make(world)];
    made.set(world, rows);
    return rows;
  };
}

/**
 * Puts another row in the place of one that chance picks among the wanted.
 * @returns what `change` says of it, or nothing where no row is wanted
 */
export function replaceOne<T>(
  rows: T[],
  random: Random,
  change: (row: T) => readonly [T, string],
  wanted: (row: T) => boolean = () => true,
): string[] {
  const places = rows.flatMap((row, at) => (wanted(row) ? [at] : []));
  if (places.length === 0) return [];
  const at = random.pick(places);
  const row = rows[at];
  if (row === undefined) return [];
  const [changed, sentence] = change(row);
  rows[at] = changed;
  return [sentence];
}

/** Takes one row out that chance picks. The last one stays: a listing that became empty is another story. */
export function removeOne<T>(rows: T[], random: Random): T | undefined {
  return rows.length < 2 ? undefined : rows.splice(random.int(0, rows.length - 1), 1)[0];
}
