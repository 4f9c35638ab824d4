import type { BlueprintState } from './blueprint-state.ts';
import { isAbort, messageOf } from './errors.ts';
import type { CompiledMapping } from './extractions.ts';
import type { OwnedElsewhere } from './ports.ts';
import type { Run } from './run.ts';
import { underWay } from './under-way.ts';

/** Gives our entities in blueprints that no entry writes. */
type Elsewhere = () => Promise<OwnedElsewhere>;

/**
 * Asks for our entities in blueprints that no entry writes any more, so that they do not stay in Port when the mapping
 * changes to another blueprint. This takes one request, which is under way while the kinds are read. Where an expression
 * computes the blueprint, only the end of the run knows which blueprints are written, so it is made then.
 */
export function askElsewhere(run: Run, { disabled }: Pick<CompiledMapping, 'disabled'>): Elsewhere {
  const named = run.extractions.flatMap(({ program }) => program.blueprints);
  // Blueprints of disabled entries are not unmapped.
  const unusable = disabled.flatMap(({ blueprints }) => blueprints ?? []);
  const ask = async () => {
    const looked = run.states().map(({ shape }) => shape.identifier);
    const written = new Set([...named.filter((name) => name !== null), ...looked, ...unusable]);
    return run.ports.catalog.ownedElsewhere([...written], run.signal);
  };
  if (named.includes(null)) return ask;
  const asked = underWay(ask());
  return () => asked;
}

/**
 * The blueprints with entities of ours that no entry writes any more.
 * @returns their states, for the same deletion rule as for the others
 */
export async function findUnmapped(run: Run, elsewhere: Elsewhere): Promise<readonly BlueprintState[]> {
  try {
    const found = await elsewhere();
    const looked = new Set(run.states().map(({ shape }) => shape.identifier));
    const blueprints = found.blueprints.filter((blueprint) => !looked.has(blueprint));
    const otherInstallations = [...found.otherInstallations].sort(([one], [other]) => (one < other ? -1 : 1));
    for (const [installation, count] of otherInstallations) reportOther(run, installation, count);
    const states = await Promise.all(blueprints.map((blueprint) => run.state(blueprint)));
    const left = states.filter((state) => state !== undefined);
    for (const state of left) protectRelationTargets(run, state);
    return left.filter((state) => state.stale().length > 0);
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
