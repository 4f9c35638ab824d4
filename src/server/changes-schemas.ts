import { z } from 'zod';
import type { ChangesDocument } from '../answers/recorded-run.ts';
import { ACTIONS, OUTCOMES } from '../core/change-rows.ts';
import type { Exchange, JournalRow, JournalRun } from '../core/journal.ts';
import { changeSchema, runModeSchema, runStatusSchema, runTriggerSchema } from './report-schema.ts';

const actionSchema = z.enum(ACTIONS);
const outcomeSchema = z.enum(OUTCOMES);

/** A field of a form that was left empty is not given. */
const given = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const filter = {
  action: given(actionSchema),
  outcome: given(outcomeSchema),
  blueprint: given(z.string().max(200)).meta({ description: 'Only entities of this blueprint.' }),
  q: given(z.string().max(200)).meta({ description: 'A part of an identifier or a title, in any case.' }),
};

export const rowFilterSchema = z.strictObject(filter);
export const rowPageQuerySchema = z.strictObject({
  ...filter,
  cursor: given(z.string().max(200)).meta({ description: 'The cursor of the page before, with the same filter.' }),
  limit: given(z.coerce.number().int().min(1).max(1000)).meta({ description: 'How many rows; 100 if not given.' }),
});

const count = z.int().min(0);

export const journalModeSchema = z.union([runModeSchema, z.literal('live')]);

const journalRunSchema: z.ZodType<JournalRun> = z.strictObject({
  runId: z.string(),
  mode: journalModeSchema,
  trigger: runTriggerSchema,
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  status: runStatusSchema.nullable(),
  rows: count,
  lost: count,
  counts: z.partialRecord(actionSchema, z.partialRecord(outcomeSchema, count)),
});

const exchangeSchema: z.ZodType<Exchange> = z.strictObject({
  request: z.strictObject({ method: z.string(), path: z.string(), body: z.string() }),
  answer: z.strictObject({ status: z.int().nullable(), body: z.string() }),
});

/** A row of the journal, to be extended. */
export const journalRowSchema = changeSchema.omit({ blocked: true }).extend({
  outcome: outcomeSchema,
  at: z.string(),
  fields: z.array(z.string()).readonly().exactOptional(),
  error: z
    .strictObject({ code: z.string(), message: z.string(), exchange: exchangeSchema.exactOptional() })
    .exactOptional(),
  source: z
    .strictObject({ kind: z.string(), item: z.string(), entries: z.array(z.string()).readonly() })
    .exactOptional(),
});

export const noteSchema = z.strictObject({
  code: z.enum([
    'changed_nothing',
    'history_off',
    'not_kept',
    'not_recorded',
    'in_progress',
    'rows_lost',
    'no_such_blueprint',
  ]),
  message: z.string(),
});

export const changesDocumentSchema: z.ZodType<ChangesDocument> = z.strictObject({
  run: journalRunSchema,
  rows: z.array<z.ZodType<JournalRow>>(journalRowSchema).readonly(),
  cursor: z.string().nullable().meta({ description: 'Where the next page begins; null: this was the last one.' }),
  note: noteSchema.nullable().meta({ description: 'Why there are no rows, or not all.' }),
});
