import type { BlueprintState } from './blueprint-state.ts';
import { breathe } from './breathe.ts';
import { canonicalJson, fingerprint } from './canonical.ts';
import { reportCollision, reportConflicts } from './conflicts.ts';
import { conform, type Misfit } from './conform.ts';
import type { TrackedEntity } from './entity-table.ts';
import { messageOf } from './errors.ts';
import { hasSearch, onlyFields } from './fields.ts';
import type { Entity, Kind, RelationValue } from './model.ts';
import { ENVELOPE_BYTES } from './pack.ts';
import type { MappedItem, MappedRow, UpsertOutcome } from './ports.ts';
import type { Run } from './run.ts';
import { type NamedTargets, type PendingRelation, type RelationTargets, without } from './targets.ts';
import type { Write, Writer } from './writer.ts';

/** What is worked off in one go takes a few milliseconds; then the sockets and jq's pipes get their turn. */
const PIECES_AT_A_STRETCH = 50;

/** An entity that one source item gave. */
interface Piece {
  readonly entity: Entity;
  readonly kind: Kind;
  /** Fingerprint of the item's key. */
  readonly item: number;
  readonly label: string;
}

interface Placeable extends Piece {
  readonly state: BlueprintState;
}

/**
 * Takes mapped items in: fits their entities to the blueprints, notices what is unchanged, and hands the rest to the
 * writer. What it saw is remembered in the blueprint states, for the deletions later.
 */
export class Intake {
  readonly #run: Run;
  readonly #writer: Writer;
  readonly #targets: RelationTargets;
  readonly #states = new Map<string, BlueprintState>();
  /** Relations whose target did not exist when their entity was written. */
  readonly pending: PendingRelation[] = [];
  readonly #postponed = new Map<string, RelationValue>();
  /** Entities that Port refused for a relation target. */
  readonly refusedForRelation: Write[] = [];
  /** Entities of blueprints that Port does not have: blueprint -> how many. */
  readonly lost = new Map<string, number>();

  constructor(run: Run, writer: Writer, targets: RelationTargets) {
    this.#run = run;
    this.#writer = writer;
    this.#targets = targets;
  }

