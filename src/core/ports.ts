import type { Causes, DeletionDecision } from './deletion.ts';
import type {
  BlueprintShape,
  Entity,
  EntityTemplate,
  Kind,
  Mapping,
  RawItem,
  ResourceEntry,
  SetupDocument,
  StoredEntity,
} from './model.ts';
import type { Problem, RunReport } from './report.ts';
import type { KindBook } from './source.ts';

export interface FieldFailure {
  /** `properties.last_deploy_at` */
  readonly path: string;
  readonly message: string;
}

/** What one entry made of one item (or, with itemsToParse, of one element of it). */
export type MappedRow =
  | {
      readonly type: 'entity';
      readonly entry: ResourceEntry;
      readonly entity: Entity;
      readonly failures: readonly FieldFailure[];
    }
  | { readonly type: 'filtered'; readonly entry: ResourceEntry }
  /** The identifier, blueprint, selector or itemsToParse failed: which entity this item stands for is unknown. */
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

/** All entries of one query, compiled. */
export interface Program {
  readonly entries: readonly ResourceEntry[];
  /** Literal blueprints that the entries write; `null` among them: an expression decides. */
  readonly blueprints: readonly (string | null)[];
  /** The usable templates that write, or may write, this blueprint (fields that do not compile are not in them). */
  writing(blueprint: string): readonly EntityTemplate[];
  /** Maps a batch. One result per item, in order. Never throws for a bad item; throws on abort. */
  map(items: readonly RawItem[], signal: AbortSignal): Promise<readonly MappedItem[]>;
  /** Maps one item as if every selector had said true. */
  mapUnfiltered(item: RawItem, signal: AbortSignal): Promise<MappedItem>;
}

export interface Mapper {
  /** Compiles the entries of one query into one program. Bad expressions become problems, doubtful ones warnings, none exceptions. */
  compile(entries: readonly ResourceEntry[]): Promise<{
    readonly program: Program;
    readonly problems: readonly MappingProblem[];
    readonly warnings: readonly Pick<MappingProblem, 'path' | 'message'>[];
  }>;
}

/** An expression that cannot be used. `entry` failures disable the entry, `field` failures only that field. */
export interface MappingProblem {
  readonly path: string;
  readonly costs: 'entry' | 'field';
  readonly entry: ResourceEntry;
  readonly message: string;
}

/** Which fields of a blueprint the mapping writes, so that only these are read and compared. */
export interface FieldSelection {
  readonly title: boolean;
  readonly icon: boolean;
  readonly team: boolean;
  readonly properties: readonly string[];
  readonly relations: readonly string[];
}

export type UpsertOutcome =
  /** Landed. `identifier` is Port's, which matters for search identifiers; null when it cannot be told. */
  | {
      readonly type: 'written';
      readonly identifier: string | null;
      /** null: Port did not say, or was asked several times and only said it of the last. */
      readonly created: boolean | null;
      /** Fields that Port refused and without which the entity was written. */
      readonly leftOut?: readonly FieldFailure[];
    }
  /** A search identifier that matched nothing: Port wrote nothing, and that is not an error. */
  | { readonly type: 'unmatched' }
  /** Not written: a live event has refreshed the entity since this run began. */
  | { readonly type: 'superseded' }
  | { readonly type: 'missing_relation'; readonly message: string }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly message: string;
      /** The fields that Port names as the reason: `properties.x`, `relations.x`, `team`. */
      readonly fields?: readonly string[];
    };

export type RemovalOutcome = {
  readonly deleted: readonly string[];
  readonly refused: readonly { readonly identifier: string; readonly code: string; readonly message: string }[];
  /** Left alone, because a live event has looked at them since; none when absent. */
  readonly superseded?: readonly string[];
};

export interface UpsertBatch {
  readonly blueprint: string;
  readonly merge: boolean;
  readonly entities: readonly Entity[];
}

export interface PreparedCatalog {
  readonly mapping: Mapping;
  /** Where the mapping was read, for messages: `mappings/komodor.yaml` or `Port's integration my-…`. */
  readonly mappingOrigin: string;
  readonly problems: readonly Problem[];
  /** What a catalog that only notes would have written; nothing from any other. */
  readonly setup: readonly SetupDocument[];
}

export interface OwnedElsewhere {
  /** Blueprints that hold entities of ours. */
  readonly blueprints: readonly string[];
  /** Other installations whose entities looked like ours in this run, with how many. */
  readonly otherInstallations: ReadonlyMap<string, number>;
}

export type PropertyValues = { readonly [property: string]: string };

/** The system we write to. */
export interface Catalog {
  /** Signs in, finds or makes the integration object, settles the mapping and the blueprints. Throws AppError. */
  prepare(signal: AbortSignal): Promise<PreparedCatalog>;
  /** The blueprint as it stands now, or undefined when there is none. */
  blueprint(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined>;
  /** Our own entities of a blueprint, by pages, with only the asked fields. */
  owned(
    blueprint: BlueprintShape,
    fields: FieldSelection,
    signal: AbortSignal,
    /** Only those with these property values. */
    where?: PropertyValues,
  ): AsyncIterable<readonly StoredEntity[]>;
  /** What is ours in blueprints beside these. */
  ownedElsewhere(written: readonly string[], signal: AbortSignal): Promise<OwnedElsewhere>;
  /** These entities as Port has them, whoever made them; names that do not exist are left out. */
  find(
    blueprint: BlueprintShape,
    fields: FieldSelection,
    identifiers: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoredEntity[]>;
  /** Which of these identifiers exist in the blueprint, whoever made them. */
  existing(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Writes one batch (within `limits`). One outcome per entity, in order. Throws only AppErrors that concern the whole run, and abort. */
  upsert(
    batch: UpsertBatch,
    flags: { readonly createMissingRelatedEntities: boolean },
    signal: AbortSignal,
  ): Promise<readonly UpsertOutcome[]>;
  /** Deletes entities of one blueprint; takes nobody else's with them. */
  remove(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<RemovalOutcome>;
  readonly limits: {
    readonly entitiesPerBatch: number;
    readonly bytesPerBatch: number;
    readonly batchesInFlight: number;
  };
}

/** What happens during a run, for people who watch: progress lines, logs, metrics. */
export interface RunObserver {
  /** The mapping that this run follows. */
  mappingRead?(mapping: Mapping): void;
  /** Items as the source gave them, before any mapping. */
  itemsRead?(kind: Kind, items: readonly RawItem[]): void;
  kindStarted?(kind: Kind): void;
  progress?(progress: KindProgress): void;
  kindFinished?(progress: KindProgress): void;
  problem?(problem: Problem): void;
  /** What is to happen to the stale entities of a blueprint; told before anything is deleted. */
  deletionsDecided?(blueprint: string, stale: readonly string[], decision: DeletionDecision, why?: Causes): void;
}
export interface KindProgress {
  readonly kind: Kind;
  readonly pages: number;
  readonly items: number;
  readonly written: number;
  readonly unchanged: number;
}

/** Everything a run needs from outside. */
export interface Ports {
  readonly kinds: KindBook;
  readonly mapper: Mapper;
  readonly catalog: Catalog;
  readonly traffic: Traffic;
  /** Wall-clock time, for the report only: no decision depends on it. */
  readonly now: () => Date;
}

/** Requests made so far, per side; filled by the network layer. */
export interface Traffic {
  snapshot(): RunReport['requests'];
}
