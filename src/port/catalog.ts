import { AppError, isAbort } from '../core/errors.ts';
import type { BlueprintShape, JsonObject, Mapping, MappingFlags, StoredEntity } from '../core/model.ts';
import type {
  Catalog,
  Elsewhere,
  FieldSelection,
  PreparedCatalog,
  PropertyValues,
  RemovalOutcome,
  UpsertBatch,
  UpsertOutcome,
} from '../core/ports.ts';
import type { Problem } from '../core/report.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import type { BlueprintDocument } from './blueprint-documents.ts';
import { Blueprints } from './blueprints.ts';
import { upsertBatch, type WriteQuery } from './bulk.ts';
import { type IntegrationOptions, settleIntegration } from './integration.ts';
import { Ownership } from './ownership.ts';
import { writeWithoutRefused } from './refused-fields.ts';
import { removeEntities } from './removal.ts';
import { type FoundEntity, type Query, searchEntities, searchEverywhere } from './search.ts';
import { NotedWrites, portWrites } from './setup-writes.ts';

/** Port: 20 entities and 1 MiB a bulk request. */
const ENTITIES_PER_BATCH = 20;
const BYTES_PER_BATCH = 1024 * 1024;

export interface PortCatalogOptions extends IntegrationOptions {
  /** What the writes are for, as Port's audit log shows it: a run, or (null) a live event, which is none. */
  readonly runId: string | null;
  readonly batchesInFlight: number;
  /** Our blueprints in relation order. */
  readonly blueprints: readonly BlueprintDocument[];
  /** What is wrong with the blueprint files. */
  readonly blueprintProblems: readonly Complaint[];
  /** The files' mapping, and how it is called in messages. */
  readonly fileMapping: ReadMapping;
  readonly fileOrigin: string;
  readonly parseMapping: (config: JsonObject, origin: string) => ReadMapping;
  /** `note`: preparing writes nothing and only says what it would write. */
  readonly setup: 'write' | 'note';
}

/** A mapping with the sentences about what is wrong in it. */
export interface ReadMapping {
  readonly mapping: Mapping;
  readonly problems: readonly Complaint[];
}

interface Complaint {
  readonly message: string;
  readonly severity: Problem['severity'];
}

/** After so many rounds of batches without a single answer Port is taken for gone; each costs minutes of waiting. */
const HOPELESS_ROUNDS = 2;

const NO_FIELDS: FieldSelection = { title: false, icon: false, team: false, properties: [], relations: [] };

/** Ports that do not say the datasource of what they found. */
const SILENT = new WeakSet<PortApi>();

/** Port as the engine's catalog, for one run. */
export class PortCatalog implements Catalog {
  readonly #api: PortApi;
  readonly #options: PortCatalogOptions;
  readonly #blueprints: Blueprints;
  readonly limits: Catalog['limits'];
  readonly #ownership: Ownership;
  #lostInARow = 0;

  constructor(api: PortApi, options: PortCatalogOptions) {
    this.#api = api;
    this.#options = options;
    this.#blueprints = new Blueprints(api);
    this.#ownership = new Ownership(options.identifier);
    const { batchesInFlight } = options;
    this.limits = { entitiesPerBatch: ENTITIES_PER_BATCH, bytesPerBatch: BYTES_PER_BATCH, batchesInFlight };
  }

