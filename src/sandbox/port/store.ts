import { randomUUID } from 'node:crypto';
import type { BlueprintDraft } from './blueprint-rules.ts';
import { readNewBlueprint } from './blueprint-rules.ts';
import { IntegrationBook } from './integration-book.ts';
import type { Actor, Blueprint, Entity, JsonObject, RelationValue } from './model.ts';
import { own } from './model.ts';
import { StoredEntities } from './stored-entities.ts';

/** An entity put straight into the catalog, past all rules. */
export interface SeedEntity {
  readonly blueprint: string;
  readonly identifier: string;
  readonly title?: string;
  readonly icon?: string | null;
  readonly team?: readonly string[];
  readonly properties?: JsonObject;
  readonly relations?: { readonly [id: string]: RelationValue };
  /** The User-Agent that counts as its writer. */
  readonly datasource?: string;
}

export interface DeletionRecord {
  readonly blueprint: string;
  readonly identifier: string;
  /** Who asked for it. */
  readonly userAgent: string;
  /** Whether it went along with something it depended on. */
  readonly cascaded: boolean;
  /** The resync that the request named, as an integration does for the audit log. */
  readonly runId: string | null;
}

export interface WriteRecord {
  readonly blueprint: string;
  readonly identifier: string;
  readonly created: boolean;
  readonly before: Entity | undefined;
  readonly after: Entity;
  /** As in a DeletionRecord. */
  readonly runId: string | null;
}

export interface IngestRecord {
  readonly path: string;
  readonly body: unknown;
}

const SEEDER: Actor = { clientId: 'seed', userAgent: 'seed' };

/** The catalog behind the stand-in. Tests and the demo look at it, and change it, without the API in between. */
export class PortStore {
  readonly #blueprints = new Map<string, Blueprint>();
  readonly #entities = new StoredEntities((identifier) => this.#blueprints.get(identifier));
  readonly integrations = new IntegrationBook();
  /** Every entity that was deleted through the API, in order. */
  readonly deletions: DeletionRecord[] = [];
  /** Told of every entity that is written through the API. */
  onWrite: (record: WriteRecord) => void = () => undefined;
  /** What was sent to the log and metrics ingest. */
  readonly ingested: IngestRecord[] = [];

  get entities(): StoredEntities {
    return this.#entities;
  }

  blueprints(): Blueprint[] {
    return [...this.#blueprints.values()];
  }

  blueprint(identifier: string): Blueprint | undefined {
    return this.#blueprints.get(identifier);
  }

  /** Seeds a blueprint from the body that POST /blueprints takes; its relation targets must be there. Replaces one of the same name. */
  putBlueprint(body: JsonObject): Blueprint {
    const draft = readNewBlueprint(body, this.blueprints());
    return this.saveBlueprint(draft.identifier, draft, SEEDER);
  }

  /** Adds or replaces a blueprint that passed the rules. Values of properties and relations that it lost go with them. */
  saveBlueprint(identifier: string, draft: BlueprintDraft, actor: Actor): Blueprint {
    const before = this.#blueprints.get(identifier);
    const at = new Date().toISOString();
    const blueprint: Blueprint = {
      ...draft,
      identifier,
      createdAt: before?.createdAt ?? at,
      createdBy: before?.createdBy ?? actor.clientId,
      updatedAt: at,
      updatedBy: actor.clientId,
    };
    if (before !== undefined) this.#dropLostFields(before, blueprint);
    this.#blueprints.set(identifier, blueprint);
    return blueprint;
  }

  removeBlueprint(identifier: string): void {
    this.#blueprints.delete(identifier);
  }

  entity(blueprint: string, identifier: string): Entity | undefined {
    return this.#entities.get(blueprint, identifier);
  }

  /** All entities of a blueprint, oldest first. */
  entitiesOf(blueprint: string): Entity[] {
    return Array.from(this.#entities.slots(blueprint), ({ entity }) => entity);
  }

  /** Seeds or replaces an entity, past all rules. */
  putEntity(seed: SeedEntity): Entity {
    const at = new Date().toISOString();
    const before = this.#entities.get(seed.blueprint, seed.identifier);
    const entity: Entity = {
      identifier: seed.identifier,
      blueprint: seed.blueprint,
      title: seed.title ?? seed.identifier,
      icon: seed.icon ?? null,
      team: seed.team ?? [],
      properties: seed.properties ?? {},
      relations: seed.relations ?? {},
      createdAt: before?.createdAt ?? at,
      createdBy: before?.createdBy ?? SEEDER.clientId,
      updatedAt: at,
      updatedBy: SEEDER.clientId,
      datasource: seed.datasource ?? SEEDER.userAgent,
    };
    this.#entities.put(entity);
    return entity;
  }

  /** Takes an entity out, past all rules and without a record. Says whether it was there. */
  dropEntity(blueprint: string, identifier: string): boolean {
    return this.#entities.delete(blueprint, identifier) !== undefined;
  }

  /** A name for an entity that was sent without one. */
  newIdentifier(): string {
    return `e_${randomUUID().replaceAll('-', '')}`;
  }

  /** Everything clients wrote, without times and writers, sorted: two catalogs are the same when their snapshots are. */
  snapshot(): JsonObject {
    const sorted = this.blueprints().sort((a, b) => compare(a.identifier, b.identifier));
    return Object.fromEntries(
      sorted.map(({ identifier }) => [
        identifier,
        this.entitiesOf(identifier)
          .sort((a, b) => compare(a.identifier, b.identifier))
          .map((entity) => ({
            identifier: entity.identifier,
            title: entity.title,
            icon: entity.icon,
            team: entity.team,
            properties: sortKeys(entity.properties),
            relations: sortKeys(entity.relations),
          })),
      ]),
    );
  }

  // The old blueprint must still be in place: the table finds relation targets through it.
  #dropLostFields(before: Blueprint, after: Blueprint): void {
    const lostProperties = Object.keys(before.schema.properties).filter((id) => !own(after.schema.properties, id));
    const lostRelations = Object.keys(before.relations).filter((id) => !own(after.relations, id));
    if (lostProperties.length + lostRelations.length === 0) return;
    for (const entity of this.entitiesOf(before.identifier)) {
      this.#entities.put({
        ...entity,
        properties: without(entity.properties, lostProperties),
        relations: without(entity.relations, lostRelations),
      });
    }
  }
}

/** A copy of an object without some of its keys. */
function without<T>(object: { readonly [key: string]: T }, keys: readonly string[]): { readonly [key: string]: T } {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

function sortKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
