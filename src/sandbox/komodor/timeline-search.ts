import { z } from 'zod';
import type { SandboxResponse } from '../http.ts';
import type { World } from '../world/model.ts';
import type { TimelineQuery, TimelineRow } from '../world/timeline-rows.ts';
import { errorAnswer } from './answers.ts';
import type { AskFault } from './list-faults.ts';

const DAY = 86_400;
const MAX_WINDOW = 2 * DAY;
const MAX_AGE = 7 * DAY;

/**
 * How far back a whole read reaches. Clocks are never quite the same, so that nobody asks for the very first minutes of the
 * week: a moment later they are too old.
 */
export const OLDEST_READ = MAX_AGE - 600;

/** How a request names a window of time, in seconds since 1970. */
export const windowShape = { fromEpoch: z.int().optional(), toEpoch: z.int().optional() };

/** The cluster that a search is about, and the namespaces that it is limited to. */
export const clusterShape = z.object({ cluster: z.string().min(1), namespaces: z.array(z.string()).default([]) });

interface AskedWindow {
  readonly fromEpoch?: number | undefined;
  readonly toEpoch?: number | undefined;
}

interface TimeWindow {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The window that is asked for, the last day where none is; or why Komodor does not answer that. */
function readWindow({ fromEpoch, toEpoch }: AskedWindow, now: number): TimeWindow | SandboxResponse {
  const toSeconds = toEpoch ?? now;
  const fromSeconds = fromEpoch ?? toSeconds - DAY;
  if (fromSeconds > toSeconds) return refused('fromEpoch', 'must not be after toEpoch');
  if (toSeconds - fromSeconds > MAX_WINDOW) return refused('fromEpoch', 'the time range must be at most 2 days');
  if (fromSeconds < now - MAX_AGE) return refused('fromEpoch', 'must be at most 7 days back');
  return { fromSeconds, toSeconds };
}

function refused(field: string, message: string): SandboxResponse {
  return errorAnswer(400, `bad request: ${field} ${message}`, [{ field: `props.${field}`, message }]);
}

/** What a search of a cluster within a window asks for. */
export interface TimelineSearch<Type extends string> {
  readonly scope: z.infer<typeof clusterShape>;
  readonly props: AskedWindow & { readonly type: Type };
}

/** Whether a search is limited to namespaces, or to so short a window that it asks after single things in it. */
export function isNarrow({ scope, props: { fromEpoch, toEpoch } }: TimelineSearch<string>): boolean {
  const isShort = fromEpoch !== undefined && toEpoch !== undefined && toEpoch - fromEpoch <= 3_600;
  return isShort || scope.namespaces.length > 0;
}

/** A row of a timeline with the cluster that it is of. */
export interface ClusterRow<Row> extends TimelineRow<Row> {
  readonly cluster: string;
}

/** What a search gives, or why Komodor does not answer it. */
export function searchTimeline<Type extends string, Row>(
  { clusters }: World,
  { scope, props }: TimelineSearch<Type>,
  now: number,
  ask: AskFault,
  find: (query: TimelineQuery<Type>) => readonly TimelineRow<Row>[],
): readonly ClusterRow<Row>[] | SandboxResponse {
  const refused = refusedPair(ask, props.type, scope.cluster);
  if (refused !== undefined) return refused;
  const window = readWindow(props, now);
  if ('status' in window) return window;
  const everywhere = ask('ignore-scope') !== undefined;
  const asked = everywhere ? clusters.map(({ name }) => name) : [scope.cluster];
  const query = { namespaces: everywhere ? [] : scope.namespaces, type: props.type, ...window, now };
  return asked.flatMap((cluster) => find({ ...query, cluster }).map((found) => ({ ...found, cluster })));
}

/** `refuse-pair STATUS TYPE CLUSTER`: Komodor fails for one type of one cluster, however often it is asked. */
function refusedPair(ask: AskFault, type: string, cluster: string): SandboxResponse | undefined {
  const [status, refusedType, ...refusedCluster] = ask('refuse-pair') ?? [];
  if (refusedType !== type || refusedCluster.join(' ') !== cluster) return undefined;
  return errorAnswer(Number(status), `cannot search ${type} in ${cluster}`);
}
