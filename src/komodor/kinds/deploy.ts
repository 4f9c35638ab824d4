import { z } from 'zod';
import type { JsonObject, RawItem } from '../../core/model.ts';
import type { Selector } from '../../core/selector.ts';
import type { Narrowed, Walk } from '../../core/source.ts';
import { defineKind, type KindSpec } from '../define-kind.ts';
import { hashOf, isObject, textIn } from '../item.ts';
import { knownKind, SERVICE_KINDS } from '../kubernetes-kinds.ts';
import type { Reading } from '../listing.ts';
import { readByCursor } from '../paging.ts';
import { PROBE } from '../probe.ts';
import { under } from '../question.ts';
import { names, PLACE_DOC } from '../selector.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Address } from '../subject.ts';
import { readTimeline, type TimelineQuestion } from '../timeline.ts';
import { derivedOf, placeInTime, secondOf } from '../timeline-item.ts';
import { absenceWithin, PAST_DOC, pastKeys, windowsOfEvent, windowsSince } from '../windows.ts';

const TYPE = 'deploy';
/** For the second read of everything: other windows than the first one asks about. */
const OTHER_WINDOW = 43_200;

interface DeploySelector extends Selector {
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly days: number;
  readonly keepDays: number | null;
  /** Seconds of the longest window that is asked about at once; as long as Komodor allows when absent. */
  readonly longest?: number;
}

const SPEC: KindSpec<DeploySelector> = {
  name: 'komodorDeploy',
  doc: {
    title: 'Deploys of the last days',
    endpoint: 'POST clusters/k8s-events/search with type deploy',
    selector: {
      ...PLACE_DOC,
      ...PAST_DOC,
    },
    blueprint: '`komodorDeploy`, identifier `._.id`',
    addOn: 'deploys',
    identity: 'a digest of cluster, namespace, kind, name and start',
    absence:
      'gone within the days that are read: deleted once it is confirmed; older ones stay until keepDays have passed since their start',
    completeness:
      'cluster by cluster, in windows of at most two days; every page leads to the next, none repeats, the last says so; an absence is confirmed by asking for the seconds around its start, and for the time since then',
    mayLack: ['endTime', 'resource.namespace'],
  },
  after: ['komodorCluster', 'komodorService'],
  pageSize: 200,
  largestPage: 1_000,
  rows: ['data', 'events'],
  selector: z.object({ clusters: names(), namespaces: names(), ...pastKeys }),
  identify(row) {
    const { id, about } = derivedOf(row);
    return { identity: [id], label: `deploy of ${about?.namespace ?? '?'}/${about?.name ?? '?'} (${id ?? '?'})` };
  },
  derive(row, asked) {
    const resource = isObject(row.resource) ? row.resource : {};
    const cluster = textIn(resource, 'cluster') ?? asked.cluster ?? '';
    const [kind, namespace, name] = ['kind', 'namespace', 'name'].map((field) => textIn(resource, field));
    const { startTime } = row;
    const isTold = kind !== undefined && name !== undefined && startTime !== undefined;
    const digest = hashOf(isTold ? { cluster, namespace: namespace ?? null, kind, name, startTime } : row);
    const about = namespace === undefined || name === undefined ? null : { namespace, name };
    const isService = about !== null && SERVICE_KINDS.some((known) => known === kind);
    return { id: digest.hash, cluster, about, service: isService ? { kind, cluster, ...about } : null };
  },
  probe: {
    row: {
      resource: { name: PROBE.name, cluster: PROBE.cluster, namespace: PROBE.namespace, kind: 'Deployment' },
      type: TYPE,
      startTime: PROBE.moment,
      endTime: PROBE.moment + 60,
      summary: 'probe-summary-q7x',
      details: 'probe-details-q7x',
      link: 'https://app.komodor.com/main/deep-dive/probe-link-q7x?timeframe=custom',
    },
    asked: { cluster: PROBE.cluster },
    place: {
      id: hashOf({
        cluster: PROBE.cluster,
        namespace: PROBE.namespace,
        kind: 'Deployment',
        name: PROBE.name,
        startTime: PROBE.moment,
      }).hash,
      cluster: PROBE.cluster,
      namespace: PROBE.namespace,
      kind: 'Deployment',
      name: PROBE.name,
      startTime: String(PROBE.moment),
    },
  },
  identity: ['id'],
  placeOf(item) {
    const { id, cluster, about } = derivedOf(item.value);
    return placeInTime({ id, cluster, ...about, kind: kindOf(item.value) }, item.value.startTime);
  },
  scope({ cluster, startTime }) {
    const second = secondOf(startTime);
    return cluster && second !== undefined ? { cluster, startTime: String(second) } : undefined;
  },
  scopeParts: ['cluster'],
  limits: ({ cluster, namespace }) => ({ clusters: cluster, namespaces: namespace }),
  absence: (selector, now) => absenceWithin(selector, 'startTime', now),
  narrow,
  read(reading, selector) {
    const { clusters, days, longest } = selector;
    const asked = { what: 'deploys', clusters, types: [TYPE], days, longest };
    return readTimeline(reading, asked, (question) => readListing(reading, selector, question));
  },
  readScope(reading, selector, { cluster = '', namespace, startTime }) {
    const second = secondOf(startTime);
    const windows =
      second === undefined ? windowsOfEvent(selector.days, reading.now()) : windowsSince(second, reading.now());
    const limited = namespace === undefined ? selector : { ...selector, namespaces: [namespace] };
    return sideBySide(
      windows.map((window) => readListing(reading, limited, { cluster, type: TYPE, window, others: [] })),
    );
  },
  *recut(selector) {
    yield { ...selector, longest: OTHER_WINDOW };
  },
};

/** The deploys of the last days. */
export const komodorDeploy = defineKind(SPEC);

/** A workload's youngest deploys. No live event deletes any. */
function narrow({ cluster, namespace, kind: spelled, name }: Address): Narrowed | undefined {
  const kind = knownKind(SERVICE_KINDS, spelled);
  if (kind === undefined || cluster === '' || namespace === '') return undefined;
  return {
    scope: { cluster, namespace },
    holds({ value }: RawItem) {
      const { about } = derivedOf(value);
      return about?.namespace === namespace && about.name === name && kindOf(value) === kind;
    },
    identifiedBy: [{ cluster, namespace, kind, name }, { cluster }],
    confirmWith: {},
    around: { clusters: [cluster] },
    deletedWithSubject: false,
  };
}

function readListing(
  reading: Reading,
  { namespaces }: DeploySelector,
  { cluster, type, window }: TimelineQuestion,
): Walk {
  return readByCursor(reading, SPEC, {
    what: `deploys in cluster ${cluster}`,
    method: 'POST',
    path: '/clusters/k8s-events/search',
    body: { scope: { cluster, ...(namespaces.length > 0 ? { namespaces } : {}) }, props: { type, ...window } },
    rows: under(...SPEC.rows),
    metaCountsRows: true,
    asked: { cluster },
    inScope: ({ value }) => (derivedOf(value).cluster ?? cluster) === cluster,
  });
}

function kindOf({ resource }: JsonObject): string | undefined {
  return isObject(resource) ? textIn(resource, 'kind') : undefined;
}
