import { z } from 'zod';
import { LINT_CODES } from '../answers/lint/codes.ts';
import type { LintDocument } from '../answers/lint/lint.ts';
import { mappingText } from './mapping-schemas.ts';

const MAX_BLUEPRINTS = 100;

/** Body of POST /v1/lint. No body: what a resync would use, without samples. */
export const lintRequestSchema = z
  .strictObject({
    mapping: mappingText.optional().meta({ description: 'Left out: the mapping that a resync would use.' }),
    blueprints: z
      .array(z.record(z.string(), z.unknown(), 'A blueprint is an object'))
      .max(MAX_BLUEPRINTS, `At most ${MAX_BLUEPRINTS} blueprints`)
      .optional()
      .meta({ description: "Blueprints in Port's form. Left out: those in Port." }),
    samples: z.unknown().optional().meta({
      description:
        '`live`: one page of each listing from Komodor. Or items: an object of kinds with their items, a list, or an answer of Komodor.',
    }),
  })
  .nullish();

/** What POST /v1/lint answers. */
export const lintDocumentSchema: z.ZodType<LintDocument> = z.strictObject({
  status: z.enum(['completed', 'failed']).meta({ description: '`failed`: there are errors.' }),
  mapping: z.string(),
  samples: z.strictObject({ from: z.string(), kinds: z.record(z.string(), z.number()) }).nullable(),
  findings: z
    .array(
      z.strictObject({
        code: z.literal(Object.keys(LINT_CODES).filter(isCode)),
        severity: z.enum(['error', 'warning']),
        file: z.string().nullable(),
        path: z.string(),
        line: z.number().nullable(),
        message: z.string(),
        advice: z.string(),
      }),
    )
    .readonly(),
});

function isCode(code: string): code is keyof typeof LINT_CODES {
  return Object.hasOwn(LINT_CODES, code);
}
