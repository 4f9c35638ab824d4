import type { BlueprintState } from './blueprint-state.ts';
import { fingerprint } from './canonical.ts';
import { conform } from './conform.ts';
import { messageOf } from './errors.ts';
import { type FittedEntity, type MappedEntity, reportField } from './fitted-entity.ts';
import type { Entity, Kind } from './model.ts';
import { ENVELOPE_BYTES } from './pack.ts';
import type { MappedItem, MappedRow } from './ports.ts';
import type { Run } from './run.ts';
import type { RelationTargets } from './targets.ts';
import { joinWholeParts, wholePartsOf, withMissingMembers } from './whole-parts.ts';
import { ENTITIES_PER_TURN, yieldToEventLoop } from './yield-to-event-loop.ts';

/** Turns mapped items into entities that Port accepts: one for each identifier, fitted to its blueprint. */
export class Fitter {
  readonly #run: Run;
  readonly #targets: RelationTargets;
  readonly #states = new Map<string, BlueprintState>();
  /** Kinds that leave the entities of others alone, so that all members of an entity of ours are from their items. */
  readonly #yielding: ReadonlySet<Kind>;
  /** Blueprints that Port does not have -> number of their entities. */
  readonly entitiesWithoutBlueprint = new Map<string, number>();

  constructor(run: Run, targets: RelationTargets) {
    this.#run = run;
    this.#targets = targets;
    this.#yielding = new Set(run.extractions.filter((one) => one.kind.yields).map((one) => one.kind.name));
  }

  /** @returns the usable entities. Unusable ones are reported, and their blueprints are tainted. */
  async fit(kind: Kind, batch: readonly MappedItem[]): Promise<readonly FittedEntity[]> {
    const placeable: FittedEntity[] = [];
    for (const [index, mapped] of batch.entries()) {
      if (index % ENTITIES_PER_TURN === 0) await yieldToEventLoop();
      for (const piece of this.#piecesOf(kind, mapped)) {
        const state = await this.#stateOf(piece);
        const fitted = state && this.#conform(piece, state);
        if (fitted) placeable.push(fitted);
      }
    }
    return placeable;
  }

  #piecesOf(kind: Kind, { item, rows }: MappedItem): MappedEntity[] {
    const merged = new Map<string, MappedEntity>();
    const print = fingerprint(item.key);
    for (const row of rows) {
      if (row.type === 'rejected') this.#reject(kind, item.label, row);
      if (row.type !== 'entity') continue;
      for (const { path, message } of row.failures) {
        this.#run.problems.add({
          code: 'field_failed',
          severity: 'error',
          kind,
          group: `${row.entry.path} ${path}`,
          message: `${row.entry.path}: ${path}: ${message}`,
          place: { entries: [row.entry.path], blueprint: row.entity.blueprint, field: path },
          sample: item.label,
        });
      }
      const { entity, entry } = row;
      const key = rows.length === 1 ? '' : JSON.stringify([entity.blueprint, entity.identifier]);
      const before = merged.get(key);
      const whole = wholePartsOf(row);
      merged.set(key, {
        entity: before ? mergeEntities(before.entity, entity) : entity,
        kind,
        item: print,
        label: item.label,
        entries: before ? [...new Set([...before.entries, entry.path])] : [entry.path],
        whole: before ? joinWholeParts(before.whole, whole) : whole,
      });
    }
    return [...merged.values()];
  }

  /** The identifier of the item's entity is not known. It could be any stale entity, so the blueprint is tainted. */
  #reject(kind: Kind, label: string, row: Extract<MappedRow, { type: 'rejected' }>): void {
    this.#run.problems.add({
      code: 'item_rejected',
      severity: 'error',
      kind,
      group: `${row.entry.path} ${row.path}`,
      message: `${row.entry.path}: ${row.path}: ${row.message}`,
      place: { field: row.path },
      sample: label,
    });
    this.#run.taint(kind, row.blueprint, {
      reason: 'rejected',
      detail: `${row.path} gave nothing usable for ${label}`,
    });
  }

  async #stateOf({ entity, kind, label }: MappedEntity): Promise<BlueprintState | undefined> {
    const known = this.#states.get(entity.blueprint);
    if (known) return known;
    const state = await this.#run.state(entity.blueprint);
    if (state) {
      this.#states.set(entity.blueprint, state);
      await this.#targets.prepare(state.shape);
      return state;
    }
    this.entitiesWithoutBlueprint.set(entity.blueprint, (this.entitiesWithoutBlueprint.get(entity.blueprint) ?? 0) + 1);
    this.#run.problems.add({
      code: 'blueprint_missing',
      severity: 'error',
      kind,
      group: entity.blueprint,
      message: `Port has no blueprint ${entity.blueprint}; create it, or correct the mapping`,
      sample: label,
    });
    this.#taintComputed(kind, entity.blueprint);
    return undefined;
  }

  /** If an expression computes the blueprint, the item's entity may be in any of them, so all of them are tainted. */
  #taintComputed(kind: Kind, blueprint: string): void {
    const own = this.#run.extractions.filter((extraction) => extraction.kind.name === kind);
    if (own.some(({ program }) => program.blueprints.includes(blueprint))) return;
    const detail = `the mapping gives items of ${kind} the blueprint ${blueprint}, which Port does not have`;
    this.#run.taint(kind, null, { reason: 'rejected', detail });
  }

  #conform(piece: MappedEntity, state: BlueprintState): FittedEntity | undefined {
    const { kind, label } = piece;
    const isYielding = this.#yielding.has(kind);
    const entity = isYielding ? withMissingMembers(piece.entity, piece.whole, state) : piece.entity;
    try {
      const maxBytes = this.#run.ports.catalog.limits.bytesPerBatch - ENVELOPE_BYTES;
      const conformed = conform(entity, state.shape, maxBytes);
      for (const misfit of conformed.misfits) reportField(this.#run.problems, misfit, piece);
      return { ...piece, entity: conformed.entity, state };
    } catch (error) {
      this.#run.problems.add({
        code: 'item_rejected',
        severity: 'error',
        kind,
        group: entity.blueprint,
        message: `${entity.blueprint}: the entity cannot be processed: ${messageOf(error)}`,
        sample: label,
      });
      this.#run.taint(kind, entity.blueprint, { reason: 'rejected', detail: `${label} could not be processed` });
      return undefined;
    }
  }
}

/** Merges what several entries of a kind give for the same entity. The later entry takes precedence in each field. */
export function mergeEntities(earlier: Entity, later: Entity): Entity {
  return {
    ...earlier,
    ...later,
    properties: { ...earlier.properties, ...later.properties },
    relations: { ...earlier.relations, ...later.relations },
  };
}
