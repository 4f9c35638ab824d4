import { AppError } from '../../core/errors.ts';
import type { Kind, Mapping } from '../../core/model.ts';
import { didYouMean, nearest } from '../../core/nearest.ts';
import type { KindDefinition } from '../../komodor/define-kind.ts';
import { isObject } from '../../komodor/item.ts';
import { kindThatFits, rowsInText } from '../map-input.ts';
import type { Samples } from './input.ts';

const CLUSTERS = 'komodorCluster';

/**
 * The samples in a JSON text: an object of kinds with their rows, or what `map` takes: an item, a list, or an answer of
 * Komodor's API. Then the kind is that of the answer, or the only one of the mapping.
 * @param source the file, for messages
 * @throws AppError `settings_invalid`
 */
export function samplesInText(
  text: string,
  source: string,
  mapping: Mapping,
  kinds: readonly KindDefinition[],
): Samples {
  const rows = rowsByKind(text, source, kinds) ?? ofOneKind(text, source, mapping, kinds);
  const clusters = (rows.get(CLUSTERS) ?? []).flatMap((row) =>
    isObject(row) && typeof row.name === 'string' ? [row.name] : [],
  );
  return { from: 'file', rows, ...(clusters.length === 0 ? {} : { clusters }) };
}

/** `{"komodorService": […], "komodorJob": […]}` */
function rowsByKind(text: string, source: string, kinds: readonly KindDefinition[]): Samples['rows'] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entries = isObject(document) ? Object.entries(document) : [];
  const names = kinds.map(({ name }) => name);
  const isByKind = entries.some(([name, list]) => Array.isArray(list) && isLike(name, names));
  if (!isByKind) return undefined;
  const unknown = entries.find(([name, list]) => !Array.isArray(list) || !names.includes(name))?.[0];
  if (unknown !== undefined) {
    throw new AppError(
      'settings_invalid',
      `${source}: ${unknown} is no kind with a list of items${didYouMean(unknown, names)}; the kinds are ${names.join(', ')}`,
    );
  }
  return new Map(entries.map(([kind, list]) => [kind, Array.isArray(list) ? list : []]));
}

function ofOneKind(
  text: string,
  source: string,
  mapping: Mapping,
  kinds: readonly KindDefinition[],
): ReadonlyMap<Kind, readonly unknown[]> {
  const mapped = [...new Set(mapping.entries.map(({ kind }) => kind))];
  const definition = kindThatFits(text, kinds) ?? (mapped.length === 1 ? findKind(kinds, mapped[0]) : undefined);
  if (definition !== undefined) return new Map([[definition.name, rowsInText(text, source, definition, kinds)]]);
  // Says what is wrong with a text that is no JSON.
  const [first] = kinds;
  if (first !== undefined) rowsInText(text, source, first, kinds);
  throw new AppError(
    'settings_invalid',
    `${source} does not tell of which kind its items are; write {"${mapped[0] ?? 'komodorService'}": […]}`,
  );
}

function findKind(kinds: readonly KindDefinition[], name: Kind | undefined): KindDefinition | undefined {
  return kinds.find((kind) => kind.name === name);
}

function isLike(name: string, known: readonly string[]): boolean {
  return known.includes(name) || nearest(name, known) !== undefined;
}
