import { AppError, isAbort } from '../core/errors.ts';
import type { BlueprintShape, MappingFlags, StoredEntity } from '../core/model.ts';
import type {
  Catalog,
  FieldSelection,
  FindSelection,
  OwnedElsewhere,
  PropertyValues,
  RemovalOutcome,
  UpsertBatch,
  UpsertOutcome,
} from '../core/ports.ts';
import type { PreparedCatalog } from '../core/prepared-catalog.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { Blueprints } from './blueprints.ts';
import { upsertBatch } from './bulk.ts';
import type { WriteQuery } from './exchange.ts';
import { orFailRun } from './or-fail-run.ts';
import { Ownership, WRITTEN_BY_A_PROGRAM } from './ownership.ts';
import { type PreparationOptions, preparePort } from './prepare-port.ts';
import { writeWithoutRefused } from './refused-fields.ts';
import { removeEntities } from './removal.ts';
import { type FoundEntity, type Query, searchAllBlueprints, searchEntities } from './search.ts';

/** Port's limits: 20 entities and 1 MiB per bulk request. */
const ENTITIES_PER_BATCH = 20;
const BYTES_PER_BATCH = 1024 * 1024;
/** What the entities of all batches in flight may have. In memory they have several times as much. */
const BYTES_IN_FLIGHT = 8 * 1024 * 1024;

export interface PortCatalogOptions extends PreparationOptions {
  /** The run that Port's audit log shows for the writes; null for a live event. */
  readonly runId: string | null;
  /** Called each time: it changes with what Port bears. */
  readonly batchesInFlight: () => number;
  /** EXPORTER_STATE_KEY. */
  readonly exporterStateKey?: string | undefined;
}

/** After this many rounds of batches without an answer the run fails, because each round costs minutes. */
const LOST_ROUNDS_UNTIL_FAILURE = 2;

const NO_FIELDS: FieldSelection = { title: false, icon: false, team: false, properties: [], relations: [] };

/** APIs of Ports that do not return the datasource of entities. */
const WITHOUT_DATASOURCE = new WeakSet<PortApi>();

/** The engine's `Catalog` in Port, for one run. */
export class PortCatalog implements Catalog {
  readonly #api: PortApi;
  readonly #options: PortCatalogOptions;
  readonly #blueprints: Blueprints;
  readonly limits: Catalog['limits'];
  readonly #ownership: Ownership;
  #batchesLostInARow = 0;

  constructor(api: PortApi, options: PortCatalogOptions) {
    this.#api = api;
    this.#options = options;
    this.#blueprints = new Blueprints(api);
    const { batchesInFlight, exporterStateKey, identifier } = options;
    this.#ownership = new Ownership({ installation: identifier, exporterStateKey });
    this.limits = {
      entitiesPerBatch: ENTITIES_PER_BATCH,
      bytesPerBatch: BYTES_PER_BATCH,
      bytesInFlight: BYTES_IN_FLIGHT,
      get batchesInFlight() {
        return batchesInFlight();
      },
    };
  }

