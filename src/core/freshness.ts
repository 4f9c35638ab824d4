import { duration } from './duration.ts';
import type { DeletionBlocked } from './report.ts';
import type { TruthAttempt, TruthRecord } from './truths.ts';

/** How fresh a blueprint is, against the interval of resyncs. docs/freshness.md says what each one means. */
export type FreshnessState = 'on_time' | 'on_track' | 'delayed' | 'error' | 'action_required';

export interface BlueprintFreshness {
  readonly blueprint: string;
  /** null: there is no interval to judge by. */
  readonly state: FreshnessState | null;
  /** The end of the last resync that gave the complete truth; null: none yet. */
  readonly lastTruthAt: string | null;
  /** The time since then; without a truth, since resyncs know of the blueprint. */
  readonly ageMs: number;
  /** The age in intervals; null: there is no interval. */
  readonly intervals: number | null;
  /** When the next scheduled resync is due. */
  readonly nextAt: string | null;
  readonly stalled: boolean;
  /** Why it is so, as a sentence. */
  readonly reason: string;
}

/** No resync has brought some blueprint up to date for three intervals, whether or not runs end. */
export interface Stall {
  /** Since when the blueprint that has waited longest was not brought up to date. */
  readonly since: string;
  readonly blueprints: readonly string[];
  readonly reason: string;
}

/** What no later run settles without a person. */
export type FreshnessAction =
  | {
      readonly type: 'approve_deletions';
      readonly blueprint: string;
      readonly heldBack: DeletionBlocked;
      readonly runId: string;
      readonly at: string;
    }
  | {
      readonly type: 'repair';
      readonly reason: string;
      /** Empty: no resync has come so far as to know a blueprint. */
      readonly blueprints: readonly string[];
      readonly runId: string;
      readonly at: string;
    };

export interface Freshness {
  readonly state: FreshnessState | null;
  /** One sentence for people. */
  readonly sentence: string;
  readonly stalled: Stall | null;
  readonly blueprints: readonly BlueprintFreshness[];
  readonly actions: readonly FreshnessAction[];
}

/** What freshness is judged by. Times are in epoch milliseconds. */
export interface FreshnessFacts {
  readonly truths: readonly TruthRecord[];
  /** The last resync that ended, if it ended before it had read a mapping. It counts while no blueprint is known. */
  readonly lastWithoutMapping: TruthAttempt | null;
  /** Since when this service runs. */
  readonly since: number;
  /** The time between scheduled resyncs; null: there is no schedule. */
  readonly intervalMs: number | null;
  /** null: the queue cannot be reached. */
  readonly queue: { readonly nextAt: number | null; readonly resyncs: ResyncsNow } | null;
  readonly now: number;
}

/** Whether a resync runs, or only waits to be run. */
export type ResyncsNow = 'running' | 'waiting' | 'none';

/** After so many intervals without a complete truth a blueprint has stalled. */
const STALLED_INTERVALS = 3;
/** A tick that is later than this is missing. */
const LATE_TICK_MS = 60_000;

/** From the best to the worst. */
const ORDER: readonly FreshnessState[] = ['on_time', 'on_track', 'delayed', 'error', 'action_required'];
const NAMES: { readonly [state in FreshnessState]: string } = {
  on_time: 'On time',
  on_track: 'On track',
  delayed: 'Delayed',
  error: 'Error',
  action_required: 'Action required',
};

/**
 * Judges how fresh each blueprint is, and all of them together. It is asked at any time, and does not depend on a run that
 * ends: a scheduler that died and a worker that is away are found by the age alone.
 */
export function judgeFreshness(facts: FreshnessFacts): Freshness {
  const blueprints = facts.truths.map((record) => judgeBlueprint(record, facts));
  if (blueprints.length === 0) return beforeFirstRun(facts);
  const states = blueprints.flatMap(({ state }) => state ?? []);
  const state = ORDER.findLast((one) => states.includes(one)) ?? null;
  const stalled = stallOf(blueprints, facts);
  const sentence = sentenceOf(state, stalled, blueprints, facts);
  return { state, sentence, stalled, blueprints, actions: actionsIn(facts.truths) };
}

