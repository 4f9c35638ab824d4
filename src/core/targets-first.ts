import type { BlueprintShape } from './model.ts';

/**
 * Orders blueprints so that targets of relations come first. A cycle is entered at its first member. Otherwise the given
 * order is kept.
 */
export function targetsFirst<T>(items: readonly T[], shapeOf: (item: T) => BlueprintShape): T[] {
  const byName = new Map(items.map((item) => [shapeOf(item).identifier, item]));
  const ordered = new Set<T>();
  const visiting = new Set<T>();
  const visit = (item: T) => {
    if (ordered.has(item) || visiting.has(item)) return;
    visiting.add(item);
    for (const { target } of Object.values(shapeOf(item).relations)) {
      const next = byName.get(target);
      if (next !== undefined) visit(next);
    }
    ordered.add(item);
  };
  for (const item of items) visit(item);
  return [...ordered];
}
