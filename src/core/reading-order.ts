import type { BlueprintShape, Kind } from './model.ts';
import { type Extraction, extractionsWriting } from './run.ts';
import type { SourceKind } from './source.ts';
import { targetsFirst } from './targets-first.ts';
import { underWay } from './under-way.ts';

/**
 * In which order kinds are taken in, and which of them may still give entities. A kind waits only for kinds before it, so
 * the first one that is still being read never waits, and reading always goes on.
 */
export class ReadingOrder {
  readonly kinds: readonly SourceKind[];
  readonly #blueprints: ReadonlyMap<Kind, ReadonlySet<string | null>>;
  readonly #ends = new Map<Kind, PromiseWithResolvers>();
  readonly #open: Set<Kind>;

  /** @param shapes the blueprints that the mapping names; relations to them decide the order */
  constructor(shapes: readonly BlueprintShape[], wanted: readonly Extraction[]) {
    this.kinds = kindsInOrder(shapes, wanted);
    this.#open = new Set(this.kinds.map(({ name }) => name));
    this.#blueprints = new Map(this.kinds.map((kind) => [kind.name, blueprintsOf(kind, wanted)]));
    for (const { name } of this.kinds) this.#ends.set(name, promiseWithResolvers());
  }

  /** How many kinds are still being read. */
  get open(): number {
    return this.#open.size;
  }

  /** Whether a kind before this one is still being read that writes, or may write, a blueprint. */
  mayStillBeGiven(blueprint: string, kind: Kind): boolean {
    return this.#openBefore(kind).some((earlier) => {
      const blueprints = this.#blueprints.get(earlier);
      return blueprints?.has(blueprint) || blueprints?.has(null);
    });
  }

  /**
   * Waits for the kinds that must be complete before this one is taken in: those that it names itself, and those that write
   * the same blueprint, so that the first one of two values is always the same.
   * @throws when one of them has failed
   */
  async turnOf({ name, after }: SourceKind): Promise<void> {
    const earlier = this.#openBefore(name).filter((one) => after.includes(one) || this.#shareBlueprint(one, name));
    await Promise.all(earlier.map((one) => this.#ends.get(one)?.promise));
  }

  /** A kind was read, and what it gave is written. */
  end(kind: Kind): void {
    this.#open.delete(kind);
    this.#ends.get(kind)?.resolve();
  }

  /** The run ends before the kind was read. */
  fail(kind: Kind, error: unknown): void {
    this.#ends.get(kind)?.reject(error);
  }

  #openBefore(kind: Kind): readonly Kind[] {
    if (this.#open.size <= 1 || !this.#open.has(kind)) return [];
    const before: Kind[] = [];
    // A set keeps the order in which it was filled.
    for (const one of this.#open) {
      if (one === kind) return before;
      before.push(one);
    }
    return before;
  }

  #shareBlueprint(one: Kind, other: Kind): boolean {
    const [a, b] = [this.#blueprints.get(one), this.#blueprints.get(other)];
    return a !== undefined && b !== undefined && shareBlueprint(a, b);
  }
}

/** Whether a kind never has to wait for its turn, whatever the order is. */
export function followsNobody(kind: SourceKind, wanted: readonly Extraction[]): boolean {
  const others = [...new Set(wanted.map((extraction) => extraction.kind))].filter((other) => other !== kind);
  const own = blueprintsOf(kind, wanted);
  return others.every((other) => !kind.after.includes(other.name) && !shareBlueprint(own, blueprintsOf(other, wanted)));
}

/** The blueprints that a kind writes; null: it may write any. */
function blueprintsOf(kind: SourceKind, wanted: readonly Extraction[]): ReadonlySet<string | null> {
  return new Set(wanted.flatMap((extraction) => (extraction.kind === kind ? extraction.program.blueprints : [])));
}

function shareBlueprint(a: ReadonlySet<string | null>, b: ReadonlySet<string | null>): boolean {
  return a.has(null) || b.has(null) || [...a].some((blueprint) => b.has(blueprint));
}

/** Kinds whose entities are relation targets first; and every kind after those in its `after`. */
function kindsInOrder(shapes: readonly BlueprintShape[], wanted: readonly Extraction[]): readonly SourceKind[] {
  const byTarget = targetsFirst(shapes, (shape) => shape).flatMap(({ identifier }) =>
    extractionsWriting(wanted, identifier).map(({ kind }) => kind),
  );
  const waiting = new Set([...byTarget, ...wanted.map(({ kind }) => kind)]);
  const ordered: SourceKind[] = [];
  while (waiting.size > 0) {
    const names = [...waiting].map(({ name }) => name);
    // In a cycle the given order is kept.
    const next = [...waiting].find(({ after }) => !after.some((name) => names.includes(name))) ?? [...waiting][0];
    if (next === undefined) break;
    waiting.delete(next);
    ordered.push(next);
  }
  return ordered;
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Node 20 has no Promise.withResolvers. */
function promiseWithResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise: underWay(promise), resolve, reject };
}
