import { withLine } from '../config/documents.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { parseExactly } from '../core/exact-json.ts';
import type { KindInfo, KnownKinds } from '../core/kinds.ts';
import { didYouMean } from '../core/nearest.ts';
import { isObject } from '../komodor/item.ts';

/** How many items are mapped at once, so that the answer fits into the memory. */
const MAX_ITEMS = 10_000;

/**
 * The rows in a JSON text: one item, a list, or an answer with a list in it.
 * @param source the file, or `stdin`, for messages
 * @throws AppError `settings_invalid`
 */
export function rowsInText(text: string, source: string, info: KindInfo, kinds: KnownKinds): readonly unknown[] {
  const rows = rowsInDocument(parsed(text, source), source, info, kinds);
  if (rows.length <= MAX_ITEMS) return rows;
  throw new AppError(
    'settings_invalid',
    `${source} has ${rows.length} items; at most ${MAX_ITEMS} can be mapped at once`,
  );
}

/** What is known of a kind. @throws AppError `settings_invalid` that says which kinds there are */
export function infoOf(name: string | undefined, kinds: KnownKinds): KindInfo {
  const found = name === undefined ? undefined : kinds.find(name);
  const info = found !== undefined && 'kind' in found ? kinds.info(found.kind) : undefined;
  if (info !== undefined) return info;
  const which = name === undefined ? 'Say of which kind the items are, with --kind' : `There is no kind ${name}`;
  throw new AppError(
    'settings_invalid',
    `${which}${didYouMean(name ?? '', kinds.known)}. The kinds are ${listOf(kinds)}.`,
  );
}

/** The known kinds, for the end of a sentence. */
export function listOf({ known }: KnownKinds): string {
  return `${known.join(', ')}, and group/version/resource of a cluster (apps/v1/deployments)`;
}

/** The kind whose rows a JSON text holds, for advice; undefined when it may be several. */
export function kindThatFits(text: string, kinds: KnownKinds): KindInfo | undefined {
  try {
    const document: unknown = JSON.parse(text);
    const named = kinds.namedBy(document);
    if (named !== undefined) return kinds.info(named);
    const fitting = kinds.infos.filter((kind) => listAt(document, kind.rows) !== undefined);
    return fitting.length === 1 ? fitting[0] : undefined;
  } catch {
    return undefined;
  }
}

function rowsInDocument(document: unknown, source: string, info: KindInfo, kinds: KnownKinds): readonly unknown[] {
  const named = kinds.namedBy(document);
  if (named !== undefined && named !== info.name)
    throw new AppError(
      'settings_invalid',
      `${source} holds ${named}, by its apiVersion and kind, and not ${info.name}`,
    );
  if (Array.isArray(document)) return document;
  const rows = listAt(document, info.rows);
  if (rows !== undefined) return rows;
  const other = kinds.infos.find((kind) => listAt(document, kind.rows) !== undefined);
  if (other !== undefined) {
    const where = (kind: KindInfo) => kind.rows.join('.');
    throw new AppError(
      'settings_invalid',
      `${source} looks like an answer with items of ${other.name} (${where(other)}); those of ${info.name} are in ${where(info)}`,
    );
  }
  return [document];
}

function listAt(document: unknown, path: readonly string[]): readonly unknown[] | undefined {
  const found = path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), document);
  return Array.isArray(found) ? found : undefined;
}

function parsed(text: string, source: string): unknown {
  const plain = text.replace(/^\ufeff/, '');
  if (plain.trim() === '')
    throw new AppError('settings_invalid', `${source} is empty; JSON as Komodor's API or kubectl gives it is expected`);
  try {
    return parseExactly(plain);
  } catch (error) {
    throw new AppError('settings_invalid', `${source} is not JSON: ${withLine(messageOf(error), plain)}`);
  }
}
