import type { Kind, Mapping } from '../core/model.ts';
import { type MapParts, type MappedItemView, mapItems } from './map-items.ts';

/** What `map` and `POST /v1/map` answer. */
export interface MapDocument {
  readonly kind: Kind;
  /** Where the mapping comes from. */
  readonly mapping: string;
  readonly items: readonly MappedItemView[];
  /** What is wrong with the mapping as a whole, in sentences. */
  readonly problems: readonly string[];
}

export interface UsedMapping {
  readonly mapping: Mapping;
  readonly origin: string;
  readonly problems: readonly string[];
}

/** Maps rows of a kind with a mapping. */
export async function mapDocument(
  parts: MapParts,
  { mapping, origin, problems }: UsedMapping,
  kind: Kind,
  rows: readonly unknown[],
  signal: AbortSignal,
): Promise<MapDocument> {
  const items = await mapItems(parts, mapping, kind, rows, signal);
  const isMapped = [...mapping.entries, ...mapping.disabled].some((entry) => entry.kind === kind);
  const addOn = parts.kinds.info(kind)?.addOn;
  const advice = addOn === undefined ? '' : `; the add-on ${addOn} has one (ADD_ONS=${addOn})`;
  const unmapped = isMapped ? [] : [`${origin} has no entry for ${kind}${advice}`];
  return { kind, mapping: origin, items, problems: [...unmapped, ...problems] };
}

/** The document without secrets of ours. */
export function withMasks(document: MapDocument, redact: (text: string) => string): MapDocument {
  const mask = (_key: string, value: unknown) => (typeof value === 'string' ? redact(value) : value);
  return JSON.parse(JSON.stringify(document), mask);
}

/** Whether something was rejected or failed, or nothing could be mapped at all. */
export function hasFailed({ items }: Pick<MapDocument, 'items'>): boolean {
  return items.some(
    ({ rows }) =>
      rows.length === 0 ||
      rows.some(({ result, fields }) => result === 'rejected' || fields.some(({ error }) => error !== undefined)),
  );
}
