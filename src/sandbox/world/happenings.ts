import { createRandom, type Random } from '../random.ts';
import type { WorldObject, WorldService } from './model.ts';
import type { EventType, IssueType } from './timeline-rows.ts';

const ACCOUNT = 'acme';
export const DAY = 86_400;

/** What happens to something: it begins, and it ends by itself after so many seconds (or, where undefined, not at all). */
interface Happening {
  readonly id: string;
  readonly subject: WorldObject;
  readonly startTime: number;
  readonly seconds: number | undefined;
  readonly summary: string;
  readonly details: string;
  readonly link: string;
}

export interface IssueHappening extends Happening {
  readonly type: IssueType;
}

export interface EventHappening extends Happening {
  readonly type: EventType;
}

/** A cluster with what the world began with there. */
export interface ClusterContents {
  readonly seed: number;
  readonly cluster: string;
  readonly services: readonly WorldService[];
  readonly jobs: () => readonly WorldObject[];
}

/** How many of a type a cluster has on an average day: so many, and one more for each so many services. */
const ISSUES_A_DAY: Readonly<Record<IssueType, { readonly base: number; readonly services: number }>> = {
  availability: { base: 1, services: 25 },
  'failed-deploy': { base: 0.5, services: 60 },
  'node-issue': { base: 0.5, services: 200 },
  'pvc-issue': { base: 0.4, services: 200 },
  'workflow-issue': { base: 0.6, services: 100 },
};

const EVENTS_A_DAY: Readonly<Record<EventType, { readonly base: number; readonly services: number }>> = {
  deploy: { base: 1, services: 12 },
  'node-terminated': { base: 1, services: 100 },
  'node-created': { base: 1, services: 100 },
};

/** The issues of a type that begin in a cluster on a day: a function of the seed and the day, whenever it is asked. */
export function issuesOfDay(contents: ClusterContents, type: IssueType, day: number): readonly IssueHappening[] {
  const random = createRandom(contents.seed, 'issues', contents.cluster, type, day);
  return startsOfDay(random, ISSUES_A_DAY[type], contents, day).map((startTime): IssueHappening => {
    const subject = issueSubject(random, type, contents);
    const id = random.uuid();
    // Most are short. A few go on for longer than Komodor's list reaches back.
    const seconds = random.chance(0.08) ? undefined : random.int(120, random.chance(0.2) ? 2 * DAY : 7_200);
    const { summary, details } = wordsOfIssue(random, type, subject);
    // Some links lead to a list and name no event.
    const event = random.chance(0.92) ? `&eventId=${id}` : '';
    return { id, type, subject, startTime, seconds, summary, details, link: linkTo(subject, startTime, event) };
  });
}

/** The events of a type that begin in a cluster on a day. */
export function eventsOfDay(contents: ClusterContents, type: EventType, day: number): readonly EventHappening[] {
  const random = createRandom(contents.seed, 'events', contents.cluster, type, day);
  // A cluster without services has nothing that could be deployed.
  if (type === 'deploy' && contents.services.length === 0) return [];
  return startsOfDay(random, EVENTS_A_DAY[type], contents, day).map((startTime): EventHappening => {
    const subject = type === 'deploy' ? serviceSubject(random, contents) : nodeSubject(random, contents);
    const id = random.uuid();
    const seconds = random.chance(0.03) ? undefined : random.int(5, 900);
    const { summary, details } = wordsOfEvent(random, type, subject);
    const event = random.chance(0.92) ? `&eventId=${id}` : '';
    return { id, type, subject, startTime, seconds, summary, details, link: linkTo(subject, startTime, event) };
  });
}

/** When things begin on a day, each in a part of the day of its own, so that no two begin in the same second. */
function startsOfDay(
  random: Random,
  { base, services }: { readonly base: number; readonly services: number },
  contents: ClusterContents,
  day: number,
): readonly number[] {
  const average = base + contents.services.length / services;
  const count = Math.round(average * random.int(50, 150) * 0.01);
  const part = Math.floor(DAY / Math.max(1, count));
  return Array.from({ length: count }, (_, at) => day * DAY + at * part + random.int(0, part - 1));
}