  /** @returns when everything that must be written is packed or on its way; waits while Port is busy */
  async take(kind: Kind, batch: readonly MappedItem[]): Promise<void> {
    const placeable: Placeable[] = [];
    for (const [index, mapped] of batch.entries()) {
      if (index % PIECES_AT_A_STRETCH === 0) await breathe();
      for (const piece of this.#piecesOf(kind, mapped)) {
        const state = await this.#stateOf(piece);
        const fitted = state && this.#fit(piece, state);
        if (fitted) placeable.push(fitted);
      }
    }
    if (!this.#run.mapping.flags.createMissingRelatedEntities) await this.#askForTargets(placeable);
    for (const [index, piece] of placeable.entries()) {
      if (index % PIECES_AT_A_STRETCH === 0) await breathe();
      await this.#place(piece);
    }
  }

  #piecesOf(kind: Kind, { item, rows }: MappedItem): Piece[] {
    const merged = new Map<string, Entity>();
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
          sample: item.label,
        });
      }
      const key = JSON.stringify([row.entity.blueprint, row.entity.identifier]);
      const before = merged.get(key);
      merged.set(key, before ? overlay(before, row.entity) : row.entity);
    }
    const of = { kind, item: fingerprint(item.key), label: item.label };
    return [...merged.values()].map((entity) => ({ entity, ...of }));
  }

  /** The item stands for an entity that we cannot name, so nothing of its blueprint may be taken for gone. */
  #reject(kind: Kind, label: string, row: Extract<MappedRow, { type: 'rejected' }>): void {
    this.#run.problems.add({
      code: 'item_rejected',
      severity: 'error',
      kind,
      group: `${row.entry.path} ${row.path}`,
      message: `${row.entry.path}: ${row.path}: ${row.message}`,
      sample: label,
    });
    this.#run.taint(kind, row.blueprint, {
      reason: 'rejected',
      detail: `${row.path} gave nothing usable for ${label}`,
    });
  }

  async #stateOf({ entity, kind, label }: Piece): Promise<BlueprintState | undefined> {
    const known = this.#states.get(entity.blueprint);
    if (known) return known;
    const state = await this.#run.state(entity.blueprint);
    if (state) {
      this.#states.set(entity.blueprint, state);
      await this.#targets.prepare(state.shape);
      return state;
    }
    this.lost.set(entity.blueprint, (this.lost.get(entity.blueprint) ?? 0) + 1);
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

  /** Where an expression gives the blueprint, the item may have been in any of them until now: it is not gone. */
  #taintComputed(kind: Kind, blueprint: string): void {
    const own = this.#run.extractions.filter(({ query }) => query.kind === kind);
    if (own.some(({ program }) => program.blueprints.includes(blueprint))) return;
    const detail = `the mapping gives items of ${kind} the blueprint ${blueprint}, which Port does not have`;
    this.#run.taint(kind, null, { reason: 'rejected', detail });
  }

  #fit(piece: Piece, state: BlueprintState): Placeable | undefined {
    const { entity, kind, label } = piece;
    try {
      const maxBytes = this.#run.ports.catalog.limits.bytesPerBatch - ENVELOPE_BYTES;
      const conformed = conform(entity, state.shape, maxBytes);
      for (const misfit of conformed.misfits) this.#reportField(misfit, piece);
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

  async #askForTargets(pieces: readonly Placeable[]): Promise<void> {
    const open = pieces.flatMap(({ entity, state }) => {
      const known = typeof entity.identifier === 'string' ? state.entities.get(entity.identifier) : undefined;
      return this.#targets.open(entity, state, known);
    });
    await this.#targets.lookUpMany(open);
  }

  async #place(piece: Placeable): Promise<void> {
    const { state, kind, item, label } = piece;
    const { identifier } = piece.entity;
    if (typeof identifier !== 'string') {
      await this.#writer.add(this.#write(piece.entity, piece, undefined));
      return;
    }
    const tracked = state.track(identifier, piece.entity.properties);
    const first = tracked.sighting;
    const isOtherItem = first?.kind === kind && first.item !== item;
    if (first === undefined || first.kind === null) tracked.sighting = { kind, item, label };
    const open = await this.#openRelations(piece, tracked);
    const given = without(piece.entity, open);
    const claims = isOtherItem ? undefined : tracked.claims;
    const next = state.table.overlay(given, tracked.fingerprints, claims);
    if (isOtherItem && next && !hasSearch(given)) {
      reportCollision(this.#run.problems, piece, first);
      return;
    }
    const conflicts = claims?.conflicts ?? [];
    reportConflicts(this.#run.problems, piece, conflicts, first);
    const entity = conflicts.length === 0 ? given : onlyFields(given, (path) => !conflicts.includes(path));
    if (!isOtherItem) for (const one of open) this.postpone(entity, state, one);
    if (!next) {
      state.settle(tracked, 'unchanged');
      return;
    }
    const wire = state.table.withoutIdleNulls(entity, tracked.fingerprints);
    tracked.fingerprints = next;
    await this.#writer.add(this.#write(wire, piece, tracked));
  }

  /** The relations that cannot be sent yet; none where Port creates what they miss. */
  async #openRelations({ entity, state }: Placeable, tracked: TrackedEntity): Promise<readonly NamedTargets[]> {
    if (!this.#run.mapping.flags.createMissingRelatedEntities) return this.#targets.open(entity, state, tracked);
    await this.#run.protectTargets(entity, state.shape);
    return [];
  }

  /** Leaves a relation for the end of the run, when everything is there that is to come. */
  postpone(entity: Entity, state: BlueprintState, { relation, value, names, target }: NamedTargets): void {
    const { identifier } = entity;
    if (typeof identifier !== 'string') return;
    const key = JSON.stringify([entity.blueprint, identifier, relation]);
    const earlier = this.#postponed.get(key);
    if (earlier !== undefined) {
      const first = state.track(identifier).sighting;
      const isOther = canonicalJson(earlier) !== canonicalJson(value);
      if (isOther) reportConflicts(this.#run.problems, { entity }, [`relations.${relation}`], first);
      return;
    }
    this.#postponed.set(key, value);
    this.pending.push({ state, identifier, relation, value, names, targetBlueprint: target });
  }

  #write(entity: Entity, piece: Placeable, tracked: TrackedEntity | undefined): Write {
    // Later pieces of an entity must not wipe out what earlier ones wrote.
    const merge = this.#run.mapping.flags.enableMergeEntity || tracked?.sent === true;
    if (tracked) tracked.sent = true;
    const write: Write = { entity, merge, done: (outcome) => this.#settle(outcome, write, piece, tracked) };
    return write;
  }

  #settle(outcome: UpsertOutcome, write: Write, piece: Placeable, tracked: TrackedEntity | undefined): void {
    const { state, kind, item, label } = piece;
    switch (outcome.type) {
      case 'written': {
        for (const field of outcome.leftOut ?? []) {
          this.#reportField({ code: 'value_refused', ...field }, piece);
        }
        const entity = tracked ?? (outcome.identifier === null ? undefined : state.track(outcome.identifier));
        if (!entity) this.#taintUnnamed(piece);
        else {
          entity.sighting ??= { kind, item, label };
          state.settle(entity, (outcome.created ?? !entity.owned) ? 'created' : 'updated');
        }
        return;
      }
      case 'unmatched':
        return;
      case 'superseded':
        if (tracked) state.settle(tracked, 'unchanged');
        return;
      case 'missing_relation':
        this.refusedForRelation.push(write);
        return;
      case 'refused': {
        if (tracked) state.settle(tracked, 'failed');
        else this.#taintUnnamed(piece);
        const { blueprint, identifier } = piece.entity;
        this.#run.problems.add({
          code: 'upsert_failed',
          severity: 'error',
          kind,
          group: `${blueprint} ${outcome.code}`,
          message: `Entities of ${blueprint} could not be written: ${outcome.code}: ${outcome.message}`,
          sample: typeof identifier === 'string' ? identifier : label,
        });
      }
    }
  }

  /** Something of an entity that was left out or will not be compared; the rest of it goes its way. */
  #reportField({ code, path, message }: Misfit, { entity: { blueprint }, kind, label }: Piece): void {
    this.#run.problems.add({
      code,
      severity: code === 'property_undeclared' || code === 'relation_undeclared' ? 'warning' : 'error',
      kind,
      group: `${blueprint} ${path}`,
      message: `${blueprint}: ${path}: ${message}`,
      sample: label,
    });
  }

  /** An entity that only a search names, and the search was not answered: any of our entities may be it. */
  #taintUnnamed({ entity, kind, label }: Piece): void {
    const detail = `which entity ${label} stands for is only known when Port has found it`;
    this.#run.taint(kind, entity.blueprint, { reason: 'rejected', detail });
  }
}

/** Entries of a kind that give the same entity complete each other; the later entry wins field by field. */
function overlay(earlier: Entity, later: Entity): Entity {
  return {
    ...earlier,
    ...later,
    properties: { ...earlier.properties, ...later.properties },
    relations: { ...earlier.relations, ...later.relations },
  };
}
