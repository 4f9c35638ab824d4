/** The types that all folders use. The words are explained in docs/glossary.md. */

/** The name of a kind. Only the source knows which kinds exist; parsing a mapping checks their names. */
export type Kind = string;

export type JsonObject = { readonly [key: string]: unknown };

/** One item from the source. */
export interface RawItem {
  /** The item's identity within its kind. The same key twice in one read is a duplicate. */
  readonly key: string;
  /** Its name in reports, e.g. `Deployment/prod/default/api`. */
  readonly label: string;
  readonly value: JsonObject;
}

/** A Port search query. Its leaves are jq expressions in a mapping, and values in an entity. */
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

/** One `port.entity.mappings` object: a jq expression for each field. */
export interface EntityTemplate {
  /** Its path in the mapping, for messages: `resources[0].port.entity.mappings` (or `…mappings[1]`). */
  readonly path: string;
  readonly identifier: string | SearchQuery;
  readonly blueprint: string;
  readonly title?: string;
  readonly icon?: string;
  readonly team?: string | SearchQuery;
  /** The key `*` spreads an object. */
  readonly properties: { readonly [key: string]: PropertyTemplate };
  readonly relations: { readonly [key: string]: string | SearchQuery };
}

export interface ItemsToParse {
  readonly expression: string;
  /** The key under which expressions find the element. */
  readonly name: string;
  /** Whether the list is removed from the item. */
  readonly topLevelTransform: boolean;
}

/** One `resources[]` entry of the mapping. */
export interface ResourceEntry {
  /** Its path in the mapping, for messages: `resources[0]`. */
  readonly path: string;
  readonly kind: Kind;
  /** `selector.query`: a jq expression that gives true or false. */
  readonly selectorQuery: string;
  /** The other keys of `selector`, by which the source filters (clusters, severity, …). */
  readonly selector: JsonObject;
  readonly itemsToParse?: ItemsToParse;
  readonly templates: readonly EntityTemplate[];
}

/** An entry that cannot be used. Nothing is deleted from its blueprints. */
export interface DisabledEntry {
  readonly path: string;
  /** null when it names no known kind. */
  readonly kind: Kind | null;
  /** The blueprints that the entry names as constants; null when one is computed. */
  readonly blueprints: readonly string[] | null;
  readonly message: string;
}

export interface MappingFlags {
  readonly enableMergeEntity: boolean;
  readonly deleteDependentEntities: boolean;
  readonly createMissingRelatedEntities: boolean;
  /** The largest share of a blueprint's entities that may be deleted at once (0..1); null: never delete. */
  readonly entityDeletionThreshold: number | null;
}

export interface Mapping {
  readonly flags: MappingFlags;
  readonly entries: readonly ResourceEntry[];
  readonly disabled: readonly DisabledEntry[];
}

export type RelationValue = string | readonly string[] | SearchQuery | null;

/** An entity from the mapping. A missing key was not mapped, or could not be computed; null clears the field. */
export interface Entity {
  readonly blueprint: string;
  readonly identifier: string | SearchQuery;
  readonly title?: string | null;
  readonly icon?: string | null;
  readonly team?: string | readonly string[] | SearchQuery | null;
  readonly properties: { readonly [key: string]: unknown };
  readonly relations: { readonly [key: string]: RelationValue };
}

/** An entity from Port, with only the requested fields. */
export interface StoredEntity {
  readonly blueprint: string;
  readonly identifier: string;
  readonly title?: string | null;
  readonly icon?: string | null;
  readonly team?: unknown;
  readonly properties: { readonly [key: string]: unknown };
  readonly relations: { readonly [key: string]: unknown };
  /** The other program or installation that wrote it last, in words; missing where there is none, or nobody asked for it. */
  readonly otherOwner?: string;
}

/** A property's JSON schema in Port, with all constraints. */
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
/** The parts of a blueprint in Port that the engine needs. */
export interface BlueprintShape {
  readonly identifier: string;
  readonly properties: { readonly [id: string]: PropertyShape };
  readonly relations: { readonly [id: string]: RelationShape };
  readonly required: readonly string[];
}

/** Whether a read provably saw everything; if not, why. */
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
  | 'contradicted'
  | 'kind_unknown'
  | 'forbidden'
  | 'changed_while_reading'
  | 'folder_missing'
  | 'folder_empty'
  | 'folder_unreadable'
  | 'document_broken';

/** A document that a resync writes before any entity: its state before (undefined: it does not exist) and after. */
export interface SetupDocument {
  readonly what: 'integration' | 'mapping' | 'blueprint';
  readonly identifier: string;
  readonly before: unknown;
  readonly after: unknown;
}
