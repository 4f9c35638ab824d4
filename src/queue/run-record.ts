import { z } from 'zod';
import { KINDS } from '../core/model.ts';
import type { KindProgress } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import type { RunOrder, RunRecord } from '../core/run-queue.ts';

const kind = z.enum(KINDS);
const progressSchema = z.object({
  kind,
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
  const parsed = recordSchema.safeParse(hash);
  if (!parsed.success) return undefined;
  const { state, mode, trigger, requestedAt, startedAt = requestedAt, report } = parsed.data;
  const kinds = hash.all === undefined ? KINDS.filter((name) => hash[`kind:${name}`] !== undefined) : [];
  const order: RunOrder = { mode, trigger, kinds, approveDeletions: named(hash, 'approve:') };
  const common = { runId, order, requestedAt };
  if (state === 'queued') return { ...common, state };
  if (state === 'running') return { ...common, state, startedAt, progress: progressOf(hash) };
  if (report === undefined) return undefined;
  return { ...common, state, startedAt, report: reportOf(report, changes) };
}

/** Our own report, as `finish` wrote it. */
function reportOf(text: string, changes: string | null): RunReport {
  const report: RunReport = JSON.parse(text);
  return changes === null ? report : { ...report, changes: JSON.parse(changes) };
}

function named(hash: Readonly<Record<string, string>>, prefix: string): readonly string[] {
  return Object.keys(hash).flatMap((field) => (field.startsWith(prefix) ? [field.slice(prefix.length)] : []));
}

/** In the order in which the kinds began, which a hash does not keep for certain; that of the kinds is near enough. */
function progressOf(hash: Readonly<Record<string, string>>): readonly KindProgress[] {
  return KINDS.flatMap((name) => {
    const text = hash[`progress:${name}`];
    const progress = text === undefined ? undefined : parseProgress(text);
    return progress === undefined ? [] : [progress];
  });
}

function parseProgress(text: string): KindProgress | undefined {
  try {
    return progressSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
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
