import { z } from 'zod';
import { isSearchQuery } from '../core/conform.ts';
import { entityJson } from '../core/entity-json.ts';
import type { Entity } from '../core/model.ts';
import type { UpsertBatch, UpsertOutcome } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { codeOf, type ItemFailure, NO_ANSWER, passingFailure, UNANSWERED, worstOf } from './items.ts';
import { namedFields } from './refused-fields.ts';

const upsertAnswer = z.looseObject({
  entities: z
    .array(z.looseObject({ index: z.number(), identifier: z.string().optional(), created: z.boolean().optional() }))
    .default([]),
  errors: z
    .array(
      z.looseObject({
        index: z.number(),
        identifier: z.string().optional(),
        statusCode: z.number().optional(),
        error: z.string().default('unknown_error'),
        message: z.string().default(''),
        details: z.looseObject({ property: z.string().optional() }).optional().catch(undefined),
      }),
    )
    .default([]),
});

/** Query parameters of every entity write, as Port's own integrations send them. */
export type WriteQuery = { readonly [name: string]: string };

/** What became of one item, and how it failed where sending it again may help. */
interface ItemResult {
  readonly outcome: UpsertOutcome;
  readonly passing?: ItemFailure;
}

/**
 * Upserts up to 20 entities in one request. A batch that Port refuses as a whole is cut in half until the guilty entity
 * stands alone and the others have landed. Items that fail for something that passes are sent again, without the rest.
 * @param onLost told when Port took nothing at all, retries included
 * @returns one outcome per entity, in order
 */
export async function upsertBatch(
  api: PortApi,
  batch: UpsertBatch,
  query: WriteQuery,
  signal: AbortSignal,
  onLost: (why: string) => void = () => undefined,
): Promise<readonly UpsertOutcome[]> {
  const { entities } = batch;
  const again = api.patience(signal);
  const outcomes = new Map<number, UpsertOutcome>();
  let open = [...entities.keys()];
  for (let round = 1; ; round += 1) {
    const sent = entities.filter((_entity, place) => open.includes(place));
    const results = await sendBatch(api, { ...batch, entities: sent }, query, signal, onLost);
    for (const [at, place] of open.entries()) {
      const result = results[at];
      if (result) outcomes.set(place, round === 1 ? result.outcome : withoutClaim(result.outcome));
    }
    const failures = results.flatMap(({ passing }) => passing ?? []);
    open = open.filter((_place, at) => results[at]?.passing !== undefined);
    if (open.length === 0 || !(await again(worstOf(failures)))) break;
  }
  if (open.length === entities.length) onLost('each of its items failed for something that should pass');
  return entities.map((_entity, place) => outcomes.get(place) ?? NO_ANSWER);
}

async function sendBatch(
  api: PortApi,
  batch: UpsertBatch,
  query: WriteQuery,
  signal: AbortSignal,
  onLost: (why: string) => void,
): Promise<readonly ItemResult[]> {
  const { blueprint, entities } = batch;
  try {
    const { value: answer, attempts } = await api.exchange(
      {
        method: 'POST',
        path: `/blueprints/${encodeURIComponent(blueprint)}/entities/bulk`,
        query: { upsert: 'true', merge: String(batch.merge), validation_only: 'false', ...query },
        bodyText: `{"entities":[${entities.map(entityJson).join(',')}]}`,
        asExporter: true,
      },
      upsertAnswer,
      signal,
    );
    const results = entities.map((entity, index) => resultOf(entity, index, answer));
    return attempts === 1 ? results : results.map((result) => ({ ...result, outcome: withoutClaim(result.outcome) }));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (entities.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(entities.length / 2);
      const first = await sendBatch(api, { ...batch, entities: entities.slice(0, half) }, query, signal, onLost);
      return [...first, ...(await sendBatch(api, { ...batch, entities: entities.slice(half) }, query, signal, onLost))];
    }
    if (error.status === undefined || error.status >= 500) onLost(error.message);
    return entities.map((entity) => ({ outcome: refused(entity, error) }));
  }
}

/** Whether a part of the batch may still be fine: the body was too large, or something in it broke the route's schema. */
function isAboutContent({ status }: HttpFailure): boolean {
  return status === 400 || status === 413 || status === 422;
}

/** An earlier attempt may have created what the last one only updated. */
function withoutClaim(outcome: UpsertOutcome): UpsertOutcome {
  return outcome.type === 'written' && outcome.created === false ? { ...outcome, created: null } : outcome;
}

/** Refused alone, with the whole request. */
function refused(entity: Entity, error: HttpFailure): UpsertOutcome {
  const code = codeOf(error);
  // Our own sentence names the path of the request, which Port has no quarrel with.
  const fields = namedFields(entity, { status: error.status, code, message: error.apiMessage ?? '' });
  return { type: 'refused', code, message: error.message, fields: error.status === undefined ? [] : fields };
}

function resultOf(entity: Entity, index: number, answer: z.infer<typeof upsertAnswer>): ItemResult {
  const refusal = answer.errors.find((error) => error.index === index);
  if (refusal) {
    const { error: code, message, statusCode, details } = refusal;
    const passing = passingFailure(statusCode);
    if (passing) return { outcome: { type: 'refused', code, message }, passing };
    if (isSearchQuery(entity.identifier) && refusal.identifier === 'unknown') return { outcome: { type: 'unmatched' } };
    const missesTarget = statusCode === 404 && Object.values(entity.relations).some((value) => value !== null);
    if (missesTarget) return { outcome: { type: 'missing_relation', message } };
    const fields = namedFields(entity, { status: statusCode, code, message, property: details?.property });
    return { outcome: { type: 'refused', code, message, fields } };
  }
  const landed = answer.entities.find((written) => written.index === index);
  if (!landed) return { outcome: NO_ANSWER, passing: UNANSWERED };
  const identifier = landed.identifier ?? (typeof entity.identifier === 'string' ? entity.identifier : null);
  return { outcome: { type: 'written', identifier, created: landed.created ?? null } };
}
