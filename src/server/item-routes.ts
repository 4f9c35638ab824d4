import { z } from 'zod';
import type { ItemsDocument } from '../answers/find-samples.ts';
import type { KindNames } from '../core/kinds.ts';
import type { Kind } from '../core/model.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { limitWork } from './limited-work.ts';
import { MAX_KIND } from './mapping-schemas.ts';
import { HttpProblem } from './problems.ts';

/** Each may read some pages from a system. */
const LIMITS = { atOnce: 2, ms: 20_000, what: 'answered' };

const itemsDocumentSchema: z.ZodType<ItemsDocument> = z.strictObject({
  kind: z.string(),
  from: z.enum(['live', 'examples']),
  items: z.array(z.strictObject({ label: z.string(), item: z.unknown() })).readonly(),
  more: z.boolean().meta({ description: 'Whether there are, or may be, more.' }),
  problem: z.string().nullable().meta({ description: 'Why not everything was read.' }),
});

/** GET /v1/items */
export function addItemRoutes(app: App, { mappings, limits, kinds, redact }: ServerContext, access: Access): void {
  const limited = limitWork(LIMITS);
  app.get(
    '/v1/items',
    {
      onRequest: access.read,
      config: { rateLimit: { max: limits.explainsPerMinute } },
      schema: {
        tags: ['mapping'],
        security: [{ apiToken: [] }],
        summary: 'Items of a kind, to try a mapping on',
        description: 'At most 50. Each can be sent to POST /v1/map as it is.',
        querystring: z.object({
          kind: z.string().max(MAX_KIND),
          q: z.string().trim().max(200).default('').meta({ description: 'A part of any text in the item.' }),
          from: z.enum(['live', 'examples']).default('examples').meta({
            description:
              '`live`: as Komodor, the cluster or the folder gives them now. `examples`: made up; nothing is asked.',
          }),
        }),
        response: { 200: itemsDocumentSchema },
      },
    },
    async ({ query: { kind, q, from } }, reply) => {
      const question = { kind: kindMeant(kinds, kind, from), from, q: redact(q) };
      return limited(reply, (signal) => mappings.items(question, signal));
    },
  );
}

/** Examples there are also of kinds that this installation cannot read. @throws HttpProblem `invalid_request` */
function kindMeant(kinds: KindNames, name: string, from: ItemsDocument['from']): Kind {
  const found = kinds.find(name);
  if ('kind' in found) return found.kind;
  if (from === 'examples' && found.off !== undefined) return found.off;
  throw new HttpProblem('invalid_request', { errors: [{ in: 'querystring', path: '/kind', message: found.problem }] });
}
