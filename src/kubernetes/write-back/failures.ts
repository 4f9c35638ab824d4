import { messageOf } from '../../core/errors.ts';
import type { Problem } from '../../core/report.ts';
import { HttpFailure } from '../../net/http-failure.ts';
import type { ToldObject } from './collect.ts';

/** After so many failures of one sort in a row no more of it is tried in this run. */
const FAILURES_IN_A_ROW = 3;
const SAMPLES = 5;

type Sort = 'status' | 'events';

/** What could not be told, by sort and status. */
export class Failures {
  readonly #inARow = new Map<Sort, number>();
  readonly #problems = new Map<string, { readonly message: string; count: number; readonly samples: string[] }>();

  /** Does something of a sort, unless that failed too often. Never throws. */
  async around(
    sort: Sort,
    { object, kind }: ToldObject,
    action: () => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const inARow = this.#inARow.get(sort) ?? 0;
    const label = [object.kind, object.namespace, object.name].filter((part) => part !== '').join('/');
    if (inARow >= FAILURES_IN_A_ROW) {
      this.#add(
        `${sort} given up`,
        `After ${FAILURES_IN_A_ROW} failures in a row no more ${nameOf(sort)} were written`,
        label,
      );
      return;
    }
    try {
      await action();
      this.#inARow.set(sort, 0);
    } catch (error) {
      if (signal.aborted) return;
      const status = error instanceof HttpFailure ? error.status : undefined;
      // An object that is gone has nobody left to tell, unless it is the status that there is not.
      if (status === 404 && sort === 'events') return;
      this.#inARow.set(sort, inARow + 1);
      this.#add(
        `${sort} ${status}`,
        `${nameOf(sort)} could not be written: ${adviceFor(sort, kind, status) ?? messageOf(error)}`,
        label,
      );
    }
  }

  problems(): readonly Problem[] {
    return [...this.#problems.values()].map(({ message, count, samples }) => ({
      code: 'write_back_failed',
      severity: 'warning',
      message,
      count,
      samples,
    }));
  }

  #add(group: string, message: string, sample: string): void {
    const known = this.#problems.get(group) ?? { message, count: 0, samples: [] };
    this.#problems.set(group, known);
    known.count += 1;
    if (known.samples.length < SAMPLES) known.samples.push(sample);
  }
}

function nameOf(sort: Sort): string {
  return sort === 'status' ? 'the status of objects' : 'Events';
}

/** What to do about an answer; undefined when its own message has to do. */
function adviceFor(sort: Sort, kind: string, status: number | undefined): string | undefined {
  const plural = kind.slice(kind.lastIndexOf('/') + 1);
  if (status === 403) {
    const rule =
      sort === 'status'
        ? `{apiGroups: [getport.io], resources: [${plural}/status], verbs: [patch]}`
        : '{apiGroups: [""], resources: [events], verbs: [create, patch]}';
    return `the rights of the service do not allow it. Add the rule ${rule}`;
  }
  if (status === 404 && sort === 'status') {
    return (
      `the definition ${plural}.getport.io has no status, or the objects are gone. Apply the definitions of deploy/catalog/crds, ` +
      'or set KUBERNETES_WRITE_BACK=events'
    );
  }
  return undefined;
}
