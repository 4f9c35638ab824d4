import { z } from 'zod';
import { DIGEST } from '../core/canonical.ts';
import type { KindNames } from '../core/kinds.ts';
import type { RunOrder, RunRecord } from '../core/run-queue.ts';
import { kindNameSchema, mappingText } from './mapping-schemas.ts';
import {
  kindSchema,
  progressSchema,
  runCausesSchema,
  runModeSchema,
  runReportSchema,
  runStatusSchema,
  runTriggerSchema,
  timesFields,
} from './report-schema.ts';

/** How many kinds or digests one request may name. */
const MAX_LIST_LENGTH = 100;

/** Cuts a list that is too long, so that only one item more than allowed is validated. */
function limitLength(value: unknown): unknown {
  return Array.isArray(value) ? value.slice(0, MAX_LIST_LENGTH + 1) : value;
}

/** @param kinds those that a request may name */
function kindsSchema(kinds: KindNames) {
  const list = z
    .array(kindNameSchema(kinds))
    .min(1, 'Name a kind, or leave the field out for all of them')
    .max(MAX_LIST_LENGTH);
  return z.preprocess(limitLength, list).optional().meta({ description: 'Only these kinds. Left out: all kinds.' });
}

const DIGEST_HINT = 'A digest has 16 characters of 0-9 and a-f: copy it from the report, or from the plan';
const digest = z.string().trim().regex(DIGEST, DIGEST_HINT);

/** Body of POST /v1/runs and POST /resync. No body: a resync of all kinds. */
export function runRequestSchema(kinds: KindNames) {
  return runRequestFields(kinds).nullish();
}

function runRequestFields(kinds: KindNames) {
  return z.strictObject({
    kinds: kindsSchema(kinds),
    mode: runModeSchema
      .optional()
      .meta({ description: '`plan` reads both sides and writes nothing. Default: `resync`.' }),
    approveDeletions: z
      .preprocess(
        limitLength,
        z.union(
          [digest, z.array(digest).max(MAX_LIST_LENGTH)],
          `${DIGEST_HINT}. One, or a list of at most ${MAX_LIST_LENGTH}`,
        ),
      )
      .optional()
      .meta({ description: 'The digest of a blocked set of deletions, or several.' }),
  });
}

/** Body of POST /v1/runs: also a mapping, for a plan. */
export function runOrPlanSchema(kinds: KindNames) {
  return runRequestFields(kinds)
    .extend({
      mapping: mappingText.optional().meta({
        description: 'For a plan: the mapping that counts as if Port held it, as YAML text or an object.',
      }),
    })
    .refine(({ mode, mapping }) => mapping === undefined || mode === 'plan', {
      path: ['mapping'],
      message: 'Only a plan may bring a mapping (mode: plan); PUT /v1/mapping writes it to Port after that',
    })
    .nullish();
}

/** Body of POST /webhooks/resync. */
export function changeNoticeSchema(kinds: KindNames) {
  return z.strictObject({ kinds: kindsSchema(kinds) }).nullish();
}

export function orderOf(request: z.infer<ReturnType<typeof runOrPlanSchema>>, trigger: RunOrder['trigger']): RunOrder {
  return {
    mode: request?.mode ?? 'resync',
    trigger,
    kinds: [...new Set(request?.kinds ?? [])],
    approveDeletions: [request?.approveDeletions ?? []].flat(),
    ...(request?.mapping === undefined ? {} : { mapping: request.mapping }),
  };
}

export const ticketSchema = z.strictObject({
  runId: z.string(),
  joined: z.boolean().meta({ description: 'A run that was asked for before serves this request too.' }),
  href: z.string(),
});

export const runParamsSchema = z.strictObject({ id: z.string().min(1).max(200) });

export const listQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

const summarySchema = z.strictObject({
  runId: z.string(),
  mode: runModeSchema,
  trigger: runTriggerSchema,
  status: z.union([z.enum(['queued', 'running']), runStatusSchema]),
  kinds: z.array(kindSchema).readonly(),
  requestedAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  causes: runCausesSchema.exactOptional(),
  href: z.string(),
});

export const runListSchema = z.strictObject({ runs: z.array(summarySchema).readonly() });

/** A run without a report yet. */
const liveRunSchema = summarySchema.extend({
  ...timesFields,
  status: z.enum(['queued', 'running']),
  progress: z.array(progressSchema).readonly(),
});

export const runSchema = z.union([runReportSchema, liveRunSchema]);

export function hrefOf(runId: string): string {
  return `/v1/runs/${encodeURIComponent(runId)}`;
}

/** One item of the list of runs. */
export function summaryOf(record: RunRecord): z.infer<typeof summarySchema> {
  return {
    runId: record.runId,
    mode: record.order.mode,
    trigger: record.order.trigger,
    status: record.state === 'finished' ? record.report.status : record.state,
    kinds: record.order.kinds,
    requestedAt: record.requestedAt,
    startedAt: record.state === 'queued' ? null : record.startedAt,
    finishedAt: record.state === 'finished' ? record.report.finishedAt : null,
    ...(record.order.causes && { causes: record.order.causes }),
    href: hrefOf(record.runId),
  };
}

/** What GET /v1/runs/:id returns: the report of a finished run, else its summary with the progress. */
export function runView(record: RunRecord): z.infer<typeof runSchema> {
  if (record.state === 'finished') return record.report;
  const { progress, times = { lanes: [], waited: [] } } = record.state === 'running' ? record : { progress: [] };
  return { ...summaryOf(record), status: record.state, progress, ...times };
}