/** One action for each set of deletions, and one for each thing to repair, whatever blueprints it keeps waiting. */
function actionsIn(truths: readonly TruthRecord[]): readonly FreshnessAction[] {
  const actions: FreshnessAction[] = [];
  const repairs = new Map<string, Extract<FreshnessAction, { type: 'repair' }>>();
  for (const { blueprint, last } of truths) {
    if (last === null) continue;
    const { runId, at } = last;
    if (last.type === 'truth') {
      if (last.heldBack) actions.push({ type: 'approve_deletions', blueprint, heldBack: last.heldBack, runId, at });
    } else if (last.needsPerson) {
      const blueprints = [...(repairs.get(last.reason)?.blueprints ?? []), blueprint];
      repairs.set(last.reason, { type: 'repair', reason: last.reason, blueprints, runId, at });
    }
  }
  return [...repairs.values(), ...actions];
}

function judgeBlueprint(record: TruthRecord, facts: FreshnessFacts): BlueprintFreshness {
  const { blueprint, truthAt } = record;
  const ageMs = Math.max(0, facts.now - Date.parse(truthAt ?? record.since));
  const intervals = intervalsIn(ageMs, facts);
  return {
    blueprint,
    state: stateOf(record, intervals, facts),
    lastTruthAt: truthAt,
    ageMs,
    intervals,
    nextAt: isoOf(facts.queue?.nextAt),
    stalled: hasStalled(intervalsIn(stallAgeOf(record, facts), facts)),
    reason: reasonOf(record, ageMs, facts),
  };
}

function intervalsIn(ageMs: number, { intervalMs }: FreshnessFacts): number | null {
  return intervalMs === null ? null : Math.round((ageMs / intervalMs) * 100) / 100;
}

/** Single items that fail in every run do not mean that nothing is brought up to date. */
function stallAgeOf({ broughtUpAt, since }: TruthRecord, { now }: FreshnessFacts): number {
  return Math.max(0, now - Date.parse(broughtUpAt ?? since));
}

function hasStalled(intervals: number | null): boolean {
  return intervals !== null && intervals >= STALLED_INTERVALS;
}

function stateOf(
  { truthAt, last }: Pick<TruthRecord, 'truthAt' | 'last'>,
  intervals: number | null,
  facts: FreshnessFacts,
): FreshnessState | null {
  if (last?.type === 'missed' ? last.needsPerson : isHeldBack(last)) return 'action_required';
  if (intervals === null) return null;
  if (intervals > 2) return 'error';
  const missed = last?.type === 'missed';
  if (intervals <= 1) return truthAt !== null ? 'on_time' : missed ? 'delayed' : 'on_track';
  return !missed && facts.queue !== null && facts.queue.resyncs !== 'none' ? 'on_track' : 'delayed';
}

function isHeldBack(last: TruthRecord['last']): boolean {
  return last?.type === 'truth' && last.heldBack !== null;
}

function reasonOf({ blueprint, truthAt, last }: TruthRecord, ageMs: number, facts: FreshnessFacts): string {
  const age = duration(ageMs);
  const truth = truthAt === null ? `no complete truth yet, for ${age}` : `last complete truth ${age} ago`;
  if (last === null) return `${capital(truth)}; no resync of it has ended, ${nowIn(facts)}.`;
  if (last.type === 'missed') {
    const failedAgo = duration(facts.now - Date.parse(last.at));
    return `${capital(truth)}. The last resync, ${failedAgo} ago, was not complete: ${last.reason.replace(/\.$/, '')}.`;
  }
  const { heldBack } = last;
  if (heldBack === null) return `${capital(truth)}, ${nowIn(facts)}.`;
  const { count, reason, digest } = heldBack;
  return `${count} deletions of ${blueprint} are held back (${reason}) and wait for approval of ${digest}; ${truth}.`;
}

/** What is going on, and what comes next. */
function nowIn({ queue, intervalMs, now }: FreshnessFacts): string {
  if (queue === null) return 'the queue cannot be reached, so it is not known what comes next';
  if (queue.resyncs === 'running') return 'a resync is running';
  if (queue.resyncs === 'waiting') return 'a resync waits to be run';
  if (queue.nextAt === null) return intervalMs === null ? 'no schedule' : 'no next resync is scheduled';
  const leftMs = queue.nextAt - now;
  if (leftMs < -LATE_TICK_MS) return `the next one was due ${duration(-leftMs)} ago`;
  return `next in ${duration(leftMs)}`;
}

