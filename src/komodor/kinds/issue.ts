import { z } from 'zod';
import type { JsonObject, RawItem } from '../../core/model.ts';
import type { Selector } from '../../core/selector.ts';
import type { Narrowed, Place, Walk } from '../../core/source.ts';
import { defineKind, type KindSpec } from '../define-kind.ts';
import { hashOf, textIn } from '../item.ts';
import { eventIdIn, namedIn } from '../links.ts';
import type { Reading } from '../listing.ts';
import { readByPage } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { under } from '../question.ts';
import { names, PLACE_DOC, someOf } from '../selector.ts';
import { createServiceKinds, type ServiceKinds, withServiceKinds } from '../service-kinds.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Address } from '../subject.ts';
import { readTimeline, type TimelineQuestion } from '../timeline.ts';
import { derivedOf, placeInTime, secondOf } from '../timeline-item.ts';
import { absenceWithin, PAST_DOC, pastKeys, windowsOfEvent, windowsSince } from '../windows.ts';

const TYPES = ['availability', 'failed-deploy', 'node-issue', 'pvc-issue', 'workflow-issue'] as const;
type Type = (typeof TYPES)[number];
const STATUSES = ['open', 'closed'] as const;
/** Types whose issues are about a service. */
const OF_SERVICES: readonly string[] = ['availability', 'failed-deploy'] satisfies Type[];
/** The types of the issues that a thing of Kubernetes can have, by its kind, which events write in several spellings. */
const TYPES_OF: { readonly [kind: string]: readonly Type[] } = {
  node: ['node-issue'],
  persistentvolumeclaim: ['pvc-issue'],
  job: ['workflow-issue'],
  cronjob: ['workflow-issue'],
  workflow: ['workflow-issue'],
  deployment: ['availability', 'failed-deploy'],
  daemonset: ['availability', 'failed-deploy'],
  statefulset: ['availability', 'failed-deploy'],
  rollout: ['availability', 'failed-deploy'],
};
/** For the second read of everything: other windows than the first one asks about. */
const OTHER_WINDOW = 43_200;

interface IssueSelector extends Selector {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly types: readonly string[];
  readonly statuses: readonly string[];
  readonly days: number;
  readonly keepDays: number | null;
  /** Seconds of the longest window that is asked about at once; as long as Komodor allows when absent. */
  readonly longest?: number;
}

const EVENT_ID = '5eed0000-7a7a-4b4b-8c8c-9d9d0e0e1f20';

const SPEC: KindSpec<IssueSelector> = {
  name: 'komodorIssue',
  doc: {
    title: 'Issues: what went wrong in the last days, and whether it still does',
    endpoint: 'POST clusters/issues/search',
    selector: {
      clusters: PLACE_DOC.clusters,
      namespaces: 'Names of namespaces. Default: all, and what lies in none.',
      types: `Types, of ${TYPES.join(', ')}. Default: all.`,
      statuses: `Statuses, of ${STATUSES.join(', ')}. Default: both.`,
      ...PAST_DOC,
    },
    blueprint: '`komodorIssue`, identifier `._.id`',
    addOn: 'issues',
    identity: 'the event id in the link; without one, a digest of cluster, type, start and summary',
    absence:
      'gone within the days that are read: deleted once it is confirmed; older ones stay until keepDays have passed since their start',
    completeness:
      'cluster by cluster, type by type, in windows of at most two days; every page leads to the next, none repeats, and behind the last one there is nothing; an absence is confirmed by asking for the seconds around its start, and for the time since then',
    mayLack: ['endTime'],
  },
  after: ['komodorCluster', 'komodorService'],
  pageSize: 100,
  largestPage: 500,
  rows: ['data', 'issues'],
  selector: z.object({
    clusters: names(),
    namespaces: names(),
    types: someOf(TYPES),
    statuses: someOf(STATUSES),
    ...pastKeys,
  }),
  identify(row) {
    const { id } = derivedOf(row);
    const label = `${textIn(row, 'type') ?? '?'}: ${textIn(row, 'summary') ?? '?'} (${id ?? '?'})`;
    return { identity: [id], label };
  },
  derive(row, { cluster = '', kind }) {
    const link = textIn(row, 'link');
    const { type, startTime, summary } = row;
    const isTold = typeof type === 'string' && startTime !== undefined && typeof summary === 'string';
    const digest = isTold ? hashOf({ cluster, type, startTime, summary }) : hashOf(row);
    const named = namedIn(link, cluster);
    const service = named && OF_SERVICES.includes(String(type)) ? { kind: kind ?? null, cluster, ...named } : null;
    return { id: eventIdIn(link) ?? digest.hash, cluster, about: named ?? null, service };
  },
  probe: {
    row: {
      type: 'availability',
      startTime: PROBE.moment,
      endTime: PROBE.moment + 60,
      status: 'closed',
      summary: 'probe-summary-q7x',
      details: 'probe-details-q7x',
      link: `https://app.komodor.com/main/deep-dive/probe.${PROBE.cluster}-${PROBE.namespace}.${PROBE.name}?timeframe=custom&eventId=${EVENT_ID}`,
    },
    asked: { cluster: PROBE.cluster, kind: 'Deployment' },
    place: {
      id: EVENT_ID,
      cluster: PROBE.cluster,
      namespace: PROBE.namespace,
      kind: 'Deployment',
      name: PROBE.name,
      type: 'availability',
      startTime: String(PROBE.moment),
    },
  },
  identity: ['id'],
  placeOf(item) {
    const { id, cluster, about, service } = derivedOf(item.value);
    return placeInTime({ id, cluster, ...about, kind: service?.kind, type: item.value.type }, item.value.startTime);
  },
  scope({ cluster, type, startTime }) {
    const second = secondOf(startTime);
    return cluster && type && second !== undefined ? { cluster, type, startTime: String(second) } : undefined;
  },
  scopeParts: ['cluster'],
  limits: ({ cluster, namespace, type }) => ({ clusters: cluster, namespaces: namespace, types: type }),
  absence: (selector, now) => absenceWithin(selector, 'startTime', now),
  narrow,
  read(reading, selector) {
    const kinds = createServiceKinds(reading);
    const { clusters, types, days, longest } = selector;
    const asked = { what: 'issues', clusters, types: types.length > 0 ? types : TYPES, days, longest };
    return readTimeline(reading, asked, (question) => readListing(reading, selector, question, kinds));
  },
  readScope,
  *recut(selector) {
    yield { ...selector, longest: OTHER_WINDOW };
  },
};

