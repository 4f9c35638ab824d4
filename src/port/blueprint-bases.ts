import type { PortBlueprint } from './blueprint-documents.ts';

/** For each of our blueprints, those before it in the list that have to be done first. */
export type Bases = ReadonlyMap<string, readonly string[]>;

/** Those to which the relations of each lead, directly or through others. @param ours targets of relations first */
export function relationBases(ours: readonly PortBlueprint[]): Bases {
  const reached = reachedByRelations(ours);
  return before(ours, (earlier, later) => reached(later).has(earlier.identifier));
}

/**
 * Those that may compute with properties of each, or the other way round, so that Port is told of them in the same order
 * every time: a mirror shows what is at the end of relations, an aggregation its target.
 */
export function computedBases(ours: readonly PortBlueprint[]): Bases {
  const reached = reachedByRelations(ours);
  const computesWith = (document: PortBlueprint, { identifier }: PortBlueprint) =>
    targetsOf(document.aggregationProperties).includes(identifier) ||
    (Object.keys(document.mirrorProperties).length > 0 && reached(document).has(identifier));
  return before(ours, (earlier, later) => computesWith(later, earlier) || computesWith(earlier, later));
}

function before(
  ours: readonly PortBlueprint[],
  isNeeded: (earlier: PortBlueprint, later: PortBlueprint) => boolean,
): Bases {
  return new Map(
    ours.map((document, at) => {
      const needed = ours.slice(0, at).filter((earlier) => isNeeded(earlier, document));
      return [document.identifier, needed.map(({ identifier }) => identifier)];
    }),
  );
}

function reachedByRelations(ours: readonly PortBlueprint[]): (from: PortBlueprint) => ReadonlySet<string> {
  const targets = new Map(ours.map(({ identifier, relations }) => [identifier, targetsOf(relations)]));
  return ({ identifier }) => {
    const reached = new Set<string>();
    const open = [identifier];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const further = (targets.get(next) ?? []).filter((name) => !reached.has(name));
      for (const name of further) reached.add(name);
      open.push(...further);
    }
    return reached;
  };
}

function targetsOf(section: { readonly [id: string]: { readonly target: string } }): readonly string[] {
  return Object.values(section).map(({ target }) => target);
}