  async prepare(signal: AbortSignal): Promise<PreparedCatalog> {
    return orRunEnds('prepare Port', () => this.#prepare(signal));
  }

  async #prepare(signal: AbortSignal): Promise<PreparedCatalog> {
    const { blueprints, blueprintProblems, fileMapping, fileOrigin, identifier, initialize, parseMapping, setup } =
      this.#options;
    const problems: Problem[] = blueprintProblems.map((problem) => asProblem('blueprint_file_invalid', problem));
    const noted = setup === 'note' ? new NotedWrites() : undefined;
    const writes = noted ?? portWrites(this.#api);
    const integration = await settleIntegration(this.#api, this.#options, writes, signal);
    if (initialize) problems.push(...(await this.#blueprints.ensure(blueprints, writes, signal)));
    if (problems.every(({ severity }) => severity === 'warning')) await integration.markInitialized();
    const mappingOrigin = integration.config ? `Port's integration ${identifier}` : fileOrigin;
    const read = integration.config ? parseMapping(integration.config, mappingOrigin) : fileMapping;
    return {
      mapping: read.mapping,
      mappingOrigin,
      setup: noted?.documents ?? [],
      problems: [...problems, ...read.problems.map((problem) => asProblem('mapping_file_invalid', problem))],
    };
  }

  blueprint(identifier: string, signal: AbortSignal): Promise<BlueprintShape | undefined> {
    return orRunEnds(`read the blueprint ${identifier}`, () => this.#blueprints.shape(identifier, signal));
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
    const asked = { ...fields, datasource: true };
    if (!SILENT.has(this.#api)) {
      for await (const page of this.#search(blueprint, asked, this.#ownership.query(false, where), signal)) {
        if (page.length > 0 && page.every(({ datasource }) => datasource === undefined)) {
          SILENT.add(this.#api);
          break;
        }
        yield this.#ownership.sift(page);
      }
    }
    if (SILENT.has(this.#api)) {
      yield* this.#search(blueprint, fields, this.#ownership.query(true, where), signal);
    }
  }

  async elsewhere(written: readonly string[], signal: AbortSignal): Promise<Elsewhere> {
    const ask = (strictly: boolean) =>
      searchEverywhere(this.#api, this.#ownership.query(strictly, {}, written), signal);
    const first = SILENT.has(this.#api) ? [] : await ask(false);
    if (first.length > 0 && first.every(({ datasource }) => datasource == null)) SILENT.add(this.#api);
    const ours = SILENT.has(this.#api) ? await ask(true) : this.#ownership.sift(first);
    return {
      blueprints: [...new Set(ours.map(({ blueprint }) => blueprint))].sort(),
      others: this.#ownership.others,
    };
  }

  async find(
    blueprint: Pick<BlueprintShape, 'identifier'>,
    fields: FieldSelection,
    identifiers: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoredEntity[]> {
    const rules = [{ property: '$identifier', operator: 'in', value: identifiers }];
    const found: StoredEntity[] = [];
    for await (const page of this.#search(blueprint, fields, { combinator: 'and', rules }, signal)) found.push(...page);
    return found;
  }

  async existing(blueprint: string, identifiers: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    if (!(await this.blueprint(blueprint, signal))) return new Set();
    try {
      const found = await this.find({ identifier: blueprint }, NO_FIELDS, identifiers, signal);
      return new Set(found.map(({ identifier }) => identifier));
    } catch (error) {
      if (isAbort(error, signal) || error instanceof AppError) throw error;
      // Port will say itself, entity by entity, what is not there.
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
    const entities = this.#blueprints.writable(batch.blueprint, batch.entities);
    const outcomes = await writeWithoutRefused({ ...batch, entities }, send);
    this.#lostInARow = lost === undefined ? 0 : this.#lostInARow + 1;
    if (lost !== undefined && this.#lostInARow >= this.limits.batchesInFlight * HOPELESS_ROUNDS) {
      throw new AppError('port_failed', `Port took none of the last ${this.#lostInARow} batches: ${lost}`);
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
  ): AsyncGenerator<readonly FoundEntity[]> {
    try {
      yield* searchEntities(this.#api, blueprint, fields, query, signal);
    } catch (error) {
      // A plan knows blueprints that a resync would create: Port does not have them yet, nor any entity of them.
      if (this.#options.setup === 'note' && error instanceof HttpFailure && error.status === 404) return;
      throw error;
    }
  }

  /** Lets Port's audit log show which resync a change belongs to, or that something told us about it. */
  #origin(): WriteQuery {
    const { runId } = this.#options;
    if (runId === null) return { ocean_info_event_type: 'http_request' };
    return { ocean_info_event_type: 'resync', ocean_info_resync_id: runId };
  }
}

/** Does what no run can do without. @throws AppError `port_failed` when Port answers it with an error until we give up */
async function orRunEnds<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new AppError('port_failed', `Could not ${what}: ${error.message}`, { cause: error });
  }
}

function asProblem(code: Problem['code'], { message, severity }: Complaint): Problem {
  return { code, severity, message, count: 1, samples: [] };
}
