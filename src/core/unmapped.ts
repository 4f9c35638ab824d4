import type { BlueprintState } from './blueprint-state.ts';
import { isAbort, messageOf } from './errors.ts';
import type { CompiledMapping } from './extractions.ts';
import type { Run } from './run.ts';

/**
 * Finds entities of ours in blueprints that this run did not look at, so that nothing stays in Port unseen when the mapping
 * moves on to another blueprint. One request, however many entities there are in the others.
 * @returns what was found, to be decided about like everything else that is ours
 */
export async function findUnmapped(
  run: Run,
  { disabled }: Pick<CompiledMapping, 'disabled'>,
): Promise<readonly BlueprintState[]> {
  const named = run.extractions.flatMap(({ program }) => program.blueprints.filter((name) => name !== null));
  const looked = run.states().map(({ shape }) => shape.identifier);
  // Its entry cannot be used, and says so.
  const unusable = disabled.flatMap(({ blueprints }) => blueprints ?? []);
  const written = [...new Set([...named, ...looked, ...unusable])];
  try {
    const { blueprints, otherInstallations } = await run.ports.catalog.ownedElsewhere(written, run.signal);
    for (const [installation, count] of otherInstallations) reportOther(run, installation, count);
    const states = await Promise.all(blueprints.map((blueprint) => run.state(blueprint)));
    const found = states.filter((state) => state !== undefined);
    for (const state of found) protectRelationTargets(run, state);
    return found.filter((state) => state.stale().length > 0);
  } catch (error) {
    if (isAbort(error, run.signal)) throw error;
    run.problems.add({
      code: 'port_failed',
      severity: 'warning',
      group: 'elsewhere',
      message: `Whether other blueprints hold entities of ours could not be asked, so such entities are not in this report: ${messageOf(error)}`,
    });
    return [];
  }
}

/** Port makes targets of relations in our name: they stay as long as something leads to them, or may. */
function protectRelationTargets(run: Run, state: BlueprintState): void {
  const { identifier } = state.shape;
  for (const name of run.needed(identifier)) state.protect(name);
  if (!run.mapping.flags.createMissingRelatedEntities) return;
  for (const { shape, taints } of run.states()) {
    const leadsHere = Object.values(shape.relations).some(({ target }) => target === identifier);
    if (leadsHere) for (const taint of taints) state.taint(taint);
  }
}

function reportOther(run: Run, installation: string, count: number): void {
  run.problems.add({
    code: 'other_installation',
    severity: 'warning',
    group: installation,
    message: `The installation ${installation}, whose name ends like ours, has entities in Port; they are its own and were left alone`,
    count,
    samples: [installation],
  });
}
