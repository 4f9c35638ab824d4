import type { Intake } from './intake.ts';
import type { RelationValue } from './model.ts';
import type { UpsertOutcome } from './ports.ts';
import type { Run } from './run.ts';
import {
  type NamedTargets,
  namedTargets,
  type PendingRelation,
  type RelationTargets,
  withoutRelations,
} from './targets.ts';
import type { RowSource, Write } from './write.ts';
import type { Writer } from './writer.ts';

/**
 * Runs after all entities were written once. Entities that Port refused because of a missing relation target are tried
 * again as long as that helps, then written without the relation. Relations that were left out are added if their target
 * exists now.
 */
export async function finishRelations(
  run: Run,
  intake: Intake,
  targets: RelationTargets,
  writer: Writer,
): Promise<void> {
  await writer.flush();
  await retryRefused(run, intake, targets, writer);
  await addPostponedRelations(run, intake, targets, writer);
}

async function retryRefused(run: Run, intake: Intake, targets: RelationTargets, writer: Writer): Promise<void> {
  for (;;) {
    const refused = intake.refusedForRelation.splice(0);
    if (refused.length === 0) return;
    for (const write of refused) await writer.add(write);
    await writer.flush();
    if (intake.refusedForRelation.length < refused.length) continue;
    const stuck = intake.refusedForRelation.splice(0);
    for (const write of stuck) await writer.add(await withoutMissingRelations(run, intake, targets, write));
    await writer.flush();
    for (const write of stuck) await addOneByOne(run, targets, write, writer);
    await writer.flush();
    return;
  }
}

/** The write without relations whose target is missing. If all targets seem to exist, without all named relations. */
async function withoutMissingRelations(
  run: Run,
  intake: Intake,
  targets: RelationTargets,
  write: Write,
): Promise<Write> {
  const { entity } = write;
  const state = await run.state(entity.blueprint);
  if (!state) return write;
  const named = namedTargets(entity, state.shape);
  for (const { target, names } of named)
    await targets.lookUp(
      target,
      names.filter((name) => !targets.exists(target, name)),
    );
  const missing = missingOf(targets, named);
  for (const one of missing) intake.postpone(entity, state, one, { kind: write.kind, source: write.note?.source });
  const stripped = missing.length === 0 ? { ...entity, relations: {} } : withoutRelations(entity, missing);
  // There is no third pass.
  return { ...write, entity: stripped, last: true };
}

function missingOf(targets: RelationTargets, named: readonly NamedTargets[]): readonly NamedTargets[] {
  return named.filter(({ target, names }) => names.some((name) => targets.exists(target, name) !== true));
}

/**
 * Adds the relations of an entity that was written without them although all targets seemed to exist: entities with
 * relations to themselves or to each other. One by one, because Port does not say which target it misses.
 */
async function addOneByOne(
  run: Run,
  targets: RelationTargets,
  { kind, entity, note }: Write,
  writer: Writer,
): Promise<void> {
  const { blueprint, identifier } = entity;
  const state = await run.state(blueprint);
  if (!state || missingOf(targets, namedTargets(entity, state.shape)).length > 0) return;
  if (typeof identifier !== 'string') {
    report(run, blueprint, 'an entity that is searched for (Port does not say which relation)');
    return;
  }
  if (state.entities.get(identifier)?.outcome === 'failed') return;
  for (const [relation, value] of Object.entries(entity.relations)) {
    if (value === null) continue;
    const done = (outcome: UpsertOutcome) => {
      if (!isWhole(outcome)) report(run, `${blueprint} ${relation}`, identifier, note?.source);
    };
    const related = { blueprint, identifier, properties: {}, relations: { [relation]: value } };
    await writer.add({
      kind,
      entity: related,
      merge: true,
      done,
      last: true,
      note: note && { ...note, changed: [`relations.${relation}`] },
    });
  }
}

async function addPostponedRelations(
  run: Run,
  intake: Intake,
  targets: RelationTargets,
  writer: Writer,
): Promise<void> {
  // Kinds are read side by side, so their order is chance.
  const pending = intake.pending.splice(0).sort(byName);
  await targets.lookUpOf(pending);
  for (const one of pending) {
    const missing = new Set(one.names.filter((name) => targets.exists(one.targetBlueprint, name) !== true));
    const where = `${one.state.shape.identifier} ${one.relation}`;
    if (missing.size > 0) {
      const sample = `${one.identifier} -> ${one.targetBlueprint} ${[...missing].join(', ')}`;
      report(run, where, sample, one.source);
    }
    const rest = one.names.filter((name) => !missing.has(name));
    await addRelation(run, one, missing.size === 0 ? one.value : Array.isArray(one.value) ? rest : null, writer);
  }
  await writer.flush();
}

/** Writes a relation of an entity, unless Port has the same value. */
async function addRelation(run: Run, pending: PendingRelation, value: RelationValue, writer: Writer): Promise<void> {
  const { state, identifier, relation, kind, source } = pending;
  const blueprint = state.shape.identifier;
  const entity = { blueprint, identifier, properties: {}, relations: { [relation]: value } };
  const tracked = state.entities.get(identifier);
  if (!tracked || tracked.outcome === 'failed') return;
  const next = state.table.fingerprintsAfter(entity, tracked.fingerprints ?? []);
  if (!next) return;
  tracked.fingerprints = next;
  const done = (outcome: UpsertOutcome) => {
    if (isWhole(outcome)) state.recordOutcome(tracked, 'updated');
    else report(run, `${blueprint} ${relation}`, identifier, source);
  };
  const note = run.recorder && { state, source, changed: [`relations.${relation}`] };
  await writer.add({ kind, entity, merge: true, done, last: true, note });
}

function byName(a: PendingRelation, b: PendingRelation): number {
  const [one, other] = [a.state.shape.identifier, b.state.shape.identifier];
  if (one !== other) return one < other ? -1 : 1;
  if (a.identifier !== b.identifier) return a.identifier < b.identifier ? -1 : 1;
  return a.relation < b.relation ? -1 : 1;
}

/** Whether Port has accepted the relation. */
function isWhole(outcome: UpsertOutcome): boolean {
  return outcome.type === 'written' && outcome.leftOut === undefined;
}

function report(run: Run, where: string, sample: string, source?: RowSource): void {
  run.problems.add({
    code: 'relation_target_missing',
    severity: 'warning',
    group: where,
    message: `${where}: the target does not exist in Port; such an entity goes without this relation`,
    sample,
    ...(source && { item: source.item }),
  });
}
