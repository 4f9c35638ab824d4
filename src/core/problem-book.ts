import type { Code } from './errors.ts';
import { keepFirst } from './keep-first.ts';
import type { Kind } from './model.ts';
import type { Locate, MappingPlace } from './places.ts';
import type { ItemProblem, RunObserver } from './ports.ts';
import type { Problem } from './report.ts';

const SAMPLES = 5;

export interface Incident {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly kind?: Kind;
  /** Incidents with the same code, kind and group become one problem with a count. Usually the field or blueprint. */
  readonly group: string;
  readonly message: string;
  /** The expression of the mapping that it comes from. */
  readonly place?: MappingPlace;
  /** The name of the item or entity. */
  readonly sample?: string;
  /** The label of the item that it concerns, where `sample` names something else. */
  readonly item?: string;
  readonly samples?: readonly string[];
  readonly count?: number;
}

interface OpenProblem {
  readonly incident: Incident;
  count: number;
  readonly samples: string[];
}

/** Collects the problems of a run. Equal failures become one problem with a count and a few names. */
export class ProblemBook {
  readonly #problems = new Map<string, OpenProblem>();
  readonly #listener: ((problem: Problem) => void) | undefined;
  readonly #onItem: ((problem: ItemProblem) => void) | undefined;

  /**
   * @param listener called when a problem occurs for the first time
   * @param onItem called for every item that a problem concerns
   */
  constructor(listener?: (problem: Problem) => void, onItem?: (problem: ItemProblem) => void) {
    this.#listener = listener;
    this.#onItem = onItem;
  }

  add(incident: Incident): void {
    const key = JSON.stringify([incident.code, incident.kind ?? null, incident.group]);
    const known = this.#problems.get(key);
    const problem = known ?? { incident, count: 0, samples: [] };
    problem.count += incident.count ?? 1;
    const { sample, samples = [], item = sample, kind, code, message } = incident;
    if (item !== undefined) this.#onItem?.({ kind, label: item, code, message });
    for (const name of sample === undefined ? samples : [sample, ...samples])
      keepFirst(problem.samples, name, SAMPLES, (one) => one);
    if (known) return;
    this.#problems.set(key, problem);
    this.#listener?.(close(problem, () => undefined));
  }

  /** Adds finished problems (from parsing the mapping, from preparing Port). */
  include(problems: readonly Problem[]): void {
    for (const problem of problems) this.add({ ...problem, group: problem.message });
  }

  get hasErrors(): boolean {
    return [...this.#problems.values()].some(({ incident }) => incident.severity === 'error');
  }

  get size(): number {
    return this.#problems.size;
  }

  /**
   * Brings the problems behind the first ones into the order of their kinds, because kinds are read side by side and what
   * comes first is chance. Those of no kind come before them.
   */
  arrange(first: number, kinds: readonly Kind[]): void {
    const rank = ([, { incident }]: [string, OpenProblem]) =>
      incident.kind === undefined ? -1 : kinds.indexOf(incident.kind);
    const all = [...this.#problems];
    const arranged = all.slice(first).sort((a, b) => rank(a) - rank(b));
    this.#problems.clear();
    for (const [key, problem] of [...all.slice(0, first), ...arranged]) this.#problems.set(key, problem);
  }

  /** @param locate finds the expressions that problems come from */
  list(locate: Locate = () => undefined): Problem[] {
    return [...this.#problems.values()].map((problem) => close(problem, locate));
  }
}

/** A book that tells an observer. */
export function problemBookFor(observer: Pick<RunObserver, 'problem' | 'itemProblem'>): ProblemBook {
  return new ProblemBook(
    (problem) => observer.problem?.(problem),
    (problem) => observer.itemProblem?.(problem),
  );
}

function close({ incident, count, samples }: OpenProblem, locate: Locate): Problem {
  const { code, severity, kind, message, place } = incident;
  const at = place && locate(place);
  return { code, severity, ...(kind === undefined ? {} : { kind }), message, ...at, count, samples: [...samples] };
}
