import type { Causes, DeletionDecision } from './deletion.ts';
import type { EntityOutcome } from './entity-outcome.ts';
import type { Code } from './errors.ts';
import type { CountedField } from './field-history.ts';
import type { Exchange } from './journal.ts';
import type {
  BlueprintShape,
  Entity,
  EntityTemplate,
  JsonObject,
  Kind,
  Mapping,
  RawItem,
  ResourceEntry,
  StoredEntity,
} from './model.ts';
import type { PreparedCatalog } from './prepared-catalog.ts';
import type { Problem, RunReport } from './report.ts';
import type { RunTimes, RunWait } from './run-times.ts';
import type { KindBook, Place } from './source.ts';

export interface FieldFailure {
  /** `properties.last_deploy_at` */
  readonly path: string;
  readonly message: string;
}

/** The result of one entry for one item (or, with itemsToParse, for one element of it). */
export type MappedRow =
  | {
      readonly type: 'entity';
      readonly entry: ResourceEntry;
      readonly entity: Entity;
      /** The template that gave it; missing where the entry has only one. */
      readonly template?: EntityTemplate;
      readonly failures: readonly FieldFailure[];
    }
  | { readonly type: 'filtered'; readonly entry: ResourceEntry }
  /** The identifier, blueprint, selector or itemsToParse failed, so the entity of this item is not known. */
  | {
      readonly type: 'rejected';
      readonly entry: ResourceEntry;
      readonly blueprint: string | null;
      readonly path: string;
      readonly message: string;
    };

export interface MappedItem {
  readonly item: RawItem;
  readonly rows: readonly MappedRow[];
}

/** The compiled entries of one listing. */
export interface Program {
  readonly entries: readonly ResourceEntry[];
  /** The blueprints that the entries name as constants; `null` for a computed one. */
  readonly blueprints: readonly (string | null)[];
  /** The templates that write, or may write, this blueprint, without fields that do not compile. */
  writing(blueprint: string): readonly EntityTemplate[];
  /** Maps a batch. One result per item, in order. Never throws for a bad item; throws on abort. */
  map(items: readonly RawItem[], signal: AbortSignal): Promise<readonly MappedItem[]>;
  /** Maps one item as if every `selector.query` gave true. */
  mapUnfiltered(item: RawItem, signal: AbortSignal): Promise<MappedItem>;
}

export interface Mapper {
  /** Compiles the entries of one listing into one program. Wrong expressions become problems, doubtful ones warnings. */
  compile(entries: readonly ResourceEntry[]): Promise<{
    readonly program: Program;
    readonly problems: readonly MappingProblem[];
    readonly warnings: readonly Pick<MappingProblem, 'path' | 'message'>[];
  }>;
}

/** An expression that does not compile. `costs`: whether this disables the entry, or only the field. */
export interface MappingProblem {
  readonly path: string;
  readonly costs: 'entry' | 'field';
  readonly entry: ResourceEntry;
  readonly message: string;
}

/** The fields of a blueprint that the mapping writes. Only these are read and compared. */
export interface FieldSelection {
  readonly title: boolean;
  readonly icon: boolean;
  readonly team: boolean;
  readonly properties: readonly string[];
  readonly relations: readonly string[];
}

/** The fields of a search by identifier. `owner`: also which other program or installation wrote each entity last. */
export interface FindSelection extends FieldSelection {
  readonly owner?: true;
}

export type UpsertOutcome =
  /** Written. `identifier` is Port's, which matters for search queries; null when Port does not say. */
  | {
      readonly type: 'written';
      readonly identifier: string | null;
      /** null: not known, because Port did not say, or because the request was sent several times. */
      readonly created: boolean | null;
      /** Fields that were left out because Port refused them. */
      readonly leftOut?: readonly FieldFailure[];
    }
  /** The identifier is a search query that found nothing. Port wrote nothing, which is not an error. */
  | { readonly type: 'unmatched' }
  /** Not written: a live event has refreshed the entity since this run began. */
  | { readonly type: 'superseded' }
  | { readonly type: 'missing_relation'; readonly message: string; readonly exchange?: Exchange }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly message: string;
      /** The fields that Port names as the reason: `properties.x`, `relations.x`, `team`. */
      readonly fields?: readonly string[];
      readonly exchange?: Exchange;
    };

export interface RefusedRemoval {
  readonly identifier: string;
  readonly code: string;
  readonly message: string;
  readonly exchange?: Exchange;
}

export type RemovalOutcome = {
  readonly deleted: readonly string[];
  readonly refused: readonly RefusedRemoval[];
  /** Not deleted, because a live event has refreshed them since the run began. */
  readonly superseded?: readonly string[];
};

export interface UpsertBatch {
  readonly blueprint: string;
  readonly merge: boolean;
  readonly entities: readonly Entity[];
}

export interface OwnedElsewhere {
  /** Blueprints with entities of ours. */
  readonly blueprints: readonly string[];
  /** Other installations whose entities Port's search returned too, with their number. */
  readonly otherInstallations: ReadonlyMap<string, number>;
}

/** Values of properties; of a list, each fits. */
export type PropertyValues = { readonly [property: string]: string | readonly string[] };

