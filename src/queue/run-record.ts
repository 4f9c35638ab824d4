import { z } from 'zod';
import type { KindProgress } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import type { RunOrder, RunRecord } from '../core/run-queue.ts';

const progressSchema = z.object({
  kind: z.string(),
  pages: z.number(),
  items: z.number(),
  written: z.number(),
  unchanged: z.number(),
});

const recordSchema = z.looseObject({
  state: z.enum(['queued', 'running', 'finished']),
  mode: z.enum(['resync', 'plan']),
  trigger: z.enum(['cli', 'schedule', 'http', 'port', 'webhook', 'start']),
  requestedAt: z.string(),
  startedAt: z.string().optional(),
  report: z.string().optional(),
});

/** The fields of a run's record that say what was asked for, one per wish. */
export function wants(order: RunOrder): readonly string[] {
  return [
    ...(order.kinds.length === 0 ? ['all'] : order.kinds.map((name) => `kind:${name}`)),
    ...order.approveDeletions.map((digest) => `approve:${digest}`),
  ];
}

/** A running record as the fields and values of its hash. */
export function hashOf(record: Extract<RunRecord, { state: 'running' }>): readonly string[] {
  const { state, order, requestedAt, startedAt } = record;
  const fields = { state, mode: order.mode, trigger: order.trigger, requestedAt, startedAt };
  return [...Object.entries(fields).flat(), ...wants(order).flatMap((want) => [want, '1'])];
}

/**
 * The record that a hash holds; undefined when it holds none (whole).
 * @param changes the report's list of changes as JSON, when it is wanted and still there
 */
export function recordOf(
  runId: string,
  hash: Readonly<Record<string, string>>,
  changes: string | null,
): RunRecord | undefined {
  const fields = recordSchema.safeParse(hash);
  if (!fields.success) return undefined;
  const { state, mode, trigger, requestedAt, startedAt = requestedAt, report } = fields.data;
  // A hash keeps no order.
  const kinds = hash.all === undefined ? [...named(hash, 'kind:')].sort() : [];
  const order: RunOrder = { mode, trigger, kinds, approveDeletions: named(hash, 'approve:') };
  const common = { runId, order, requestedAt };
  if (state === 'queued') return { ...common, state };
  if (state === 'running') return { ...common, state, startedAt, progress: progressOf(hash) };
  const read = report === undefined ? undefined : reportOf(report, changes);
  return read === undefined ? undefined : { ...common, state, startedAt, report: read };
}

/** Our own report, as `finish` wrote it; undefined when something else is there, or that of a version too different. */
function reportOf(text: string, changes: string | null): RunReport | undefined {
  const report = parsed(text, isReport);
  const list = changes === null ? undefined : parsed(changes, isChanges);
  return report === undefined || list === undefined ? report : { ...report, changes: list };
}

function parsed<T>(text: string, isRight: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRight(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What everybody who reads a report relies on. */
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

function named(hash: Readonly<Record<string, string>>, prefix: string): readonly string[] {
  return Object.keys(hash).flatMap((field) => (field.startsWith(prefix) ? [field.slice(prefix.length)] : []));
}

/** The field and value that hold the progress of a kind; `place` says as the how many it began. */
export function progressField(progress: KindProgress, place: number): readonly [string, string] {
  return [`progress:${progress.kind}`, JSON.stringify({ ...progress, place })];
}

/** In the order in which the kinds began. */
function progressOf(hash: Readonly<Record<string, string>>): readonly KindProgress[] {
  return Object.entries(hash)
    .flatMap(([field, text]) => (field.startsWith('progress:') ? parseProgress(text) : []))
    .sort((a, b) => a.place - b.place)
    .map(({ place: _place, ...progress }) => progress);
}

const placedProgressSchema = progressSchema.extend({ place: z.number().catch(0) });

function parseProgress(text: string): readonly z.infer<typeof placedProgressSchema>[] {
  try {
    return [placedProgressSchema.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}

const newsSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cancel'), runId: z.string() }),
  z.object({ type: z.literal('finished'), runId: z.string() }),
  z.object({ type: z.literal('progress'), runId: z.string(), progress: progressSchema }),
]);

/** What the replicas tell each other about runs. */
export type News = z.infer<typeof newsSchema>;

export function parseNews(text: string): News | undefined {
  try {
    return newsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