  prepare(signal: AbortSignal): Promise<PreparedCatalog> {
    return preparePort(this.#api, this.#options, this.#blueprints, signal);
  }

  blueprint(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined> {
    return orFailRun(`read the blueprint ${identifier}`, () => this.#blueprints.shape(identifier, signal));
  }

  owned(
    blueprint: BlueprintShape,
    fields: FieldSelection,
    signal: AbortSignal,
    where: PropertyValues = {},
  ): AsyncIterable<readonly StoredEntity[]> {
    return this.#owned(blueprint, fields, signal, where);
  }

  async *#owned(
    blueprint: BlueprintShape,
    fields: FieldSelection,
    signal: AbortSignal,
    where: PropertyValues,
  ): AsyncGenerator<readonly StoredEntity[]> {
    // A catalog for live events lives on, while resyncs write.
    if (this.#options.runId !== null && this.#blueprints.isNew(blueprint.identifier)) return;
    const asked = { ...fields, datasource: true };
    if (!WITHOUT_DATASOURCE.has(this.#api)) {
      for await (const page of this.#search(blueprint, asked, this.#ownership.query(false, where), signal)) {
        if (page.length > 0 && page.every(({ datasource }) => datasource === undefined)) {
          WITHOUT_DATASOURCE.add(this.#api);
          break;
        }
        yield this.#ownership.onlyOurs(page);
      }
    }
    if (WITHOUT_DATASOURCE.has(this.#api)) {
      yield* this.#search(blueprint, fields, this.#ownership.query(true, where), signal);
    }
  }

  async ownedElsewhere(written: readonly string[], signal: AbortSignal): Promise<OwnedElsewhere> {
    const ask = (strictly: boolean) =>
      searchAllBlueprints(this.#api, this.#ownership.query(strictly, {}, written), signal);
    const first = WITHOUT_DATASOURCE.has(this.#api) ? [] : await ask(false);
    if (first.length > 0 && first.every(({ datasource }) => datasource == null)) WITHOUT_DATASOURCE.add(this.#api);
    const ours = WITHOUT_DATASOURCE.has(this.#api) ? await ask(true) : this.#ownership.onlyOurs(first);
    return {
      blueprints: [...new Set(ours.map(({ blueprint }) => blueprint))].sort(),
      otherInstallations: this.#ownership.otherInstallations,
    };
  }

  async find(
    blueprint: Pick<BlueprintShape, 'identifier'>,
    { owner, ...fields }: FindSelection,
    identifiers: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoredEntity[]> {
    const found = await this.#named(blueprint, { ...fields, datasource: owner === true }, identifiers, [], signal);
    if (!owner) return found;
    const untold = found.filter(({ datasource }) => datasource === undefined).map(({ identifier }) => identifier);
    const hidden = await this.#hiddenPrograms(blueprint, untold, signal);
    return found.map((entity) => {
      const otherOwner = hidden.get(entity.identifier) ?? this.#ownership.otherProgram(entity.datasource);
      return otherOwner === undefined ? entity : { ...entity, otherOwner };
    });
  }

  /** For a Port that does not return datasources: which of these entities another of Port's programs wrote last. */
  async #hiddenPrograms(
    blueprint: Pick<BlueprintShape, 'identifier'>,
    identifiers: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    if (identifiers.length === 0) return new Map();
    const written = await this.#named(blueprint, NO_FIELDS, identifiers, [WRITTEN_BY_A_PROGRAM], signal);
    if (written.length === 0) return new Map();
    const ours = await this.#named(blueprint, NO_FIELDS, identifiers, [this.#ownership.query(true)], signal);
    const others = new Map(written.map(({ identifier }) => [identifier, 'another program, which Port does not name']));
    for (const { identifier } of ours) others.delete(identifier);
    return others;
  }

  async #named(
    blueprint: Pick<BlueprintShape, 'identifier'>,
    fields: FieldSelection & { readonly datasource?: boolean },
    identifiers: readonly string[],
    rules: Query['rules'],
    signal: AbortSignal,
  ): Promise<readonly FoundEntity[]> {
    const named = { property: '$identifier', operator: 'in', value: identifiers };
    const query = { combinator: 'and', rules: [named, ...rules] } as const;
    const found: FoundEntity[] = [];
    for await (const page of this.#search(blueprint, fields, query, signal, identifiers.length)) found.push(...page);
    return found;
  }

  async existing(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (!(await this.blueprint(blueprint, signal))) return new Set();
    try {
      const found = await this.find({ identifier: blueprint }, NO_FIELDS, identifiers, signal);
      return new Set(found.map(({ identifier }) => identifier));
    } catch (error) {
      if (isAbort(error, signal) || error instanceof AppError) throw error;
      // Treated as existing: if one does not, Port refuses the single entity.
      return new Set(identifiers);
    }
  }

  async upsert(
    batch: UpsertBatch,
    flags: Pick<MappingFlags, 'createMissingRelatedEntities'>,
    signal: AbortSignal,
  ): Promise<readonly UpsertOutcome[]> {
    const query = { create_missing_related_entities: String(flags.createMissingRelatedEntities), ...this.#origin() };
    let lost: string | undefined;
    const send = (part: UpsertBatch) =>
      upsertBatch(this.#api, part, query, signal, (why) => {
        lost = why;
      });
    const entities = this.#blueprints.withoutComputed(batch.blueprint, batch.entities);
    const outcomes = await writeWithoutRefused({ ...batch, entities }, send);
    this.#batchesLostInARow = lost === undefined ? 0 : this.#batchesLostInARow + 1;
    if (lost !== undefined && this.#batchesLostInARow >= this.limits.batchesInFlight * LOST_ROUNDS_UNTIL_FAILURE) {
      throw new AppError('port_failed', `Port took none of the last ${this.#batchesLostInARow} batches: ${lost}`);
    }
    return outcomes;
  }

  async remove(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<RemovalOutcome> {
    const existing = (some: readonly string[]) => this.existing(blueprint, some, signal);
    const removal = { api: this.#api, blueprint, query: this.#origin(), signal, existing };
    return removeEntities(removal, identifiers);
  }

  async *#search(
    blueprint: Pick<BlueprintShape, 'identifier'>,
    fields: FieldSelection & { readonly datasource?: boolean },
    query: Query,
    signal: AbortSignal,
    expected?: number,
  ): AsyncGenerator<readonly FoundEntity[]> {
    try {
      yield* searchEntities(this.#api, blueprint, fields, query, signal, expected);
    } catch (error) {
      // In a plan, the blueprint may be one that a resync would create. Port does not have it yet, nor entities of it.
      if (this.#options.setup === 'note' && error instanceof HttpFailure && error.status === 404) return;
      throw error;
    }
  }

  /** Query parameters for Port's audit log: the resync that a change belongs to, or that an event caused it. */
  #origin(): WriteQuery {
    const { runId } = this.#options;
    if (runId === null) return { ocean_info_event_type: 'http_request' };
    return { ocean_info_event_type: 'resync', ocean_info_resync_id: runId };
  }
}
