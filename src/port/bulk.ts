import { z } from 'zod';
import { isSearchQuery } from '../core/conform.ts';
import { entityJson } from '../core/entity-json.ts';
import type { Exchange } from '../core/journal.ts';
import type { Entity } from '../core/model.ts';
import type { UpsertBatch, UpsertOutcome } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';
import { exchangeOf, failedExchange, memberOf, type WriteQuery } from './exchange.ts';
import { codeOf, type ItemFailure, NO_ANSWER, transientFailure, UNANSWERED_ITEM, worstOf } from './items.ts';
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

/** The outcome of one item. `transient`: its failure, if sending the item again may help. */
interface ItemResult {
  readonly outcome: UpsertOutcome;
  readonly transient?: ItemFailure;
}

/**
 * Upserts up to 20 entities in one request. A batch that Port refuses as a whole is halved until the wrong entity is alone
 * and the others are written. Items with a transient failure are sent again, without the others.
 * @param onNoAnswer called when Port accepted no item, even after retries
 * @returns one outcome per entity, in order
 */
export async function upsertBatch(
  api: PortApi,
  batch: UpsertBatch,
  query: WriteQuery,
  signal: AbortSignal,
  onNoAnswer: (why: string) => void = () => undefined,
): Promise<readonly UpsertOutcome[]> {
  const { entities } = batch;
  const retry = api.retrier(signal);
  const outcomes = new Map<number, UpsertOutcome>();
  let pending = [...entities.keys()];
  for (let round = 1; ; round += 1) {
    const sent = entities.filter((_entity, place) => pending.includes(place));
    const results = await sendBatch(api, { ...batch, entities: sent }, query, signal, onNoAnswer);
    for (const [at, place] of pending.entries()) {
      const result = results[at];
      if (result) outcomes.set(place, round === 1 ? result.outcome : withUnknownCreation(result.outcome));
    }
    const failures = results.flatMap(({ transient }) => transient ?? []);
    pending = pending.filter((_place, at) => results[at]?.transient !== undefined);
    if (pending.length === 0 || !(await retry(worstOf(failures)))) break;
  }
  if (pending.length === entities.length) onNoAnswer('each of its items failed for something that should pass');
  return entities.map((_entity, place) => outcomes.get(place) ?? NO_ANSWER);
}

async function sendBatch(
  api: PortApi,
  batch: UpsertBatch,
  query: WriteQuery,
  signal: AbortSignal,
  onNoAnswer: (why: string) => void,
): Promise<readonly ItemResult[]> {
  const { blueprint, entities } = batch;
  const call = {
    method: 'POST' as const,
    path: `/blueprints/${encodeURIComponent(blueprint)}/entities/bulk`,
    query: { upsert: 'true', merge: String(batch.merge), validation_only: 'false', ...query },
  };
  try {
    const request = { ...call, bodyText: bodyOf(entities), withUserAgent: true };
    const answer = await api.exchange(request, upsertAnswer, signal);
    const results = entities.map((entity, index) =>
      resultOf(entity, index, answer.value, (said) =>
        exchangeOf(call, bodyOf([entity]), answer.status, memberOf(answer.json, 'errors', said)),
      ),
    );
    return answer.attempts === 1
      ? results
      : results.map((result) => ({ ...result, outcome: withUnknownCreation(result.outcome) }));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (entities.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(entities.length / 2);
      const first = await sendBatch(api, { ...batch, entities: entities.slice(0, half) }, query, signal, onNoAnswer);
      return [
        ...first,
        ...(await sendBatch(api, { ...batch, entities: entities.slice(half) }, query, signal, onNoAnswer)),
      ];
    }
    if (error.status === undefined || error.status >= 500) onNoAnswer(error.message);
    return entities.map((entity) => {
      const exchange = failedExchange(call, bodyOf([entity]), error);
      return { outcome: { ...refused(entity, error), exchange } };
    });
  }
}

/** Whether half of the batch may succeed: the body was too large, or one of its entities violates the route's schema. */
function isAboutContent({ status }: HttpFailure): boolean {
  return status === 400 || status === 413 || status === 422;
}

/** After a retry, `updated` may mean that an earlier attempt created the entity. So `created` becomes unknown (null). */
function withUnknownCreation(outcome: UpsertOutcome): UpsertOutcome {
  return outcome.type === 'written' && outcome.created === false ? { ...outcome, created: null } : outcome;
}

function bodyOf(entities: readonly Entity[]): string {
  return `{"entities":[${entities.map(entityJson).join(',')}]}`;
}

/** The outcome of an entity that was alone in a refused request. */
function refused(entity: Entity, error: HttpFailure): Extract<UpsertOutcome, { type: 'refused' }> {
  const code = codeOf(error);
  // Only Port's message: ours contains the request's path, where a field's name could be found by mistake.
  const fields = namedFields(entity, { status: error.status, code, message: error.apiMessage ?? '' });
  return { type: 'refused', code, message: error.message, fields: error.status === undefined ? [] : fields };
}

/** @param exchangeAt gives the exchange about the entity, with the error at this place of the answer's list */
function resultOf(
  entity: Entity,
  index: number,
  answer: z.infer<typeof upsertAnswer>,
  exchangeAt: (error: number) => Exchange,
): ItemResult {
  const at = answer.errors.findIndex((error) => error.index === index);
  const refusal = answer.errors[at];
  if (refusal) {
    const { error: code, message, statusCode, details } = refusal;
    const transient = transientFailure(statusCode);
    const exchange = exchangeAt(at);
    if (transient) return { outcome: { type: 'refused', code, message, exchange }, transient };
    if (isSearchQuery(entity.identifier) && refusal.identifier === 'unknown') return { outcome: { type: 'unmatched' } };
    const missesTarget = statusCode === 404 && Object.values(entity.relations).some((value) => value !== null);
    if (missesTarget) return { outcome: { type: 'missing_relation', message, exchange } };
    const fields = namedFields(entity, { status: statusCode, code, message, property: details?.property });
    return { outcome: { type: 'refused', code, message, fields, exchange } };
  }
  const landed = answer.entities.find((written) => written.index === index);
  if (!landed) return { outcome: { ...NO_ANSWER, exchange: exchangeAt(at) }, transient: UNANSWERED_ITEM };
  const identifier = landed.identifier ?? (typeof entity.identifier === 'string' ? entity.identifier : null);
  return { outcome: { type: 'written', identifier, created: landed.created ?? null } };
}