/** What went wrong in the last days. */
export const komodorIssue = defineKind(SPEC);

/** What may have changed with a thing: its youngest issues, and the one of the event. No live event deletes any. */
function narrow({ cluster, namespace, kind, name, began }: Address): Narrowed | undefined {
  const types = TYPES_OF[kind.toLowerCase()];
  if (types === undefined || cluster === '') return undefined;
  const [type = '', ...more] = types;
  return {
    scope: {
      ...{ cluster, types: types.join() },
      ...(namespace === '' ? {} : { namespace }),
      ...(began === undefined ? {} : { began }),
    },
    /** An issue that does not tell what it is about may be the one. */
    holds({ value }: RawItem) {
      const { about } = derivedOf(value);
      return (
        types.some((type) => type === value.type) &&
        (about === undefined || (about.namespace === namespace && about.name === name))
      );
    },
    identifiedBy: [more.length === 0 ? { cluster, type } : { cluster, namespace, name }, { cluster }],
    confirmWith: {},
    around: { clusters: [cluster] },
    deletedWithSubject: false,
  };
}

/** A second, or the types of a thing that a live event names. */
function readScope(
  reading: Reading,
  selector: IssueSelector,
  { cluster = '', namespace, type, types, startTime, began }: Place,
): Walk {
  const kinds = createServiceKinds(reading);
  const second = secondOf(startTime);
  const windows =
    second === undefined ? windowsOfEvent(selector.days, reading.now(), began) : windowsSince(second, reading.now());
  const limited = namespace === undefined ? selector : { ...selector, namespaces: [namespace] };
  const asked = (type === undefined ? (types ?? '').split(',') : [type]).filter(
    (one) => selector.types.length === 0 || selector.types.includes(one),
  );
  return sideBySide(
    asked.flatMap((one) =>
      windows.map((window) => readListing(reading, limited, { cluster, type: one, window, others: [] }, kinds)),
    ),
  );
}

function readListing(
  reading: Reading,
  { namespaces, statuses }: IssueSelector,
  { cluster, type, window, others }: TimelineQuestion,
  kinds: ServiceKinds,
): Walk {
  const walk = readByPage(reading, SPEC, {
    what: `issues of type ${type} in cluster ${cluster}`,
    method: 'POST',
    path: '/clusters/issues/search',
    body: {
      scope: { cluster, ...(namespaces.length > 0 ? { namespaces } : {}) },
      props: { type, statuses: statuses.length > 0 ? statuses : STATUSES, ...window },
    },
    rows: under(...SPEC.rows),
    asked: { cluster },
    inScope: ({ value }) => isAskedFor(value, cluster, type, others),
  });
  return withServiceKinds(kinds, walk);
}

/** Whether an issue may be one that was asked for: not of another type, and not named as of another cluster. */
function isAskedFor(row: JsonObject, cluster: string, type: string, others: readonly string[]): boolean {
  if (typeof row.type === 'string' && row.type !== type) return false;
  const link = textIn(row, 'link');
  return namedIn(link, cluster) !== undefined || !others.some((other) => namedIn(link, other) !== undefined);
}
