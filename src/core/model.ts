/** The vocabulary of the house. Types only: every other folder speaks in these words. */

/** The name of a kind. Which there are is known to the source alone; a mapping is checked against it where it is read. */
export type Kind = string;

export type JsonObject = { readonly [key: string]: unknown };

/** One item as the source gave it. */
export interface RawItem {
  /** Identity within its kind: the same key twice in one read is the same thing seen twice. */
  readonly key: string;
  /** How people call it in a report, e.g. `Deployment/prod/default/api`. */
  readonly label: string;
  readonly value: JsonObject;
}

/** A Port search query. In a mapping its leaves are jq expressions, in an entity they are values. */
export interface SearchQuery {
  readonly combinator: string;
  readonly rules: readonly (SearchRule | SearchQuery)[];
}
export interface SearchRule {
  readonly property?: string;
  readonly operator: string;
  readonly value?: unknown;
}

/** A property template: a jq expression, or an object of templates. */
export type PropertyTemplate = string | { readonly [key: string]: PropertyTemplate };

/** One `port.entity.mappings` object: which jq expression fills which field. */
export interface EntityTemplate {
  /** Where it stands, for messages: `resources[0].port.entity.mappings` (or `…mappings[1]`). */
  readonly path: string;
  readonly identifier: string | SearchQuery;
  readonly blueprint: string;
  readonly title?: string;
  readonly icon?: string;
  readonly team?: string | SearchQuery;
  /** The key `*` takes an object and spreads it. */
  readonly properties: { readonly [key: string]: PropertyTemplate };
  readonly relations: { readonly [key: string]: string | SearchQuery };
}

export interface ItemsToParse {
  readonly expression: string;
  /** Under which key each element is put. */
  readonly name: string;
  /** Whether the source array is taken out of the parent copy. */
  readonly topLevelTransform: boolean;
}

/** One `resources[]` entry of the mapping. */
export interface ResourceEntry {
  /** Where it stands, for messages: `resources[0]`. */
  readonly path: string;
  readonly kind: Kind;
  /** `selector.query`, a jq expression that must give true or false. */
  readonly selectorQuery: string;
  /** The rest of `selector`: what the source itself filters by (clusters, severity, …). */
  readonly selector: JsonObject;
  readonly itemsToParse?: ItemsToParse;
  readonly templates: readonly EntityTemplate[];
}

/** An entry that could not be used. Its blueprints must not be deleted from. */
export interface DisabledEntry {
  readonly path: string;
  /** null when it names no kind that there is. */
  readonly kind: Kind | null;
  /** Literal blueprints that the entry names; null when that cannot be told. */
  readonly blueprints: readonly string[] | null;
  readonly message: string;
}

export interface MappingFlags {
  readonly enableMergeEntity: boolean;
  readonly deleteDependentEntities: boolean;
  readonly createMissingRelatedEntities: boolean;
  /** Largest share of our entities of a blueprint that may go at once (0..1); null: never delete. */
  readonly entityDeletionThreshold: number | null;
}

export interface Mapping {
  readonly flags: MappingFlags;
  readonly entries: readonly ResourceEntry[];
  readonly disabled: readonly DisabledEntry[];
}

export type RelationValue = string | readonly string[] | SearchQuery | null;

/** An entity as a mapping gives it: a key that is absent was not mapped or could not be computed; null clears. */
export interface Entity {
  readonly blueprint: string;
  readonly identifier: string | SearchQuery;
  readonly title?: string | null;
  readonly icon?: string | null;
  readonly team?: string | readonly string[] | SearchQuery | null;
  readonly properties: { readonly [key: string]: unknown };
  readonly relations: { readonly [key: string]: RelationValue };
}

/** An entity as Port returned it. Only the fields that were asked for are there. */
export interface StoredEntity {
  readonly blueprint: string;
  readonly identifier: string;
  readonly title?: string | null;
  readonly icon?: string | null;
  readonly team?: unknown;
  readonly properties: { readonly [key: string]: unknown };
  readonly relations: { readonly [key: string]: unknown };
}

/** A property's JSON schema as Port keeps it, with every constraint on its values. */
export interface PropertyShape extends JsonObject {
  readonly type: 'string' | 'number' | 'boolean' | 'object' | 'array';
  readonly format?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
}
export interface RelationShape {
  readonly target: string;
  readonly many: boolean;
  readonly required: boolean;
}
/** What we need to know of a blueprint as it stands in Port. */
export interface BlueprintShape {
  readonly identifier: string;
  readonly properties: { readonly [id: string]: PropertyShape };
  readonly relations: { readonly [id: string]: RelationShape };
  readonly required: readonly string[];
}

/** Whether a read saw everything there is. `complete: false` says why that cannot be claimed. */
export type Completeness =
  | { readonly complete: true }
  | { readonly complete: false; readonly reason: IncompleteReason; readonly detail: string };

export type IncompleteReason =
  | 'request_failed'
  | 'malformed_page'
  | 'repeated_cursor'
  | 'not_advancing'
  | 'more_but_empty'
  | 'totals_disagree'
  | 'full_page_without_cursor'
  | 'too_many_pages'
  | 'empty_list'
  | 'clusters_unknown'
  | 'cluster_unknown'
  | 'contradicted';

/** Something that a resync writes before any entity: what is there (undefined: nothing), and what is to be there. */
export interface SetupDocument {
  readonly what: 'integration' | 'mapping' | 'blueprint';
  readonly identifier: string;
  readonly before: unknown;
  readonly after: unknown;
}