/** The system we write to. */
export interface Catalog {
  /**
   * Signs in, finds or creates the integration, and chooses the mapping. Missing blueprints are created meanwhile: see
   * `ready`. Throws AppError.
   */
  prepare(signal: AbortSignal): Promise<PreparedCatalog>;
  /** The current blueprint; undefined when there is none. */
  blueprint(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined>;
  /** Our entities of a blueprint, in pages, with only the requested fields. */
  owned(
    blueprint: BlueprintShape,
    fields: FieldSelection,
    signal: AbortSignal,
    /** Only those with these property values. */
    where?: PropertyValues,
  ): AsyncIterable<readonly StoredEntity[]>;
  /** Our entities in other blueprints than these. */
  ownedElsewhere(written: readonly string[], signal: AbortSignal): Promise<OwnedElsewhere>;
  /** Entities by identifier, whoever created them. Those that do not exist are left out. */
  find(
    blueprint: BlueprintShape,
    fields: FindSelection,
    identifiers: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoredEntity[]>;
  /** Which of these identifiers exist in the blueprint, whoever created them. */
  existing(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Writes one batch (within `limits`). One outcome per entity, in order. Throws only AppErrors that end the run, and on abort. */
  upsert(
    batch: UpsertBatch,
    flags: { readonly createMissingRelatedEntities: boolean },
    signal: AbortSignal,
  ): Promise<readonly UpsertOutcome[]>;
  /** Deletes entities of one blueprint, and nothing that depends on them. */
  remove(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<RemovalOutcome>;
  readonly limits: {
    readonly entitiesPerBatch: number;
    readonly bytesPerBatch: number;
    /** How many batches may be in flight now. */
    readonly batchesInFlight: number;
    /** How many bytes of entities may be in flight, unless one batch has more. */
    readonly bytesInFlight: number;
  };
}

/** Where a mapping is from, and how it is written there. */
export interface MappingSource {
  readonly origin: string;
  readonly document: JsonObject | null;
}

/** What became of the entity that an item gave. */
export interface EntityDone {
  readonly kind: Kind;
  /** The item's label. */
  readonly label: string;
  readonly blueprint: string;
  /** null: a search query names the entity, and Port did not say which it is. */
  readonly identifier: string | null;
  readonly outcome: EntityOutcome;
  /** Port's words, when it refused the entity. */
  readonly message?: string;
}

/** A problem that concerns one item. */
export interface ItemProblem {
  readonly kind: Kind | undefined;
  /** The item's label. */
  readonly label: string;
  readonly code: Code;
  readonly message: string;
}

/** An item that a resync read and of which the mapping made no entity. */
export interface LeftOut {
  readonly kind: Kind;
  /** The item's name in reports. */
  readonly label: string;
  /** Where the item is, as far as it is known. */
  readonly place: Place;
  /** `filtered`: a selector said no. `rejected`: nothing usable came out. */
  readonly outcome: 'filtered' | 'rejected';
  /** Which part of the mapping left it out, in a sentence. */
  readonly detail: string;
}

/** Gets the events of a run, for progress lines, logs and metrics. */
export interface RunObserver {
  /** The mapping that this run uses, and where it is from. */
  mappingRead?(mapping: Mapping, from?: MappingSource): void;
  /** Items from the source, before they are mapped. */
  itemsRead?(kind: Kind, items: readonly RawItem[]): void;
  kindStarted?(kind: Kind): void;
  progress?(progress: KindProgress): void;
  kindFinished?(progress: KindProgress): void;
  /** Where the time of the run went so far; at most a few times a second. */
  timed?(times: RunTimes): void;
  problem?(problem: Problem): void;
  /** Called for every item that a problem concerns; `problem` is called once for all that are alike. */
  itemProblem?(problem: ItemProblem): void;
  /** Called for every item of which the mapping makes no entity. */
  itemLeftOut?(left: LeftOut): void;
  /** Called once for each entity and outcome; a later call for the same entity replaces an earlier one. */
  entityDone?(done: EntityDone): void;
  /** What each expression gave, also when the run did not come to its end. Called once, before the run ends. */
  fieldsCounted?(fields: readonly CountedField[]): void;
  /** The decision about the stale entities of a blueprint. Called before anything is deleted. */
  deletionsDecided?(blueprint: string, stale: readonly string[], decision: DeletionDecision, why?: Causes): void;
}
export interface KindProgress {
  readonly kind: Kind;
  readonly pages: number;
  readonly items: number;
  readonly written: number;
  readonly unchanged: number;
}

/** The interfaces through which a run uses the outside world. */
export interface Ports {
  readonly kinds: KindBook;
  readonly mapper: Mapper;
  readonly catalog: Catalog;
  readonly traffic: Traffic;
  /** The current time, for the report and for what depends on an entity's age (windows). */
  readonly now: () => Date;
}

/** The number of requests so far, per system, and their waits. */
export interface Traffic {
  snapshot(): RunReport['requests'];
  /** Calls back when requests to a side begin to wait, and when that wait ends. @returns what ends the calls */
  watchWaits?(tell: (wait: RunWait) => void): () => void;
}
