import { BlueprintBook, type WhereOf } from './blueprint-book.ts';
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
};

/** Creates what the steps of a run share. @param whereOf limits which of our entities are read from Port */
export function openRun(
  { ports, mapping, extractions, observer, problems, signal, recording, fields, lanes }: RunInputs,
  whereOf?: WhereOf,
): Run {
  const book = new BlueprintBook(ports.catalog, extractions, problems, signal, whereOf);
  const taints = new Map<string, () => void>();
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
    state: (blueprint) => book.get(blueprint),
    states: () => book.all(),
    writes: (blueprint) => extractionsWriting(extractions, blueprint).length > 0,
    taint(kind, blueprint, taint) {
      const apply = () => {
        for (const state of book.all()) {
          const { identifier } = state.shape;
          const concerned = extractionsCreating(extractions, identifier).some(
            (extraction) => extraction.kind.name === kind,
          );
          if (concerned && (blueprint === null || blueprint === identifier)) state.taint(taint);
        }
      };
      const key = JSON.stringify([kind, blueprint, taint.reason]);
      if (!taints.has(key)) apply();
      taints.set(key, apply);
    },
    // A computed blueprint may be found only after a taint that applies to it.
    applyTaints: () => {
      for (const apply of taints.values()) apply();
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
