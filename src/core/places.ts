import { literalText } from './expression/prepare.ts';
import { type ExpressionUse, isInside, usesOf } from './expression/uses.ts';
import type { Mapping } from './model.ts';

/** Where in the mapping a problem comes from, as far as the one who reports it knows. */
export interface MappingPlace {
  /** Paths of entries: `resources[0]`. Missing: it may be any. */
  readonly entries?: readonly string[];
  /** Missing: that of any template. */
  readonly blueprint?: string;
  /** `properties.status`, or the whole path in the mapping. */
  readonly field: string;
}

/** An expression of the mapping and its whole path. */
export type PlacedExpression = Pick<ExpressionUse, 'path' | 'expression'>;

/** Finds the expression of a place; undefined when none is there. */
export type Locate = (place: MappingPlace) => PlacedExpression | undefined;

/** @param mapping undefined: the run ended before it had read one */
export function locatorIn(mapping: Mapping | undefined): Locate {
  if (mapping === undefined) return () => undefined;
  const uses = mapping.entries.flatMap(usesOf);
  return ({ entries, blueprint, field }) => {
    const possible = uses.filter(
      ({ entry, template }) => (entries?.includes(entry.path) ?? true) && mayWrite(template, blueprint),
    );
    const found =
      possible.find((use) => isAt(use, field, (own, path) => own === path)) ??
      possible.find((use) => isAt(use, field, (own, path) => isInside(own, path) || isInside(path, own))) ??
      possible.find((use) => isSpreadOf(use, field));
    return found && { path: found.path, expression: found.expression };
  };
}

function mayWrite(template: ExpressionUse['template'], blueprint: string | undefined): boolean {
  if (blueprint === undefined || template === undefined) return blueprint === undefined;
  return [null, blueprint].includes(literalText(template.blueprint));
}

function isAt(
  { path, entry, template }: ExpressionUse,
  field: string,
  is: (own: string, path: string) => boolean,
): boolean {
  return is(path, field) || is(path, `${(template ?? entry).path}.${field}`);
}

/** A member that no other expression names comes from the `*` of its folder. */
function isSpreadOf({ steps: [folder, name] }: ExpressionUse, field: string): boolean {
  return name === '*' && field.startsWith(`${folder}.`);
}
