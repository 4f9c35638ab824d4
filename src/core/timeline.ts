import type { Kind } from './model.ts';
import type { RunStatus, RunTrigger } from './report.ts';

interface RunEntry {
  readonly runId: string;
  readonly trigger: RunTrigger;
  readonly status: RunStatus;
  readonly durationMs: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly failed: number;
  /** Entities that are held back from deletion until a person approves. */
  readonly heldBack: number;
  /** Entities of ours whose source is gone. null: an earlier version wrote the entry and did not say. */
  readonly stale: number | null;
  /** How long it waited because an API allows no more requests. null as with `stale`. */
  readonly waitMs: number | null;
  /** The digest of the mapping that it used; null: it ended before it had read one. */
  readonly mapping: string | null;
}

export interface MappingName {
  readonly digest: string;
  /** `mappings/komodor.yaml`, or `Port's integration my-…`. */
  readonly origin: string;
}

/** Something that happened, by its type. */
export type TimelineEvent =
  | ({ readonly type: 'run' } & RunEntry)
  /** The counts say what a resync would do. */
  | ({ readonly type: 'plan' } & RunEntry)
  /** Live events that came within a minute. */
  | {
      readonly type: 'live';
      readonly events: number;
      readonly written: number;
      readonly deleted: number;
      readonly heldBack: number;
      readonly failed: number;
    }
  | { readonly type: 'mapping'; readonly from: MappingName; readonly to: MappingName; readonly diff: string }
  /** A run carried out deletions that a person had approved. */
  | {
      readonly type: 'approval';
      readonly runId: string;
      readonly trigger: RunTrigger;
      readonly blueprint: string;
      readonly digest: string;
      readonly count: number;
    }
  | { readonly type: 'start' | 'stop'; readonly version: string; readonly role: string }
  | {
      readonly type: 'stalled';
      readonly since: string;
      readonly blueprints: readonly string[];
      readonly reason: string;
    }
  | { readonly type: 'recovered'; readonly stalledSince: string }
  /** A watch of the cluster was lost, or is back. */
  | {
      readonly type: 'watch';
      readonly state: 'lost' | 'back';
      readonly kind: Kind;
      /** null: all of them. */
      readonly namespace: string | null;
      readonly why: string | null;
    };

export type TimelineType = TimelineEvent['type'];

/** `id` is its place in the list: a later entry has a greater one. */
export type TimelineEntry = TimelineEvent & { readonly id: string; readonly at: string };

export interface TimelineQuery {
  /** Only entries before the one with this id; null: from the newest. */
  readonly before: string | null;
  /** Empty: all types. */
  readonly types: readonly TimelineType[];
  /** Only runs and plans that ended like this. Missing or empty: all of them, and everything else too. */
  readonly statuses?: readonly RunStatus[];
  /** Leaves out runs and plans that went well and had nothing to do; see `isQuiet`. */
  readonly changed?: boolean;
  readonly limit: number;
}

export interface TimelinePage {
  readonly entries: readonly TimelineEntry[];
  /** What to ask for as `before` to go on; null: there is nothing older. */
  readonly before: string | null;
}

/** What is remembered beside the entries, to notice changes: the last mapping, and whether the catalog has stalled. */
export type TimelineMemo = 'mapping' | 'stalled';

/** A record of what happened. It is a record and no state: losing it loses nothing else. */
export interface Timeline {
  add(entry: TimelineEntry): Promise<void>;
  /** The newest first. */
  page(query: TimelineQuery): Promise<TimelinePage>;
  recall(memo: TimelineMemo): Promise<string | null>;
  /** Remembers a text and returns the one before, in one atomic step for all replicas. */
  replace(memo: TimelineMemo, text: string): Promise<string | null>;
}

/** How many entries of each type are kept. Often ones do not push rare ones out. */
export const KEPT_ENTRIES: { readonly [type in TimelineType]: number } = {
  run: 180,
  plan: 50,
  live: 80,
  mapping: 50,
  approval: 50,
  start: 40,
  stop: 30,
  stalled: 20,
  recovered: 20,
  watch: 60,
};
export const TIMELINE_TYPES: readonly TimelineType[] = [
  ...(['run', 'plan', 'live', 'mapping', 'approval', 'start', 'stop', 'stalled', 'recovered', 'watch'] as const),
];
export const KEPT_ENTRIES_MS = 30 * 24 * 3_600_000;

/** The form of an entry's id: its time in milliseconds, then something that makes it unique. */
export const ENTRY_ID = /^\d{14}-[\w-]{1,40}$/;

/** Makes an entry. @param unique makes the ids of entries of the same millisecond differ */
export function timelineEntry(event: TimelineEvent, at: Date, unique: string): TimelineEntry {
  return { ...event, at: at.toISOString(), id: `${String(at.getTime()).padStart(14, '0')}-${unique}` };
}

/** The time that an entry's id begins with. */
export function timeOfEntry(id: string): number {
  return Number(id.slice(0, 14));
}

/** Which types a query may give at all: only runs and plans end with a status. */
export function typesOf({ types, statuses = [] }: Pick<TimelineQuery, 'types' | 'statuses'>): readonly TimelineType[] {
  const wanted = types.length === 0 ? TIMELINE_TYPES : types;
  return statuses.length === 0 ? wanted : wanted.filter((type) => type === 'run' || type === 'plan');
}

/** How many of the newest entries of a type have to be looked at for a page; null: all, because a filter may drop any. */
export function entriesToRead({ statuses = [], changed, limit }: TimelineQuery): number | null {
  return statuses.length > 0 || changed === true ? null : limit;
}

/** A run that changed, held back and refused nothing. One that did not come to its end is never quiet. */
function isQuiet(entry: TimelineEntry): boolean {
  if (entry.type !== 'run' && entry.type !== 'plan') return false;
  const { status, created, updated, deleted, failed, heldBack } = entry;
  return (status === 'completed' || status === 'degraded') && created + updated + deleted + failed + heldBack === 0;
}

function endedAs(entry: TimelineEntry, statuses: readonly RunStatus[]): boolean {
  return statuses.length === 0 || ('status' in entry && statuses.includes(entry.status));
}

/** The page of a query, from all entries that may be in it. */
export function pageOf(entries: readonly TimelineEntry[], query: TimelineQuery, now: number): TimelinePage {
  const { before, statuses = [], changed = false, limit } = query;
  const types = typesOf(query);
  const wanted = entries
    .filter(({ id }) => before === null || id < before)
    .filter((entry) => types.includes(entry.type) && endedAs(entry, statuses) && !(changed && isQuiet(entry)))
    .filter(({ id }) => timeOfEntry(id) > now - KEPT_ENTRIES_MS)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const page = wanted.slice(0, limit);
  return { entries: page, before: wanted.length > limit ? (page.at(-1)?.id ?? null) : null };
}
