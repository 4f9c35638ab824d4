import { BlueprintBook, type WhereOf } from './blueprint-book.ts';
import type { BlueprintState } from './blueprint-state.ts';
import type { Taint } from './deletion.ts';
import type { FieldCounts } from './field-counts.ts';
import { LaneBook } from './lane-book.ts';
import type { BlueprintShape, Entity } from './model.ts';
import { Recorder, type Recording } from './recorder.ts';
import { extractionsCreating, extractionsWriting, type Run } from './run.ts';

type RunInputs = Pick<Run, 'ports' | 'mapping' | 'extractions' | 'observer' | 'problems' | 'signal'> & {
  readonly recording?: Recording | undefined;
  /** Missing where nobody asks for the times. */
  readonly lanes?: LaneBook;
  readonly fields?: FieldCounts | undefined;
  /** What stands in the way of deletions in a blueprint from the beginning. */
  readonly standingTaints?: (blueprint: string) => readonly Taint[];
};

/** Creates what the steps of a run share. @param whereOf limits which of our entities are read from Port */
export function openRun(
  { ports, mapping, extractions, observer, problems, signal, recording, fields, lanes, standingTaints }: RunInputs,
  whereOf?: WhereOf,
): Run {
  /** What was found while reading: how it taints a blueprint, if it concerns that. */
  const taints = new Map<string, (state: BlueprintState) => void>();
  // A computed blueprint may be found only after a taint that applies to it.
  function onLoad(state: BlueprintState): void {
    for (const apply of taints.values()) apply(state);
    for (const taint of standingTaints?.(state.shape.identifier) ?? []) state.taint(taint);
  }
  const book = new BlueprintBook(ports.catalog, extractions, problems, signal, onLoad, whereOf);
  const needed = new Map<string, Set<string>>();
  return {
    ports,
    mapping,
    extractions,
    problems,
    observer,
    signal,
    lanes: lanes ?? new LaneBook(() => ports.now().getTime()),
    fields,
    recorder: recording && new Recorder(recording, { ports, problems, signal }),
    shape: (blueprint) => book.shape(blueprint),
    state: (blueprint) => book.get(blueprint),
    states: () => book.all(),
    writes: (blueprint) => extractionsWriting(extractions, blueprint).length > 0,
    taint(kind, blueprint, taint) {
      const apply = (state: BlueprintState) => {
        const { identifier } = state.shape;
        const concerned = extractionsCreating(extractions, identifier).some(
          (extraction) => extraction.kind.name === kind,
        );
        if (concerned && (blueprint === null || blueprint === identifier)) state.taint(taint);
      };
      const key = JSON.stringify([kind, blueprint, taint.reason]);
      if (taints.has(key)) return;
      taints.set(key, apply);
      for (const state of book.all()) apply(state);
    },
    async protectTargets(entity: Entity, shape: BlueprintShape) {
      for (const [relation, value] of Object.entries(entity.relations)) {
        const target = shape.relations[relation]?.target;
        if (target === undefined) continue;
        const names = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
        if (extractionsWriting(extractions, target).length === 0) {
          const known = needed.get(target) ?? new Set();
          for (const name of names) known.add(name);
          needed.set(target, known);
          continue;
        }
        const state = await book.get(target);
        for (const name of names) state?.protect(name);
      }
    },
    neededByRelations: (blueprint) => needed.get(blueprint) ?? [],
  };
}
