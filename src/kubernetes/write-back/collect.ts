import { z } from 'zod';
import type { RawItem } from '../../core/model.ts';
import type { EntityDone, ItemProblem, RunObserver } from '../../core/ports.ts';
import { type Conditions, conditionsIn } from './condition.ts';
import type { ObjectReference } from './event.ts';

/** The kinds whose objects are told what became of them. */
const TOLD_KINDS: readonly string[] = ['getport.io/v1/entities', 'getport.io/v1/clusterentities'];

/** Not more problems than this are kept of one object. */
const PROBLEMS_PER_OBJECT = 20;

const referenceSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string().min(1), namespace: z.string().catch(''), uid: z.string().catch('') }),
});

/** An object that a run has read, and what became of it. */
export interface ToldObject {
  readonly kind: string;
  readonly object: ObjectReference;
  readonly conditions: Conditions;
  readonly done: readonly EntityDone[];
  readonly problems: readonly ItemProblem[];
}

interface Collected extends ToldObject {
  readonly entities: Map<string, EntityDone>;
  readonly problems: ItemProblem[];
}

/** Collects what a run tells of the objects of the cluster that are told what became of them. */
export class Collector {
  readonly #objects = new Map<string, Collected>();

  /** The observer of the run. */
  readonly observer: RunObserver = {
    itemsRead: (kind, items) => {
      if (TOLD_KINDS.includes(kind)) for (const item of items) this.#read(kind, item);
    },
    entityDone: (done) => {
      this.#objects.get(done.label)?.entities.set(JSON.stringify([done.blueprint, done.identifier]), done);
    },
    itemProblem: (problem) => {
      const problems = this.#objects.get(problem.label)?.problems;
      if (problems && problems.length < PROBLEMS_PER_OBJECT) problems.push(problem);
    },
  };

  get objects(): readonly ToldObject[] {
    return [...this.#objects.values()];
  }

  #read(kind: string, { label, value }: RawItem): void {
    // Two selectors of a mapping may read the same object.
    if (this.#objects.has(label)) return;
    const read = referenceSchema.safeParse(value);
    if (!read.success) return;
    const { apiVersion, kind: itsKind, metadata } = read.data;
    const entities = new Map<string, EntityDone>();
    this.#objects.set(label, {
      kind,
      object: { apiVersion, kind: itsKind, ...metadata },
      conditions: conditionsIn(value),
      entities,
      problems: [],
      get done() {
        return [...entities.values()];
      },
    });
  }
}
