import type { BlueprintShape, Mapping } from '../../core/model.ts';
import { mapItems } from '../map-items.ts';
import type { ExplainedSource } from './document.ts';
import type { FoundItem } from './find-items.ts';
import type { ExplainParts } from './parts.ts';

/** More items than this say no more. */
const MAX_SOURCES = 10;

/** The items, and what each entry of the mapping makes of them, expression by expression. */
export async function sourcesOf(
  { mapper, kinds }: Pick<ExplainParts, 'mapper' | 'kinds'>,
  mapping: Mapping,
  shape: BlueprintShape | undefined,
  found: readonly FoundItem[],
  signal: AbortSignal,
): Promise<readonly ExplainedSource[]> {
  const blueprints = new Map(shape ? [[shape.identifier, shape]] : []);
  const from = { mapper, kinds, blueprints };
  const sources: ExplainedSource[] = [];
  for (const { extraction, item } of found.slice(0, MAX_SOURCES)) {
    const kind = extraction.kind.name;
    const [mapped] = await mapItems(from, mapping, kind, [item.value], signal);
    sources.push({ kind, label: item.label, item: item.value, rows: mapped?.rows ?? [] });
  }
  return sources;
}
