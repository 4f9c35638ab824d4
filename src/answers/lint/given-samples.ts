import { AppError } from '../../core/errors.ts';
import type { KnownKinds } from '../../core/kinds.ts';
import type { Kind, Mapping } from '../../core/model.ts';
import { didYouMean, nearest } from '../../core/nearest.ts';
import { isObject } from '../../komodor/item.ts';
import { kindThatFits, listOf, rowsInText } from '../map-input.ts';
import type { Samples } from './input.ts';

const CLUSTERS = 'komodorCluster';

/**
 * The samples in a JSON text: an object of kinds with their rows, or what `map` takes: an item, a list, or an answer of
 * Komodor's API. Then the kind is that of the answer, or the only one of the mapping.
 * @param source the file, for messages
 * @throws AppError `settings_invalid`
 */
export function samplesInText(text: string, source: string, mapping: Mapping, kinds: KnownKinds): Samples {
  const rows = rowsByKind(text, source, kinds) ?? ofOneKind(text, source, mapping, kinds);
  const clusters = (rows.get(CLUSTERS) ?? []).flatMap((row) =>
    isObject(row) && typeof row.name === 'string' ? [row.name] : [],
  );
  return { from: 'file', rows, ...(clusters.length === 0 ? {} : { clusters }) };
}

/** `{"komodorService": […], "komodorJob": […]}` */
function rowsByKind(text: string, source: string, kinds: KnownKinds): Samples['rows'] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entries = isObject(document) ? Object.entries(document) : [];
  const kindOf = (name: string) => {
    const found = kinds.find(name);
    return 'kind' in found ? found.kind : found.off;
  };
  const isLike = (name: string) => kindOf(name) !== undefined || nearest(name, kinds.known) !== undefined;
  if (!entries.some(([name, list]) => Array.isArray(list) && isLike(name))) return undefined;
  const rows = new Map<Kind, readonly unknown[]>();
  for (const [name, list] of entries) {
    const kind = kindOf(name);
    if (kind === undefined || !Array.isArray(list)) {
      throw new AppError(
        'settings_invalid',
        `${source}: ${name} is no kind with a list of items${didYouMean(name, kinds.known)}; the kinds are ${listOf(kinds)}`,
      );
    }
    rows.set(kind, [...(rows.get(kind) ?? []), ...list]);
  }
  return rows;
}

function ofOneKind(
  text: string,
  source: string,
  mapping: Mapping,
  kinds: KnownKinds,
): ReadonlyMap<Kind, readonly unknown[]> {
  const mapped = [...new Set(mapping.entries.map(({ kind }) => kind))];
  const [only, ...others] = mapped;
  const info = kindThatFits(text, kinds) ?? (only !== undefined && others.length === 0 ? kinds.info(only) : undefined);
  if (info !== undefined) return new Map([[info.name, rowsInText(text, source, info, kinds)]]);
  // Says what is wrong with a text that is no JSON.
  const [first] = kinds.infos;
  if (first !== undefined) rowsInText(text, source, first, kinds);
  throw new AppError(
    'settings_invalid',
    `${source} does not tell of which kind its items are; write {"${only ?? 'komodorService'}": […]}`,
  );
}