function issueSubject(random: Random, type: IssueType, contents: ClusterContents): WorldObject {
  const { cluster } = contents;
  const number = random.int(1, 30);
  switch (type) {
    case 'node-issue':
      return nodeSubject(random, contents);
    case 'pvc-issue':
      return {
        kind: 'PersistentVolumeClaim',
        cluster,
        namespace: namespaceOf(random, contents),
        name: `data-${number}`,
      };
    case 'workflow-issue': {
      const jobs = contents.jobs();
      if (jobs.length > 0 && random.chance(0.85)) {
        const { kind, namespace, name } = random.pick(jobs);
        return { kind, cluster, namespace, name };
      }
      return { kind: 'Workflow', cluster, namespace: 'data-platform', name: `nightly-${number}` };
    }
    default:
      return contents.services.length > 0
        ? serviceSubject(random, contents)
        : { kind: 'Deployment', cluster, namespace: 'kube-system', name: 'coredns' };
  }
}

function serviceSubject(random: Random, { services }: ClusterContents): WorldObject {
  const { kind, cluster, namespace, service } = random.pick(services);
  // A few workloads that the services list does not know: removed since.
  return { kind, cluster, namespace, name: random.chance(0.03) ? `${service}-retired` : service };
}

function nodeSubject(random: Random, { cluster }: ClusterContents): WorldObject {
  return { kind: 'Node', cluster, namespace: '', name: `ip-10-0-${random.int(0, 9)}-${random.int(1, 254)}` };
}

function namespaceOf(random: Random, { services }: ClusterContents): string {
  return services.length > 0 ? random.pick(services).namespace : 'default';
}

/** Where people look at it. What lies in a namespace is named as Komodor names services, everything else by a query. */
function linkTo({ kind, cluster, namespace, name }: WorldObject, startTime: number, event: string): string {
  const app = 'https://app.komodor.com/main';
  if (namespace === '') {
    const query = new URLSearchParams({ cluster, kind, name });
    return `${app}/resources/nodes?${query}${event}`;
  }
  const id = encodeURIComponent(`${ACCOUNT}.${cluster}-${namespace}.${name}`);
  const from = (startTime - 3_600) * 1_000;
  return `${app}/deep-dive/${id}?timeWindow=${from}-${startTime * 1_000}&timeframe=custom${event}`;
}

function wordsOfIssue(
  random: Random,
  type: IssueType,
  { kind, namespace, name }: WorldObject,
): { readonly summary: string; readonly details: string } {
  switch (type) {
    case 'availability': {
      const wanted = random.int(1, 6);
      const reason = random.pick(['BackOff', 'OOMKilled', 'Unhealthy', 'NonZeroExitCode', 'Image', 'Pending']);
      const summary = `${name} has ${random.int(0, wanted - 1)} of ${wanted} pods available`;
      return { summary, details: `[${reason} ContainersNotReady]` };
    }
    case 'failed-deploy':
      return { summary: `The deploy of ${name} failed`, details: 'ProgressDeadlineExceeded' };
    case 'node-issue':
      return {
        summary: `Node ${name} is ${random.pick(['NotReady', 'under memory pressure', 'under disk pressure'])}`,
        details: random.chance(0.9) ? 'Kubelet stopped posting node status.' : '',
      };
    case 'pvc-issue':
      return { summary: `PersistentVolumeClaim ${namespace}/${name} is Pending`, details: 'ProvisioningFailed' };
    case 'workflow-issue':
      return { summary: `${kind} ${namespace}/${name} failed`, details: 'BackoffLimitExceeded' };
  }
}

function wordsOfEvent(
  random: Random,
  type: EventType,
  { name }: WorldObject,
): { readonly summary: string; readonly details: string } {
  switch (type) {
    case 'deploy': {
      const version = `${random.int(0, 9)}.${random.int(0, 30)}`;
      const patch = random.int(0, 8);
      return {
        summary: `${name} was deployed`,
        details: `Image changed: ${name}:${version}.${patch} -> ${name}:${version}.${patch + 1}`,
      };
    }
    case 'node-terminated':
      return { summary: `Node ${name} was terminated`, details: random.pick(['Scale down', 'Spot interruption']) };
    case 'node-created':
      return { summary: `Node ${name} was created`, details: 'Scale up' };
  }
}
