import type { BlueprintState } from './blueprint-state.ts';
import { isAbort, messageOf } from './errors.ts';
import type { CompiledMapping } from './extractions.ts';
import type { Run } from './run.ts';

/**
 * Finds entities of ours in blueprints that no entry writes any more, so that they do not stay in Port when the mapping
 * changes to another blueprint. This takes one request.
 * @returns the states of these blueprints, for the same deletion rule as for the others
 */
export async function findUnmapped(
  run: Run,
  { disabled }: Pick<CompiledMapping, 'disabled'>,
): Promise<readonly BlueprintState[]> {
  const named = run.extractions.flatMap(({ program }) => program.blueprints.filter((name) => name !== null));
  const looked = run.states().map(({ shape }) => shape.identifier);
  // Blueprints of disabled entries are not unmapped.
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

/** Port creates missing relation targets as entities of ours. They stay as long as a relation leads to them, or may. */
function protectRelationTargets(run: Run, state: BlueprintState): void {
  const { identifier } = state.shape;
  for (const name of run.neededByRelations(identifier)) state.protect(name);
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
