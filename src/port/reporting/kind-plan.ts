import { literalText } from '../../core/expression/prepare.ts';
import type { Kind, Mapping } from '../../core/model.ts';

/** One entry of the mapping as Port's screens know it: a kind with its place in the mapping. */
export interface PlannedKind {
  readonly kind: Kind;
  readonly index: number;
  /** The mapping's own text, e.g. `"komodorService"` with its quotes. */
  readonly blueprintText: string;
  /** Blueprints that the entry names outright. */
  readonly blueprints: readonly string[];
  /** Whether an expression of the entry decides on the blueprint. */
  readonly decidesBlueprint: boolean;
  /** The entry, or one of its templates, cannot be used. */
  readonly disabled: boolean;
}

interface Part {
  readonly path: string;
  readonly kind: Kind | null;
  readonly blueprintTexts: readonly string[];
  readonly disabled: boolean;
}

/** The entries of a mapping that a run is about, in the mapping's order. @param kinds empty: all */
export function planKinds(mapping: Mapping, kinds: readonly Kind[]): readonly PlannedKind[] {
  const parts: readonly Part[] = [
    ...mapping.entries.map(({ path, kind, templates }) => ({
      path,
      kind,
      blueprintTexts: templates.map(({ blueprint }) => blueprint),
      disabled: false,
    })),
    ...mapping.disabled.map(({ path, kind, blueprints }) => ({
      path,
      kind,
      blueprintTexts: (blueprints ?? []).map((name) => JSON.stringify(name)),
      disabled: true,
    })),
  ];
  const places = [...new Set(parts.map(({ path }) => placeOf(path)))];
  return places
    .flatMap((place, rank) =>
      plan(
        place,
        parts.filter(({ path }) => placeOf(path) === place),
        rank,
      ),
    )
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .sort((a, b) => a.index - b.index);
}

function plan(place: string, parts: readonly Part[], rank: number): readonly PlannedKind[] {
  const kind = parts.find((part) => part.kind !== null)?.kind;
  if (kind == null) return [];
  const usable = parts.filter(({ disabled }) => !disabled).flatMap(({ blueprintTexts }) => blueprintTexts);
  const literals = usable.map(literalText);
  return [
    {
      kind,
      // With several files each counts from 0 on its own; then only the order is known.
      index: Number(/^resources\[(\d+)\]$/.exec(place)?.[1] ?? rank),
      blueprintText: [...new Set(parts.flatMap(({ blueprintTexts }) => blueprintTexts))].join(', '),
      blueprints: literals.filter((name) => name !== null),
      decidesBlueprint: literals.includes(null),
      disabled: parts.some(({ disabled }) => disabled),
    },
  ];
}

/** `resources[1].port.entity.mappings[0]` stands at `resources[1]`. */
function placeOf(path: string): string {
  return /^.*?resources\[\d+\]/.exec(path)?.[0] ?? path;
}
