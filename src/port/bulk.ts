import { z } from 'zod';
import { isSearchQuery } from '../core/conform.ts';
import { entityJson } from '../core/entity-json.ts';
import type { Entity } from '../core/model.ts';
import type { RemovalOutcome, UpsertBatch, UpsertOutcome } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { PortApi } from './api.ts';

/** Port: at most 100 identifiers a bulk delete. */
const DELETE_BATCH = 100;

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
      }),
    )
    .default([]),
});
const deleteAnswer = z.looseObject({ deletedEntities: z.array(z.string()).default([]) });

/** Query parameters of every entity write, as Port's own integrations send them. */
export type WriteQuery = { readonly [name: string]: string };

/**
 * Upserts up to 20 entities in one request. A batch that Port refuses as a whole is cut in half until the guilty entity
 * stands alone and the others have landed.
 * @param onLost told when Port gave no usable answer at all, retries included
 * @returns one outcome per entity, in order
 */
export async function upsertBatch(
  api: PortApi,
  batch: UpsertBatch,
  query: WriteQuery,
  signal: AbortSignal,
  onLost: (why: string) => void = () => undefined,
): Promise<readonly UpsertOutcome[]> {
  const { blueprint, entities } = batch;
  try {
    const answer = await api.call(
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
    return entities.map((entity, index) => outcomeOf(entity, index, answer));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (entities.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(entities.length / 2);
      const first = await upsertBatch(api, { ...batch, entities: entities.slice(0, half) }, query, signal, onLost);
      return [
        ...first,
        ...(await upsertBatch(api, { ...batch, entities: entities.slice(half) }, query, signal, onLost)),
      ];
    }
    if (error.status === undefined || error.status >= 500) onLost(error.message);
    return entities.map(() => ({ type: 'refused', code: codeOf(error), message: error.message }));
  }
}

/** Whether a part of the batch may still be fine: the body was too large, or something in it broke the route's schema. */
function isAboutContent({ status }: HttpFailure): boolean {
  return status === 400 || status === 413 || status === 422;
}

function codeOf(error: HttpFailure): string {
  return error.errorCode ?? (error.status === undefined ? error.problem : `http_${error.status}`);
}

function outcomeOf(entity: Entity, index: number, answer: z.infer<typeof upsertAnswer>): UpsertOutcome {
  const refusal = answer.errors.find((error) => error.index === index);
  if (refusal) {
    if (isSearchQuery(entity.identifier) && refusal.identifier === 'unknown') return { type: 'unmatched' };
    const { error: code, message } = refusal;
    const missesTarget = refusal.statusCode === 404 && Object.values(entity.relations).some((value) => value !== null);
    return missesTarget ? { type: 'missing_relation', message } : { type: 'refused', code, message };
  }
  const landed = answer.entities.find((written) => written.index === index);
  if (!landed) return { type: 'refused', code: 'no_answer', message: 'Port said nothing about this entity' };
  const identifier = landed.identifier ?? (typeof entity.identifier === 'string' ? entity.identifier : null);
  return { type: 'written', identifier, created: landed.created ?? null };
}

/** Deletes entities, a hundred a request; a request that is refused as a whole is cut until the guilty one is alone. */
export async function removeEntities(
  api: PortApi,
  blueprint: string,
  identifiers: readonly string[],
  query: WriteQuery,
  signal: AbortSignal,
): Promise<RemovalOutcome> {
  const outcomes: RemovalOutcome[] = [];
  for (let start = 0; start < identifiers.length; start += DELETE_BATCH) {
    outcomes.push(await removeBatch(api, blueprint, identifiers.slice(start, start + DELETE_BATCH), query, signal));
  }
  return join(outcomes);
}

async function removeBatch(
  api: PortApi,
  blueprint: string,
  identifiers: readonly string[],
  query: WriteQuery,
  signal: AbortSignal,
): Promise<RemovalOutcome> {
  try {
    const { deletedEntities } = await api.call(
      {
        method: 'POST',
        path: `/blueprints/${encodeURIComponent(blueprint)}/bulk/entities/delete`,
        // Never `true`: that would take other people's entities along.
        query: { delete_dependents: 'false', ...query },
        body: { entities: identifiers },
        asExporter: true,
      },
      deleteAnswer,
      signal,
    );
    const deleted = new Set(deletedEntities);
    return {
      deleted: identifiers.filter((identifier) => deleted.has(identifier)),
      refused: notConfirmed(identifiers.filter((identifier) => !deleted.has(identifier))),
    };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const mayBePartly = error.status !== undefined && error.status < 500 && error.status !== 429;
    if (identifiers.length > 1 && mayBePartly) {
      const half = Math.ceil(identifiers.length / 2);
      return join([
        await removeBatch(api, blueprint, identifiers.slice(0, half), query, signal),
        await removeBatch(api, blueprint, identifiers.slice(half), query, signal),
      ]);
    }
    // Somebody else was faster, or something on the way says 404 to everything: that is to be looked at.
    if (error.status === 404) return { deleted: [], refused: notConfirmed(identifiers) };
    return {
      deleted: [],
      refused: identifiers.map((identifier) => ({ identifier, code: codeOf(error), message: error.message })),
    };
  }
}

/** What the caller has to look for itself. */
function notConfirmed(identifiers: readonly string[]): RemovalOutcome['refused'] {
  const message = 'Port did not list it among the deleted entities';
  return identifiers.map((identifier) => ({ identifier, code: 'not_confirmed', message }));
}

function join(outcomes: readonly RemovalOutcome[]): RemovalOutcome {
  return { deleted: outcomes.flatMap(({ deleted }) => deleted), refused: outcomes.flatMap(({ refused }) => refused) };
}
