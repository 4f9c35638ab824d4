import { literalText } from '../../core/expression/prepare.ts';
import type { Kind, Mapping } from '../../core/model.ts';

/** One entry of the mapping as Port's pages show it: a kind with its index in the mapping. */
export interface ReportedEntry {
  readonly kind: Kind;
  readonly index: number;
  /** The expressions in the mapping, e.g. `"komodorService"` with its quotes. */
  readonly blueprintText: string;
  /** Blueprints that the entry names as constants. */
  readonly blueprints: readonly string[];
  /** Whether the entry computes a blueprint. */
  readonly computesBlueprint: boolean;
  /** Whether the entry, or one of its templates, cannot be used. */
  readonly disabled: boolean;
}

interface MappingPiece {
  readonly path: string;
  readonly kind: Kind | null;
  readonly blueprintTexts: readonly string[];
  readonly disabled: boolean;
}

/** The entries of a mapping for the kinds of a run, in the mapping's order. @param kinds empty: all */
export function reportedEntries(mapping: Mapping, kinds: readonly Kind[]): readonly ReportedEntry[] {
  const pieces: readonly MappingPiece[] = [
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
  const entryPaths = [...new Set(pieces.map(({ path }) => entryPathOf(path)))];
  return entryPaths
    .flatMap((place, rank) =>
      mergePieces(
        place,
        pieces.filter(({ path }) => entryPathOf(path) === place),
        rank,
      ),
    )
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .sort((a, b) => a.index - b.index);
}

function mergePieces(entryPath: string, pieces: readonly MappingPiece[], rank: number): readonly ReportedEntry[] {
  const kind = pieces.find((part) => part.kind !== null)?.kind;
  if (kind == null) return [];
  const usable = pieces.filter(({ disabled }) => !disabled).flatMap(({ blueprintTexts }) => blueprintTexts);
  const literals = usable.map(literalText);
  return [
    {
      kind,
      // With several mapping files each file counts from 0, so the position in the whole mapping is used.
      index: Number(/^resources\[(\d+)\]$/.exec(entryPath)?.[1] ?? rank),
      blueprintText: [...new Set(pieces.flatMap(({ blueprintTexts }) => blueprintTexts))].join(', '),
      blueprints: literals.filter((name) => name !== null),
      computesBlueprint: literals.includes(null),
      disabled: pieces.some(({ disabled }) => disabled),
    },
  ];
}

/** `resources[1]` for `resources[1].port.entity.mappings[0]`. */
function entryPathOf(path: string): string {
  return /^.*?resources\[\d+\]/.exec(path)?.[0] ?? path;
}
