import type { Intake } from './intake.ts';
import type { UpsertOutcome } from './ports.ts';
import type { Run } from './run.ts';
import type { PendingRelation, RelationTargets } from './targets.ts';
import type { Write, Writer } from './writer.ts';

/**
 * After everything has landed once: entities that Port refused for a relation target are tried again as long as that
 * helps, then written without the relation; relations that were left out are added where their target has come since.
 */
export async function finishRelations(
  run: Run,
  intake: Intake,
  targets: RelationTargets,
  writer: Writer,
): Promise<void> {
  await writer.flush();
  targets.forget();
  await retryRefused(run, intake, targets, writer);
  await addLateRelations(run, intake, writer);
}

async function retryRefused(run: Run, intake: Intake, targets: RelationTargets, writer: Writer): Promise<void> {
  for (;;) {
    const refused = intake.refusedForRelation.splice(0);
    if (refused.length === 0) return;
    for (const write of refused) await writer.add(write);
    await writer.flush();
    if (intake.refusedForRelation.length < refused.length) continue;
    for (const write of intake.refusedForRelation.splice(0)) await writer.add(await bare(run, intake, targets, write));
    await writer.flush();
    return;
  }
}

/** The write without what Port says is not there. When every target seems to be there, all named relations go. */
async function bare(run: Run, intake: Intake, targets: RelationTargets, write: Write): Promise<Write> {
  const state = await run.state(write.entity.blueprint);
  if (!state) return write;
  const { entity, pending } = await targets.withoutMissing(write.entity, state.shape);
  intake.pending.push(...pending);
  const stripped = pending.length > 0 ? entity : { ...entity, relations: {} };
  if (pending.length === 0)
    report(run, write.entity.blueprint, `${String(write.entity.identifier)} (Port does not say which)`);
  return { ...write, entity: stripped, done: (outcome) => write.done(finalOutcome(outcome)) };
}

/** No third pass: what still misses a relation now is refused. */
function finalOutcome(outcome: UpsertOutcome): UpsertOutcome {
  if (outcome.type !== 'missing_relation') return outcome;
  return { type: 'refused', code: 'not_found', message: outcome.message };
}

async function addLateRelations(run: Run, intake: Intake, writer: Writer): Promise<void> {
  for (const pending of intake.pending.splice(0)) {
    const targetState = run.writes(pending.targetBlueprint) ? await run.state(pending.targetBlueprint) : undefined;
    const hasCome = (name: string) => {
      const target = targetState?.entities.get(name);
      return target?.sighting !== undefined && target.outcome !== 'failed';
    };
    if (pending.missing.every(hasCome)) await addRelation(run, pending, writer);
    else {
      const missing = pending.missing.filter((name) => !hasCome(name));
      const where = `${pending.blueprint} ${pending.relation}`;
      report(run, where, `${pending.identifier} -> ${pending.targetBlueprint} ${missing.join(', ')}`);
    }
  }
  await writer.flush();
}

async function addRelation(
  run: Run,
  { blueprint, identifier, relation, value }: PendingRelation,
  writer: Writer,
): Promise<void> {
  const entity = { blueprint, identifier, properties: {}, relations: { [relation]: value } };
  const done = (outcome: UpsertOutcome) => {
    if (outcome.type !== 'written') report(run, `${blueprint} ${relation}`, identifier);
  };
  await writer.add({ entity, merge: true, done });
}

function report(run: Run, where: string, sample: string): void {
  run.problems.add({
    code: 'relation_target_missing',
    severity: 'warning',
    group: where,
    message: `${where}: the target does not exist in Port; such an entity goes without this relation`,
    sample,
  });
}
