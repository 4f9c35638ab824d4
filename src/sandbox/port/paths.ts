import type { Blueprint } from './model.ts';
import { own } from './model.ts';

/** One relation of a way through the catalog: along it, or against it. */
export interface Step {
  readonly direction: 'along' | 'against';
  /** The blueprint that has the relation. */
  readonly owner: string;
  readonly relation: string;
  /** The blueprint that it points at. */
  readonly target: string;
}
export type Path = readonly Step[];

export type Blueprints = ReadonlyMap<string, Pick<Blueprint, 'relations'>>;

interface PathFilter {
  readonly path: readonly string[];
  readonly fromBlueprint?: string | undefined;
}

/** The one path that a filter names, as it goes from `source` to `target`; undefined when it does not lead there. */
export function readPath(
  blueprints: Blueprints,
  source: string,
  target: string,
  { path, fromBlueprint = source }: PathFilter,
): Path | undefined {
  const steps: Step[] = [];
  let at = fromBlueprint;
  for (const relation of path) {
    const next = own(blueprints.get(at)?.relations ?? {}, relation)?.target;
    if (next === undefined) return undefined;
    steps.push({ direction: 'along', owner: at, relation, target: next });
    at = next;
  }
  if (fromBlueprint === source && at === target) return steps;
  if (fromBlueprint !== target || at !== source) return undefined;
  return steps.reverse().map((step) => ({ ...step, direction: 'against' }));
}

/** All ways from one blueprint to another, over relations in both directions, that come by no blueprint twice. */
export function pathsBetween(blueprints: Blueprints, source: string, target: string): readonly Path[] {
  const found: Path[] = [];
  const walk = (at: string, path: Path, passed: ReadonlySet<string>) => {
    for (const { step, to } of stepsFrom(blueprints, at)) {
      if (to === target) found.push([...path, step]);
      else if (!passed.has(to)) walk(to, [...path, step], new Set([...passed, to]));
    }
  };
  walk(source, [], new Set([source]));
  return found;
}

function* stepsFrom(blueprints: Blueprints, at: string): Generator<{ readonly step: Step; readonly to: string }> {
  for (const [owner, { relations }] of blueprints) {
    for (const [relation, { target }] of Object.entries(relations)) {
      if (owner === at && blueprints.has(target))
        yield { step: { direction: 'along', owner, relation, target }, to: target };
      if (target === at) yield { step: { direction: 'against', owner, relation, target }, to: owner };
    }
  }
}
