import { z } from 'zod';
import type { KindProgress } from '../core/ports.ts';
import { RUN_TRIGGERS, type RunCause, type RunReport } from '../core/report.ts';
import type { RunOrder, RunRecord } from '../core/run-queue.ts';
import { type RunTimes, STAGES, WAIT_REASONS } from '../core/run-times.ts';
import { SIDES } from '../core/sides.ts';
import { KEPT_CAUSES } from './limits.ts';

const progressSchema = z.object({
  kind: z.string(),
  pages: z.number(),
  items: z.number(),
  written: z.number(),
  unchanged: z.number(),
});

const laneSchema = z.object({
  kind: z.string(),
  stage: z.enum(STAGES),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  busyMs: z.number(),
  done: z.number(),
});
const waitSchema = z.object({
  side: z.enum(SIDES),
  from: z.string(),
  to: z.string().nullable(),
  reason: z.enum(WAIT_REASONS),
});
const timesSchema = z.object({
  lanes: z.array(laneSchema).readonly(),
  waited: z.array(waitSchema).readonly(),
  waitedMore: z.number().exactOptional(),
});

const recordSchema = z.looseObject({
  state: z.enum(['queued', 'running', 'finished']),
  mode: z.enum(['resync', 'plan']),
  trigger: z.enum(RUN_TRIGGERS),
  requestedAt: z.string(),
  startedAt: z.string().optional(),
  report: z.string().optional(),
  mapping: z.string().optional(),
});

/** An order as field names of the run's hash: `all`, `kind:<kind>`, `approve:<digest>`, `cause:<JSON>`. */
export function orderFields(order: RunOrder): readonly string[] {
  return [
    ...(order.kinds.length === 0 ? ['all'] : order.kinds.map((name) => `kind:${name}`)),
    ...order.approveDeletions.map((digest) => `approve:${digest}`),
    ...(order.causes ?? []).map((cause) => `cause:${JSON.stringify(cause)}`),
  ];
}

/** A record as alternating fields and values of its hash. */
export function hashOf(record: Extract<RunRecord, { state: 'running' }>): readonly string[] {
  const { state, order, requestedAt, startedAt } = record;
  const { mode, trigger, mapping } = order;
  const fields = { state, mode, trigger, requestedAt, startedAt, ...(mapping === undefined ? {} : { mapping }) };
  return [...Object.entries(fields).flat(), ...orderFields(order).flatMap((field) => [field, '1'])];
}

/** Parses a run's hash; undefined when it is not a complete record. */
export function recordOf(runId: string, hash: Readonly<Record<string, string>>): RunRecord | undefined {
  const fields = recordSchema.safeParse(hash);
  if (!fields.success) return undefined;
  const { state, mode, trigger, requestedAt, startedAt = requestedAt, report, mapping } = fields.data;
  // Hash fields have no order.
  const kinds = hash.all === undefined ? [...named(hash, 'kind:')].sort() : [];
  const causes = named(hash, 'cause:').sort().flatMap(causeOf).slice(0, KEPT_CAUSES);
  const order: RunOrder = {
    mode,
    trigger,
    kinds,
    approveDeletions: named(hash, 'approve:'),
    ...(mapping === undefined ? {} : { mapping }),
    ...(causes.length === 0 ? {} : { causes }),
  };
  const common = { runId, order, requestedAt };
  if (state === 'queued') return { ...common, state };
  if (state === 'running') return { ...common, state, startedAt, progress: progressOf(hash), ...timesOf(hash) };
  const read = report === undefined ? undefined : parsed(report, isReport);
  return read === undefined ? undefined : { ...common, state, startedAt, report: read };
}

/** The report with its list of changes. @param changes as JSON; null: not kept any more, or there is none */
export function withChanges(report: RunReport, changes: string | null): RunReport {
  const list = changes === null ? undefined : parsed(changes, isChanges);
  return list === undefined ? report : { ...report, changes: list };
}

/** What `finish` wrote; undefined when it is something else, or of a version too different. */
function parsed<T>(text: string, isRight: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRight(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The fields that every reader of a report needs. */
const reportSchema = z.looseObject({
  runId: z.string(),
  status: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  durationMs: z.number(),
  kinds: z.array(z.looseObject({ kind: z.string() })),
  blueprints: z.array(z.looseObject({ blueprint: z.string() })),
  problems: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  requests: z.looseObject({}),
});

function isReport(value: unknown): value is RunReport {
  return reportSchema.safeParse(value).success;
}

function isChanges(value: unknown): value is NonNullable<RunReport['changes']> {
  return z.array(z.looseObject({ action: z.string() })).safeParse(value).success;
}

const causeSchema = z.object({
  source: z.literal('flux'),
  object: z.string(),
  revision: z.string(),
  reason: z.string(),
});

/** Nothing for what another version of the program wrote. */
function causeOf(text: string): readonly RunCause[] {
  try {
    return [causeSchema.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}

function named(hash: Readonly<Record<string, string>>, prefix: string): string[] {
  return Object.keys(hash).flatMap((field) => (field.startsWith(prefix) ? [field.slice(prefix.length)] : []));
}

/** The hash field and value for the progress of a kind. `position`: its index in the order in which the kinds began. */
export function progressField(progress: KindProgress, position: number): readonly [string, string] {
  return [`progress:${progress.kind}`, JSON.stringify({ ...progress, position })];
}

/** In the order in which the kinds began. */
function progressOf(hash: Readonly<Record<string, string>>): readonly KindProgress[] {
  return Object.entries(hash)
    .flatMap(([field, text]) => (field.startsWith('progress:') ? parseProgress(text) : []))
    .sort((a, b) => a.position - b.position)
    .map(({ position: _, ...progress }) => progress);
}

const storedProgressSchema = progressSchema.extend({ position: z.number().catch(0) });

function parseProgress(text: string): readonly z.infer<typeof storedProgressSchema>[] {
  try {
    return [storedProgressSchema.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}

/** The hash field for the times of a run. */
export const TIMES_FIELD = 'times';

function timesOf(hash: Readonly<Record<string, string>>): { readonly times?: RunTimes } {
  const text = hash[TIMES_FIELD];
  const times = text === undefined ? undefined : parsed(text, isTimes);
  return times === undefined ? {} : { times };
}

function isTimes(value: unknown): value is RunTimes {
  return timesSchema.safeParse(value).success;
}

const notificationSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cancel'), runId: z.string() }),
  z.object({ type: z.literal('finished'), runId: z.string() }),
  z.object({ type: z.literal('progress'), runId: z.string(), progress: progressSchema }),
  z.object({ type: z.literal('times'), runId: z.string(), times: timesSchema }),
]);

/** A message between replicas about a run. */
export type RunNotification = z.infer<typeof notificationSchema>;

export function parseNotification(text: string): RunNotification | undefined {
  try {
    return notificationSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
