import { withLine } from '../config/documents.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { parseExactly } from '../core/exact-json.ts';
import { didYouMean } from '../core/nearest.ts';
import type { KindDefinition } from '../komodor/define-kind.ts';
import { isObject } from '../komodor/item.ts';

/** How many items are mapped at once, so that the answer fits into the memory. */
const MAX_ITEMS = 10_000;

/**
 * The rows in a JSON text: one item, a list, or an answer of Komodor's API with a list in it.
 * @param source the file, or `stdin`, for messages
 * @throws AppError `settings_invalid`
 */
export function rowsInText(text: string, source: string, definition: KindDefinition, kinds: readonly KindDefinition[]) {
  const rows = rowsInDocument(parsed(text, source), source, definition, kinds);
  if (rows.length <= MAX_ITEMS) return rows;
  throw new AppError(
    'settings_invalid',
    `${source} has ${rows.length} items; at most ${MAX_ITEMS} can be mapped at once`,
  );
}

/** The definition of a kind. @throws AppError `settings_invalid` that says which kinds there are */
export function definitionOf(kind: string | undefined, kinds: readonly KindDefinition[]): KindDefinition {
  const names = kinds.map(({ name }) => name);
  const found = kinds.find(({ name }) => name === kind);
  if (found !== undefined) return found;
  const which = kind === undefined ? 'Say of which kind the items are, with --kind' : `There is no kind ${kind}`;
  throw new AppError(
    'settings_invalid',
    `${which}${didYouMean(kind ?? '', names)}. The kinds are ${names.join(', ')}.`,
  );
}

/** The kind whose rows a JSON text holds, for advice; undefined when it may be several. */
export function kindThatFits(text: string, kinds: readonly KindDefinition[]): KindDefinition | undefined {
  try {
    const document: unknown = JSON.parse(text);
    const fitting = kinds.filter((kind) => listAt(document, kind.rows) !== undefined);
    return fitting.length === 1 ? fitting[0] : undefined;
  } catch {
    return undefined;
  }
}

function rowsInDocument(
  document: unknown,
  source: string,
  definition: KindDefinition,
  kinds: readonly KindDefinition[],
): readonly unknown[] {
  if (Array.isArray(document)) return document;
  const rows = listAt(document, definition.rows);
  if (rows !== undefined) return rows;
  const other = kinds.find((kind) => listAt(document, kind.rows) !== undefined);
  if (other !== undefined) {
    const where = (kind: KindDefinition) => kind.rows.join('.');
    throw new AppError(
      'settings_invalid',
      `${source} looks like an answer with items of ${other.name} (${where(other)}); those of ${definition.name} are in ${where(definition)}`,
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
    throw new AppError('settings_invalid', `${source} is empty; JSON as Komodor's API gives it is expected`);
  try {
    return parseExactly(plain);
  } catch (error) {
    throw new AppError('settings_invalid', `${source} is not JSON: ${withLine(messageOf(error), plain)}`);
  }
}
