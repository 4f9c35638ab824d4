import { z } from 'zod';
import type { ActionStatus, ApiStatus, StatusDocument } from '../answers/status.ts';
import type { BlueprintFreshness } from '../core/freshness.ts';
import { SIDES } from '../core/sides.ts';
import {
  blockReasonSchema,
  kindSchema,
  problemCodeSchema,
  progressSchema,
  runModeSchema,
  runStatusSchema,
  runTriggerSchema,
  timesFields,
  waitReasonSchema,
} from './report-schema.ts';

const count = z.int().min(0);
const instant = z.iso.datetime();
const state = z.enum(['on_time', 'on_track', 'delayed', 'error', 'action_required']).nullable();

const blueprintSchema: z.ZodType<BlueprintFreshness> = z.strictObject({
  blueprint: z.string(),
  state: state.meta({ description: 'null: there is no interval to judge by.' }),
  lastTruthAt: instant.nullable(),
  ageMs: z.number().min(0),
  intervals: z.number().min(0).nullable(),
  nextAt: instant.nullable(),
  stalled: z.boolean(),
  reason: z.string(),
});

const run = {
  runId: z.string(),
  mode: runModeSchema,
  trigger: runTriggerSchema,
  kinds: z.array(kindSchema).readonly(),
  requestedAt: z.string(),
};

const since = { since: instant, runId: z.string(), text: z.string() };
const actionSchema: z.ZodType<ActionStatus> = z.discriminatedUnion('type', [
  z.strictObject({
    ...since,
    type: z.literal('approve_deletions'),
    blueprint: z.string(),
    count,
    reason: blockReasonSchema,
    digest: z.string(),
    sample: z.array(z.string()).readonly(),
    command: z.string(),
    curl: z.string(),
  }),
  z.strictObject({ ...since, type: z.literal('repair'), blueprints: z.array(z.string()).readonly() }),
]);

const apiSchema: z.ZodType<ApiStatus> = z.strictObject({
  state: z.enum(['ok', 'waiting', 'failing', 'unknown']),
  lastSuccessAt: instant.nullable(),
  lastFailure: z.strictObject({ at: instant, what: z.string() }).nullable(),
  allowance: z.strictObject({ remaining: count, limit: count.nullable(), resetAt: instant }).nullable(),
  waitingUntil: instant.nullable(),
  requests: count,
  retries: count,
  rateLimitWaitMs: z.number().min(0),
});

const problemSchema = z.strictObject({
  code: problemCodeSchema,
  severity: z.enum(['error', 'warning']),
  kind: kindSchema.exactOptional(),
  message: z.string(),
  count,
});

export const statusSchema: z.ZodType<StatusDocument> = z.strictObject({
  state,
  sentence: z.string(),
  stalled: z
    .strictObject({ since: instant, blueprints: z.array(z.string()).readonly(), reason: z.string() })
    .nullable(),
  blueprints: z.array(blueprintSchema).readonly(),
  run: z
    .strictObject({
      ...run,
      startedAt: z.string(),
      progress: z.array(progressSchema).readonly(),
      waits: z.array(z.strictObject({ side: z.enum(SIDES), until: instant, reason: waitReasonSchema })).readonly(),
      ...timesFields,
    })
    .nullable(),
  waiting: z.array(z.strictObject(run)).readonly(),
  next: z.strictObject({ at: instant.nullable(), intervalMs: z.number().nullable() }),
  needsPerson: z.array(actionSchema).readonly(),
  lastRun: z
    .strictObject({
      ...run,
      status: runStatusSchema,
      startedAt: z.string(),
      finishedAt: z.string(),
      problems: z.array(problemSchema).readonly(),
    })
    .nullable(),
  apis: z.strictObject({ komodor: apiSchema, port: apiSchema, kubernetes: apiSchema.exactOptional() }),
  watches: z
    .array(
      z.strictObject({
        kind: kindSchema,
        namespace: z.string().nullable().meta({ description: 'null: all of them.' }),
        state: z.enum(['starting', 'watching', 'waiting']),
        since: instant,
        lastEventAt: instant.nullable(),
        why: z.string().nullable().meta({ description: 'What it waits for.' }),
      }),
    )
    .readonly()
    .exactOptional()
    .meta({ description: 'Of the replica that watches the cluster; missing in the others.' }),
  queue: z.strictObject({
    ready: z.boolean(),
    detail: z.string(),
    advice: z.array(z.string()).readonly(),
    counts: z.strictObject({ runsWaiting: count, runsActive: count, liveWaiting: count }).nullable(),
  }),
  mapping: z.strictObject({ digest: z.string(), origin: z.string(), since: instant }).nullable(),
  service: z.strictObject({
    version: z.string(),
    startedAt: instant,
    role: z.string(),
    integrationIdentifier: z.string(),
  }),
});
