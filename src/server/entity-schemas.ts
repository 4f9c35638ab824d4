import { z } from 'zod';
import {
  type Explanation,
  type HistoryRow,
  type Recollection,
  VERDICTS,
  type Verdict,
} from '../answers/explain/document.ts';
import type { FoundNames } from '../answers/found-names.ts';
import type { JsonObject } from '../core/model.ts';
import { journalModeSchema, journalRowSchema } from './changes-schemas.ts';
import { mapRowSchema } from './mapping-schemas.ts';
import { blockReasonSchema, changeSchema } from './report-schema.ts';

/** Names of verdicts, each with its meaning. */
const verdict = z
  .custom<Verdict>((value) => typeof value === 'string' && value in VERDICTS)
  .meta({
    type: 'string',
    enum: Object.keys(VERDICTS),
    description: Object.entries(VERDICTS)
      .map(([name, meaning]) => `\`${name}\`: ${meaning}.`)
      .join(' '),
  });
const name = z.string().min(1).max(1_000);
const text = z.string();
/** An object whose fields depend on Komodor, on the blueprint or on the mapping. */
function anObject<T extends object>(description: string) {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  return z.custom<T>(isObject).meta({ type: 'object', additionalProperties: {}, description });
}
const fields = anObject<JsonObject>('By name.');

export const findQuerySchema = z.object({
  q: z
    .string()
    .trim()
    .min(2, 'Give at least two characters of an identifier or a title')
    .max(200)
    .meta({ description: 'A part of an identifier or of a title.' }),
});

export const foundNamesSchema: z.ZodType<FoundNames> = z.strictObject({
  q: text,
  entities: z
    .array(
      z.strictObject({
        blueprint: text.nullable().meta({ description: 'null: the mapping made no entity of the item.' }),
        identifier: text,
        title: text.nullable(),
        inPort: z.boolean(),
        verdict: verdict.nullable().meta({ description: 'null: not known without asking; `href` tells.' }),
        detail: text.nullable(),
        href: text.nullable(),
      }),
    )
    .readonly(),
  more: z.boolean(),
  unknown: z.array(text).readonly().meta({ description: 'What could not be asked.' }),
});

export const entityParamsSchema = z.object({ blueprint: name, identifier: name });

const historyRow: z.ZodType<HistoryRow> = journalRowSchema
  .extend({ runId: text, mode: journalModeSchema })
  .meta({ description: 'A row of the journal, with the `runId` and `mode` of its run.' });

export const recollectionSchema: z.ZodType<Recollection> = z.strictObject({
  history: z.array(historyRow).readonly(),
  heldBack: z
    .strictObject({ reason: blockReasonSchema, digest: text, count: z.int() })
    .nullable()
    .meta({ description: 'The deletions of the blueprint that the last finished resync held back.' }),
  hindrances: z
    .array(z.strictObject({ kind: text, reason: text, message: text }))
    .readonly()
    .meta({ description: 'Why the last finished resync deleted nothing of what these kinds give.' }),
  problems: z.array(z.strictObject({ code: text, message: text })).readonly(),
});

export const explanationSchema: z.ZodType<Explanation> = z.strictObject({
  blueprint: text,
  identifier: text,
  verdict,
  summary: text.meta({ description: 'The verdict in a sentence or two.' }),
  sources: z
    .array(
      z.strictObject({
        kind: text,
        label: text,
        item: anObject<JsonObject>('As Komodor gives it.'),
        rows: z.array(mapRowSchema).readonly(),
      }),
    )
    .readonly(),
  reads: z.array(z.strictObject({ kind: text, complete: z.boolean(), detail: text })).readonly(),
  port: z
    .strictObject({
      entity: z.strictObject({
        title: text.nullable(),
        icon: text.nullable(),
        team: z.unknown(),
        properties: fields,
        relations: fields,
      }),
      owner: text.nullable(),
      updatedAt: text.nullable(),
    })
    .nullable(),
  relations: z
    .array(
      z.strictObject({
        relation: text,
        target: z.strictObject({ blueprint: text, identifier: text }),
        exists: z.boolean().nullable(),
      }),
    )
    .readonly(),
  next: z.strictObject({
    action: z.enum(['none', 'create', 'update', 'delete', 'held_back', 'unknown']),
    changes: changeSchema
      .pick({ title: true, icon: true, team: true, properties: true, relations: true })
      .nullable()
      .meta({ description: 'Each changed field as `{from, to}`.' }),
    reason: text,
    digest: text.nullable(),
  }),
  history: z.array(historyRow).readonly(),
  resembling: z.array(z.strictObject({ blueprint: text, identifier: text, title: text.nullable() })).readonly(),
});