function stallOf(blueprints: readonly BlueprintFreshness[], facts: FreshnessFacts): Stall | null {
  const stalled = blueprints.filter((one) => one.stalled);
  if (stalled.length === 0) return null;
  const names = stalled.map(({ blueprint }) => blueprint);
  const records = facts.truths.filter(({ blueprint }) => names.includes(blueprint));
  const oldest = records.reduce((a, b) => (stallAgeOf(b, facts) > stallAgeOf(a, facts) ? b : a));
  const lastOf = oldest.last;
  const why = whyStalled(lastOf?.type === 'missed' ? lastOf.reason : undefined, facts, lastOf?.at);
  const since = new Date(facts.now - stallAgeOf(oldest, facts)).toISOString();
  return { since, blueprints: names, reason: why };
}

/** Whether resyncs end and are not complete, or do not even end. */
function whyStalled(missed: string | undefined, facts: FreshnessFacts, lastAt: string | undefined): string {
  const { queue, intervalMs, now } = facts;
  const isRecent = lastAt !== undefined && intervalMs !== null && now - Date.parse(lastAt) < 2 * intervalMs;
  if (missed !== undefined && isRecent) return `Resyncs run, but none is complete: ${missed}`;
  const when = lastAt === undefined ? '' : ` since ${lastAt}`;
  if (queue === null) return `The queue cannot be reached; no resync is known to have ended${when}`;
  if (queue.resyncs === 'running') return `A resync is running and does not end; none has ended${when}`;
  if (queue.resyncs === 'waiting') {
    return `A resync waits and nobody runs it; none has ended${when}. Look whether a worker is there`;
  }
  return `No resync has ended${when}: ${nowIn(facts)}. Look whether a worker is there and the schedule is right`;
}

function sentenceOf(
  state: FreshnessState | null,
  stalled: Stall | null,
  blueprints: readonly BlueprintFreshness[],
  facts: FreshnessFacts,
): string {
  const oldest = blueprints.reduce((a, b) => (rank(b) > rank(a) ? b : a));
  const others = blueprints.length > 1 && state !== 'on_time' ? ` of ${oldest.blueprint}` : '';
  const age = duration(oldest.ageMs);
  const truth =
    oldest.lastTruthAt === null
      ? `no complete truth${others} yet, for ${age}`
      : `last complete truth${others} ${age} ago`;
  const plain = `${truth}, ${nowIn(facts)}`;
  if (stalled !== null) return `Stalled: ${truth}. ${stalled.reason.replace(/\.$/, '')}.`;
  if (state === null) return capital(plain);
  if (state === 'on_time' || state === 'on_track') return `${NAMES[state]}: ${plain}`;
  const worst = blueprints.filter((one) => one.state === state);
  const more = worst.length > 1 ? ` (and ${worst.length - 1} more blueprints)` : '';
  return `${NAMES[state]}: ${lowered(worst[0]?.reason ?? plain).replace(/\.$/, '')}${more}`;
}

/** A blueprint without any truth comes before those with an old one. */
function rank({ lastTruthAt, ageMs }: BlueprintFreshness): number {
  return lastTruthAt === null ? Number.MAX_SAFE_INTEGER / 2 + ageMs : ageMs;
}

/** Nothing is known of any blueprint: no resync has read a mapping yet. */
function beforeFirstRun(facts: FreshnessFacts): Freshness {
  const last = facts.lastWithoutMapping;
  const ageMs = Math.max(0, facts.now - facts.since);
  const intervals = intervalsIn(ageMs, facts);
  const state = stateOf({ truthAt: null, last }, intervals, facts);
  const reason = whyStalled(last?.type === 'missed' ? last.reason : undefined, facts, last?.at);
  const stalled = hasStalled(intervals) ? { since: new Date(facts.since).toISOString(), blueprints: [], reason } : null;
  const truth = `no complete truth since the start ${duration(ageMs)} ago, ${nowIn(facts)}`;
  const name = stalled ? 'Stalled' : state === null ? undefined : NAMES[state];
  const why = stalled ? `. ${reason}` : last?.type === 'missed' ? `. ${last.reason}` : '';
  const sentence = `${name === undefined ? capital(truth) : `${name}: ${truth}`}${why.replace(/\.$/, '')}`;
  const actions =
    last?.type === 'missed' && last.needsPerson
      ? [{ type: 'repair', reason: last.reason, blueprints: [], runId: last.runId, at: last.at } as const]
      : [];
  return { state, sentence, stalled, blueprints: [], actions };
}

function isoOf(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With a small first letter, unless the first word is a name. */
function lowered(text: string): string {
  return /^(Last|No) /.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
