import { z } from 'zod';
import type { ReportedChange } from '../core/change-rows.ts';
import type { Code } from '../core/errors.ts';
import type { JournalOutcome } from '../core/journal.ts';
import { type BlockReason, type DeletionReason, RUN_TRIGGERS } from '../core/report.ts';

// Reports and rows from a file or a service, which may be of another version: what can be shown is shown.

const text = z.string();
const count = z.number().catch(0);
const texts = z.array(text).readonly().catch([]);
const status = z.enum(['completed', 'degraded', 'blocked', 'failed', 'aborted']);
const trigger = z.enum(RUN_TRIGGERS).catch('cli');
/** `from` and `to` are missing where they are not known. */
const fromTo = z.custom<{ from: unknown; to: unknown }>((value) => typeof value === 'object' && value !== null);
const fields = z.record(text, fromTo);

const kind = z.object({
  kind: text,
  status,
  complete: z.boolean(),
  pages: count,
  extracted: count,
  selected: count,
  filtered: count,
  duplicates: count,
  rejected: count,
});
// The words for reasons and codes are those of the version that wrote the file.
const blocked = z.object({
  reason: z.custom<BlockReason>(isText),
  count,
  digest: text,
  sample: texts,
  total: z.number().exactOptional(),
  threshold: z.number().nullable().exactOptional(),
});
const blueprint = z.object({
  blueprint: text,
  status,
  created: count,
  updated: count,
  unchanged: count,
  failed: count,
  deleted: count,
  stale: count,
  deletionBlocked: blocked.nullable().catch(null),
});
const problem = z.object({
  code: z.custom<Code>(isText),
  severity: z.enum(['error', 'warning']).catch('error'),
  kind: text.exactOptional(),
  message: text,
  count,
  samples: texts,
});
const words = z.object({ code: text, message: text });
const exchange = z.object({
  request: z.object({ method: text, path: text, body: text }),
  answer: z.object({ status: z.number().nullable(), body: text }),
});
/** A change of a report, or a row of the journal. */
export const changeSchema: z.ZodType<ReportedChange> = z.object({
  action: z.enum(['create', 'update', 'delete']),
  blueprint: text,
  identifier: text,
  title: z.union([text, fromTo, z.null()]).catch(null),
  icon: fromTo.exactOptional(),
  team: fromTo.exactOptional(),
  properties: fields.exactOptional(),
  relations: fields.exactOptional(),
  reason: z.custom<DeletionReason>(isText).exactOptional(),
  detail: text.exactOptional(),
  blocked: z.boolean().exactOptional(),
  outcome: z.enum(['done', 'refused', 'held_back', 'superseded', 'planned'] satisfies JournalOutcome[]).exactOptional(),
  at: text.exactOptional(),
  fields: texts.exactOptional(),
  error: z.union([words.extend({ exchange: exchange.exactOptional() }), words]).exactOptional(),
  source: z.object({ kind: text, item: text, entries: texts }).exactOptional(),
});
const requests = z.object({
  komodor: count,
  port: count,
  kubernetes: count.exactOptional(),
  retries: count,
  rateLimitWaitMs: count,
});
const setup = z.object({ what: z.enum(['integration', 'mapping', 'blueprint']), identifier: text, diff: text });

/** A run report. Its changes are to be parsed one by one. */
export const reportSchema = z.object({
  runId: text,
  mode: z.enum(['resync', 'plan']),
  trigger,
  status,
  startedAt: text,
  finishedAt: text,
  durationMs: count,
  kinds: z.array(kind).readonly().catch([]),
  blueprints: z.array(blueprint).readonly().catch([]),
  problems: z.array(problem).readonly().catch([]),
  requests: requests.catch({ komodor: 0, port: 0, retries: 0, rateLimitWaitMs: 0 }),
  setup: z.array(setup).readonly().catch([]),
  changes: z.array(z.unknown()).exactOptional(),
});

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
