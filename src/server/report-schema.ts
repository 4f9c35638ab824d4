import { z } from 'zod';
import { CODES, type Code } from '../core/errors.ts';
import type { KindProgress } from '../core/ports.ts';
import { type BlockReason, type DeletionReason, RUN_TRIGGERS, type RunReport } from '../core/report.ts';
import { type Lane, type RunWait, STAGES, WAIT_REASONS } from '../core/run-times.ts';
import { SIDES } from '../core/sides.ts';

/** Any name: runs of an older version may have had other kinds. */
export const kindSchema = z.string();
export const runModeSchema = z.enum(['resync', 'plan']);
export const runTriggerSchema = z.enum(RUN_TRIGGERS);
export const runStatusSchema = z.enum(['completed', 'degraded', 'blocked', 'failed', 'aborted']);
const count = z.int().min(0);
const instant = z.iso.datetime();

export const progressSchema: z.ZodType<KindProgress> = z.strictObject({
  kind: kindSchema,
  pages: count,
  items: count,
  written: count,
  unchanged: count,
});

const laneSchema: z.ZodType<Lane> = z.strictObject({
  kind: kindSchema,
  stage: z.enum(STAGES),
  startedAt: instant,
  endedAt: instant.nullable().meta({ description: 'null: it may go on.' }),
  busyMs: z.number().min(0).meta({ description: 'The time in which at least one piece of work was under way.' }),
  done: count,
});

export const waitReasonSchema = z.enum(WAIT_REASONS);

const waitSchema: z.ZodType<RunWait> = z.strictObject({
  side: z.enum(SIDES),
  from: instant,
  to: instant.nullable().meta({ description: 'null: it goes on.' }),
  reason: waitReasonSchema,
});

const lanes = z.array(laneSchema).readonly().meta({ description: 'When each stage of each kind was worked on.' });
const waited = z.array(waitSchema).readonly().meta({ description: 'When requests waited: at most 50, the longest.' });
const waitedMore = count.exactOptional().meta({ description: 'How many shorter waits were left out.' });

/** Where the time of a run went; of a run in progress so far. */
export const timesFields = { lanes, waited, waitedMore };

const kindReportSchema = z.strictObject({
  kind: kindSchema,
  status: runStatusSchema,
  complete: z.boolean(),
  pages: count,
  extracted: count,
  selected: count,
  filtered: count,
  duplicates: count,
  rejected: count,
});

// The type makes the compiler find a missing reason.
export const blockReasonSchema = z.enum({
  threshold: 'threshold',
  emptied: 'emptied',
  unmapped: 'unmapped',
  incomplete: 'incomplete',
  contradicted: 'contradicted',
  unconfirmed: 'unconfirmed',
  rejected: 'rejected',
  disabled: 'disabled',
  not_selected: 'not_selected',
  aborted: 'aborted',
} satisfies { [reason in BlockReason]: reason });

const deletionBlockedSchema = z.strictObject({
  reason: blockReasonSchema,
  count,
  digest: z.string(),
  sample: z.array(z.string()).readonly(),
  total: count.exactOptional().meta({ description: 'How many entities of ours the blueprint had in Port.' }),
  threshold: z
    .number()
    .nullable()
    .exactOptional()
    .meta({ description: '`entityDeletionThreshold`; null: nothing may go without approval.' }),
});

const blueprintReportSchema = z.strictObject({
  blueprint: z.string(),
  status: runStatusSchema,
  created: count,
  updated: count,
  unchanged: count,
  failed: count,
  deleted: count,
  stale: count,
  deletionBlocked: deletionBlockedSchema.nullable(),
});

export const problemCodeSchema = z
  .custom<Code>((value) => typeof value === 'string' && value in CODES)
  .meta({ type: 'string', enum: Object.keys(CODES) });

export const problemSchema = z.strictObject({
  code: problemCodeSchema,
  severity: z.enum(['error', 'warning']),
  kind: kindSchema.exactOptional(),
  message: z.string(),
  path: z.string().exactOptional().meta({ description: 'Where in the mapping the expression is that it comes from.' }),
  expression: z.string().exactOptional(),
  count,
  samples: z.array(z.string()).readonly(),
});

const fromTo = z.strictObject({ from: z.unknown(), to: z.unknown() });

/** A change in a plan. */
export const changeSchema = z.strictObject({
  action: z.enum(['create', 'update', 'delete']),
  blueprint: z.string(),
  identifier: z.string(),
  title: z.union([z.string(), fromTo, z.null()]),
  icon: fromTo.exactOptional(),
  team: fromTo.exactOptional(),
  properties: z.record(z.string(), fromTo).exactOptional(),
  relations: z.record(z.string(), fromTo).exactOptional(),
  reason: z
    .enum({
      gone: 'gone',
      expired: 'expired',
      filtered: 'filtered',
      moved: 'moved',
      renamed: 'renamed',
      unmapped: 'unmapped',
    } satisfies { [reason in DeletionReason]: reason })
    .exactOptional(),
  detail: z.string().exactOptional(),
  blocked: z.boolean().exactOptional(),
});

const setupSchema = z.strictObject({
  what: z.enum(['integration', 'mapping', 'blueprint']),
  identifier: z.string(),
  diff: z.string(),
});

const plannedMappingSchema = z.strictObject({
  origin: z.string(),
  digest: z.string(),
  replaces: z.string().nullable(),
  plan: z.string(),
});

export const runCausesSchema = z
  .array(z.strictObject({ source: z.literal('flux'), object: z.string(), revision: z.string(), reason: z.string() }))
  .readonly()
  .meta({ description: 'Which outside changes asked for the run; the first 20.' });

/** The schema of core's run report, for the OpenAPI document and the tests. Responses are not checked against it. */
export const runReportSchema: z.ZodType<RunReport> = z.strictObject({
  runId: z.string(),
  mode: runModeSchema,
  trigger: runTriggerSchema,
  status: runStatusSchema,
  startedAt: instant,
  finishedAt: instant,
  durationMs: z.number().min(0),
  kinds: z.array(kindReportSchema).readonly(),
  blueprints: z.array(blueprintReportSchema).readonly(),
  problems: z.array(problemSchema).readonly(),
  requests: z.strictObject({
    komodor: count,
    port: count,
    kubernetes: count.exactOptional().meta({ description: 'Only where a cluster is read.' }),
    retries: count,
    rateLimitWaitMs: z.number().min(0),
  }),
  changes: z.array(changeSchema).readonly().exactOptional(),
  setup: z.array(setupSchema).readonly().exactOptional(),
  mapping: plannedMappingSchema.exactOptional(),
  lanes: lanes.exactOptional(),
  waited: waited.exactOptional(),
  waitedMore,
  causes: runCausesSchema.exactOptional(),
});
