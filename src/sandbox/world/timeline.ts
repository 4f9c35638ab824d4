import {
  type ClusterContents,
  DAY,
  type EventHappening,
  eventsOfDay,
  type IssueHappening,
  issuesOfDay,
} from './happenings.ts';
import type { WorldObject, WorldService } from './model.ts';
import type {
  EventType,
  IssueType,
  Timeline,
  TimelineQuery,
  TimelineRow,
  WorldEvent,
  WorldIssue,
} from './timeline-rows.ts';

/**
 * The issues and deploys of a world: a function of its seed and of the day, so that every window at every time has rows, and
 * the same ones whenever it is asked. What has been changed by hand lies over it.
 */
export class SeededTimeline implements Timeline {
  readonly #clusters: ReadonlyMap<string, ClusterContents>;
  readonly #closed = new Map<string, number>();
  readonly #removed = new Set<string>();

  /** @param makeJobs the jobs that the world began with; made when they are asked for */
  constructor(
    seed: number,
    clusters: readonly string[],
    services: readonly WorldService[],
    makeJobs: () => readonly WorldObject[],
  ) {
    let made: readonly WorldObject[] | undefined;
    const jobs = () => (made ??= makeJobs());
    this.#clusters = new Map(
      clusters.map((cluster) => [
        cluster,
        {
          seed,
          cluster,
          services: services.filter((service) => service.cluster === cluster),
          jobs: () => jobs().filter((job) => job.cluster === cluster),
        },
      ]),
    );
  }

  issues(query: TimelineQuery<IssueType>): readonly TimelineRow<WorldIssue>[] {
    return this.#select(query, issuesOfDay).map((happening) => {
      const { id, subject, type, startTime, summary, details, link } = happening;
      const endTime = this.#endOf(happening, query.now);
      const status = endTime === undefined ? 'open' : 'closed';
      const end = endTime === undefined ? {} : { endTime };
      return { id, namespace: subject.namespace, row: { type, startTime, ...end, status, summary, details, link } };
    });
  }

  events(query: TimelineQuery<EventType>): readonly TimelineRow<WorldEvent>[] {
    return this.#select(query, eventsOfDay).map((happening) => {
      const { id, subject, type, startTime, summary, details, link } = happening;
      const { kind, cluster, namespace, name } = subject;
      const resource = { name, cluster, ...(namespace === '' ? {} : { namespace }), kind };
      const endTime = this.#endOf(happening, query.now);
      const end = endTime === undefined ? {} : { endTime };
      return { id, namespace, row: { resource, type, startTime, ...end, summary, details, link } };
    });
  }

  close(id: string, endTime: number): void {
    this.#closed.set(id, endTime);
  }

  remove(id: string): void {
    this.#removed.add(id);
  }

  #select<Type extends string, Happening extends IssueHappening | EventHappening>(
    query: TimelineQuery<Type>,
    make: (contents: ClusterContents, type: Type, day: number) => readonly Happening[],
  ): readonly Happening[] {
    const { cluster, namespaces, type, fromSeconds, toSeconds, now } = query;
    const contents = this.#clusters.get(cluster);
    if (contents === undefined) return [];
    const last = Math.min(toSeconds, now);
    const found: Happening[] = [];
    for (let day = Math.floor(last / DAY); day >= Math.floor(fromSeconds / DAY); day -= 1) {
      found.push(...[...make(contents, type, day)].reverse());
    }
    return found.filter(
      ({ id, startTime, subject }) =>
        startTime >= fromSeconds &&
        startTime <= last &&
        (namespaces.length === 0 || namespaces.includes(subject.namespace)) &&
        !this.#removed.has(id),
    );
  }

  #endOf({ id, startTime, seconds }: IssueHappening | EventHappening, now: number): number | undefined {
    const closed = this.#closed.get(id);
    const byItself = seconds === undefined ? Number.POSITIVE_INFINITY : startTime + seconds;
    const end = Math.min(closed ?? Number.POSITIVE_INFINITY, byItself);
    return end <= now ? end : undefined;
  }
}
