import type { TimelineEntry } from '../../api/documents.ts';

export type EntryType = TimelineEntry['type'];
export type RunEntry = Extract<TimelineEntry, { readonly runId: string; readonly status: string }>;
export type RunStatus = RunEntry['status'];

/** What the address asks for; it names the same as the query of `GET /v1/timeline`. */
export interface Filter {
  /** Empty: all. */
  readonly types: readonly EntryType[];
  /** Only runs and plans that ended like this. Empty: everything. */
  readonly statuses: readonly RunStatus[];
  /** Without runs that went well and had nothing to do. */
  readonly changed: boolean;
}

/** Types that are chosen together. */
export const TYPE_GROUPS: readonly { readonly text: string; readonly types: readonly EntryType[] }[] = [
  { text: 'Runs', types: ['run'] },
  { text: 'Plans', types: ['plan'] },
  { text: 'Live events', types: ['live'] },
  { text: 'Mapping', types: ['mapping'] },
  { text: 'Approvals', types: ['approval'] },
  { text: 'Stalls', types: ['stalled', 'recovered'] },
  { text: 'Service', types: ['start', 'stop'] },
  { text: 'Watches', types: ['watch'] },
];

export const STATUSES: readonly RunStatus[] = ['completed', 'degraded', 'blocked', 'failed', 'aborted'];
const TYPES = TYPE_GROUPS.flatMap(({ types }) => types);

/** What does not exist is left out, for somebody may have typed the address. */
export function filterOf(query: Pick<URLSearchParams, 'get'>): Filter {
  return {
    types: listed(query.get('type'), TYPES),
    statuses: listed(query.get('status'), STATUSES),
    changed: query.get('changed') === 'true',
  };
}

function listed<T extends string>(text: string | null, known: readonly T[]): readonly T[] {
  const wanted = (text ?? '').split(',');
  return known.filter((one) => wanted.includes(one));
}

/** The filter as the query of the address, and of the request. */
export function queryOf({ types, statuses, changed }: Filter): Readonly<Record<string, string | undefined>> {
  return {
    type: types.length === 0 ? undefined : types.join(','),
    status: statuses.length === 0 ? undefined : statuses.join(','),
    changed: changed ? 'true' : undefined,
  };
}

/** A list with these in it, or without them if all were in it. */
export function toggled<T>(chosen: readonly T[], these: readonly T[]): readonly T[] {
  const all = these.every((one) => chosen.includes(one));
  const others = chosen.filter((one) => !these.includes(one));
  return all ? others : [...others, ...these];
}

/** Whether a new entry belongs to what is shown. The service filters what it is asked for by the same rules. */
export function fits(entry: TimelineEntry, { types, statuses, changed }: Filter): boolean {
  if (types.length > 0 && !types.includes(entry.type)) return false;
  const run = runOf(entry);
  if (statuses.length > 0 && (run === undefined || !statuses.includes(run.status))) return false;
  return !(changed && run !== undefined && isQuiet(run));
}

/** The entry as that of a run or plan; undefined: it is something else. */
export function runOf(entry: TimelineEntry): RunEntry | undefined {
  return entry.type === 'run' || entry.type === 'plan' ? entry : undefined;
}

function isQuiet({ status, created, updated, deleted, failed, heldBack }: RunEntry): boolean {
  return (status === 'completed' || status === 'degraded') && created + updated + deleted + failed + heldBack === 0;
}
