import type { FileProblem } from '../../config/documents.ts';
import { literalText } from '../../core/expression/prepare.ts';
import { type ExpressionUse, usesOf } from '../../core/expression/uses.ts';
import { compilePrograms, type MappingComplaint } from '../../core/extractions.ts';
import type { Kinds } from '../../core/kinds.ts';
import type { BlueprintShape, EntityTemplate, Kind, Mapping, ResourceEntry } from '../../core/model.ts';
import type { Mapper } from '../../core/ports.ts';
import type { SourceKind } from '../../core/source.ts';
import type { MappingOrigin } from './finding.ts';

/** A blueprint, and what is known of its file. */
export interface KnownBlueprint {
  readonly shape: BlueprintShape;
  /** What Port computes itself -> the word for it: `mirror`. */
  readonly computed: ReadonlyMap<string, string>;
  /** Whether it comes with the program. Nobody has to use it. */
  readonly isShipped: boolean;
  /** The file that declares a path of it; undefined where there is none. */
  fileOf(path: string): string | undefined;
}

/** Items of Komodor to try the mapping on. */
export interface Samples {
  readonly from: 'file' | 'live' | 'sandbox';
  readonly rows: ReadonlyMap<Kind, readonly unknown[]>;
  /** The clusters that Komodor knows, if they were asked for. */
  readonly clusters?: readonly string[];
}

/** What is checked. */
export interface LintInput {
  readonly mapping: Mapping;
  readonly origin: MappingOrigin;
  readonly fileProblems: readonly FileProblem[];
  readonly blueprintProblems: readonly FileProblem[];
  readonly blueprints: readonly KnownBlueprint[];
  /** `port`: what is not among the blueprints does not exist. `files`: it may exist in Port. */
  readonly blueprintsFrom: 'files' | 'port';
  /** Asks Port for a blueprint whose name an expression computed. */
  readonly lookUp?: (identifier: string) => Promise<BlueprintShape | undefined>;
  /** Blueprints that somebody else brings to Port. */
  readonly elsewhere: readonly string[];
  readonly kinds: Kinds;
  readonly mapper: Mapper;
  /** The variables of the environment that expressions may read. */
  readonly readable: 'all' | readonly string[];
  readonly samples?: Samples;
}

/** A template with its entry, and the blueprint that it names as a constant. */
export interface Written {
  readonly entry: ResourceEntry;
  readonly template: EntityTemplate;
  /** null: the blueprint is computed. */
  readonly blueprint: string | null;
}

/** The input, and what all checks need of it. */
export interface Given extends LintInput {
  readonly templates: readonly Written[];
  readonly uses: readonly ExpressionUse[];
  readonly complaints: readonly MappingComplaint[];
  /** Paths of expressions that do not compile. */
  readonly broken: ReadonlySet<string>;
  blueprint(identifier: string): KnownBlueprint | undefined;
}

/** Compiles the mapping. */
export async function prepareInput(input: LintInput): Promise<Given> {
  const kinds = withLenientSelectors(input.kinds);
  const { complaints } = await compilePrograms({ kinds, mapper: input.mapper }, input.mapping);
  const byName = new Map(input.blueprints.map((blueprint) => [blueprint.shape.identifier, blueprint]));
  return {
    ...input,
    templates: input.mapping.entries.flatMap((entry) =>
      entry.templates.map((template) => ({ entry, template, blueprint: literalText(template.blueprint) })),
    ),
    uses: input.mapping.entries.flatMap(usesOf),
    complaints,
    broken: new Set(complaints.filter(({ code }) => code === 'expression_invalid').map(({ path }) => path)),
    blueprint: (identifier) => byName.get(identifier),
  };
}

/** The kinds with selectors that are never wrong: a run disables such an entry, here its other parts are checked too. */
export function withLenientSelectors(kinds: Kinds): Kinds {
  return {
    ...kinds,
    all: kinds.all.map(lenient),
    get(name) {
      const kind = kinds.get(name);
      return kind && lenient(kind);
    },
  };
}

function lenient(kind: SourceKind): SourceKind {
  return {
    ...kind,
    select(selector) {
      const selected = kind.select(selector);
      return 'listing' in selected ? selected : kind.select({});
    },
  };
}
