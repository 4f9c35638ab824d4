import { z } from 'zod';
import {
  ENTRY_ID,
  TIMELINE_TYPES,
  type TimelineEntry,
  type TimelinePage,
  type TimelineQuery,
} from '../core/timeline.ts';
import { kindSchema, runStatusSchema, runTriggerSchema } from './report-schema.ts';

const count = z.int().min(0);
const instant = z.iso.datetime();
const base = { id: z.string().meta({ description: 'Its place in the list.' }), at: instant };

const run = {
  ...base,
  runId: z.string(),
  trigger: runTriggerSchema,
  status: runStatusSchema,
  durationMs: z.number().min(0),
  created: count,
  updated: count,
  deleted: count,
  failed: count,
  heldBack: count.meta({ description: 'Held back from deletion until a person approves.' }),
  stale: count.nullable().meta({ description: 'Entities whose source is gone; null: an earlier version ran it.' }),
  waitMs: z.number().min(0).nullable().meta({
    description: 'How long it waited because an API allows no more requests; null: an earlier version ran it.',
  }),
  mapping: z.string().nullable().meta({ description: 'The digest of the mapping that it used.' }),
};
const service = { ...base, version: z.string(), role: z.string() };
const mappingName = z.strictObject({ digest: z.string(), origin: z.string() });

const entrySchema: z.ZodType<TimelineEntry> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run'), ...run }),
  z.strictObject({ type: z.literal('plan'), ...run }),
  z.strictObject({
    type: z.literal('live'),
    ...base,
    events: count,
    written: count,
    deleted: count,
    heldBack: count,
    failed: count,
  }),
  z.strictObject({ type: z.literal('mapping'), ...base, from: mappingName, to: mappingName, diff: z.string() }),
  z.strictObject({
    type: z.literal('approval'),
    ...base,
    runId: z.string(),
    trigger: runTriggerSchema,
    blueprint: z.string(),
    digest: z.string(),
    count,
  }),
  z.strictObject({ type: z.literal('start'), ...service }),
  z.strictObject({ type: z.literal('stop'), ...service }),
  z.strictObject({
    type: z.literal('stalled'),
    ...base,
    since: instant,
    blueprints: z.array(z.string()).readonly(),
    reason: z.string(),
  }),
  z.strictObject({ type: z.literal('recovered'), ...base, stalledSince: instant }),
  z.strictObject({
    type: z.literal('watch'),
    ...base,
    state: z.enum(['lost', 'back']),
    kind: kindSchema,
    namespace: z.string().nullable().meta({ description: 'null: all of them.' }),
    why: z.string().nullable(),
  }),
]);

export const timelineSchema: z.ZodType<TimelinePage> = z.strictObject({
  entries: z.array(entrySchema).readonly(),
  before: z.string().nullable().meta({ description: 'What to ask for as `before` to go on; null: nothing is older.' }),
});

/** Several words with commas between them. */
function listOf<const Word extends string>(words: readonly Word[], what: string) {
  return z
    .string()
    .max(200)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(words)))
    .optional()
    .meta({ description: `${what}, separated by commas: ${words.join(', ')}` });
}

export const timelineQuerySchema: z.ZodType<TimelineQuery, unknown> = z
  .strictObject({
    before: z.string().regex(ENTRY_ID, 'Give the `before` of the page that came last').optional(),
    type: listOf(TIMELINE_TYPES, 'Types'),
    status: listOf(runStatusSchema.options, 'Only runs and plans that ended like this'),
    changed: z.enum(['true', 'false']).default('false').meta({
      description: '`true` leaves out runs and plans that ended well and changed, held back and refused nothing.',
    }),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .transform(({ before = null, type = [], status = [], changed, limit }) => ({
    ...{ before, types: type, statuses: status, changed: changed === 'true', limit },
  }));
