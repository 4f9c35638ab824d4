import { z } from 'zod';
import type { Exchange } from '../core/journal.ts';
import type { RefusedRemoval, RemovalOutcome } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { isUnclear } from '../net/retry.ts';
import type { PortApi } from './api.ts';
import { exchangeOf, failedExchange, memberOf, type WriteQuery } from './exchange.ts';
import { codeOf, type ItemFailure, transientFailure, UNANSWERED_ITEM, worstOf } from './items.ts';

/** Port's limit: 100 identifiers per bulk delete. */
const DELETE_BATCH = 100;

/** Port deletes all or none. The schema also accepts errors per item, as a bulk upsert has them. */
const deleteAnswer = z.looseObject({
  deletedEntities: z.array(z.string()).default([]),
  errors: z
    .array(
      z.looseObject({
        index: z.number().optional(),
        identifier: z.string().optional(),
        statusCode: z.number().optional(),
        error: z.string().default('unknown_error'),
        message: z.string().default(''),
      }),
    )
    .default([])
    .catch([]),
});

export interface Removal {
  readonly api: PortApi;
  readonly blueprint: string;
  readonly query: WriteQuery;
  readonly signal: AbortSignal;
  /** Which of these Port still has. */
  readonly existing: (identifiers: readonly string[]) => Promise<ReadonlySet<string>>;
}

interface UnclearItem extends RefusedRemoval {
  /** Its failure, if it may be sent again; undefined: it was sent as often as allowed. */
  readonly transient?: ItemFailure;
}

interface RemovalAnswer {
  readonly deleted: readonly string[];
  readonly refused: RemovalOutcome['refused'];
  /** Items of which we do not know whether they were deleted. */
  readonly unclear: readonly UnclearItem[];
}

/** Deletes entities, 100 per request. If the response does not say what became of one, looks whether Port still has it. */
export async function removeEntities(removal: Removal, identifiers: readonly string[]): Promise<RemovalOutcome> {
  const outcomes: RemovalOutcome[] = [];
  for (let start = 0; start < identifiers.length; start += DELETE_BATCH) {
    outcomes.push(await removeBatch(removal, identifiers.slice(start, start + DELETE_BATCH)));
  }
  return {
    deleted: outcomes.flatMap(({ deleted }) => deleted),
    refused: outcomes.flatMap(({ refused }) => refused),
  };
}

async function removeBatch(removal: Removal, identifiers: readonly string[]): Promise<RemovalOutcome> {
  const retry = removal.api.retrier(removal.signal);
  const deleted: string[] = [];
  const refused: RemovalOutcome['refused'][number][] = [];
  let pending = identifiers;
  for (;;) {
    const sent = await sendRemoval(removal, pending);
    // An entity that Port does not have any more counts as deleted, whoever did it.
    const asked = sent.unclear.map(({ identifier }) => identifier);
    const stillThere = asked.length === 0 ? new Set<string>() : await removal.existing(asked);
    deleted.push(...sent.deleted, ...asked.filter((identifier) => !stillThere.has(identifier)));
    refused.push(...sent.refused);
    const still = sent.unclear.filter(({ identifier }) => stillThere.has(identifier));
    const passing = still.flatMap((item) => item.transient ?? []);
    const goesOn = passing.length > 0 && (await retry(worstOf(passing)));
    const givenUp = goesOn ? still.filter((item) => item.transient === undefined) : still;
    refused.push(...givenUp.map(({ transient: _, ...item }) => item));
    if (!goesOn) return { deleted, refused };
    pending = still.filter((item) => item.transient !== undefined).map(({ identifier }) => identifier);
  }
}

/** Deletes one batch. If Port refuses it as a whole, it is halved until the wrong entity is alone. */
async function sendRemoval(removal: Removal, identifiers: readonly string[]): Promise<RemovalAnswer> {
  const { api, blueprint, query, signal } = removal;
  const call = {
    method: 'POST' as const,
    path: `/blueprints/${encodeURIComponent(blueprint)}/bulk/entities/delete`,
    // Never `true`: that would delete other people's entities too.
    query: { delete_dependents: 'false', ...query },
  };
  const bodyOf = (identifier: string) => JSON.stringify({ entities: [identifier] });
  try {
    const request = { ...call, body: { entities: identifiers }, withUserAgent: true };
    const { value, status, json } = await api.exchange(request, deleteAnswer, signal);
    return readAnswer(identifiers, value, (identifier, at) =>
      exchangeOf(call, bodyOf(identifier), status, memberOf(json, 'errors', at)),
    );
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const { message } = error;
    const all = identifiers.map((identifier) => {
      const exchange = failedExchange(call, bodyOf(identifier), error);
      return { identifier, code: codeOf(error), message, exchange };
    });
    if (isUnclear(error)) return { deleted: [], refused: [], unclear: all };
    if (identifiers.length > 1 && error.status !== undefined) {
      const half = Math.ceil(identifiers.length / 2);
      const first = await sendRemoval(removal, identifiers.slice(0, half));
      const second = await sendRemoval(removal, identifiers.slice(half));
      return {
        deleted: [...first.deleted, ...second.deleted],
        refused: [...first.refused, ...second.refused],
        unclear: [...first.unclear, ...second.unclear],
      };
    }
    // A 404 means that the entity is gone, or that a proxy answers 404 to everything. So it is looked up.
    return error.status === 404
      ? { deleted: [], refused: [], unclear: all.map(({ identifier, exchange }) => notConfirmed(identifier, exchange)) }
      : { deleted: [], refused: all, unclear: [] };
  }
}

/** @param exchangeAt gives the exchange about an entity, with the error at this place of the answer's list */
function readAnswer(
  identifiers: readonly string[],
  answer: z.infer<typeof deleteAnswer>,
  exchangeAt: (identifier: string, error: number) => Exchange,
): RemovalAnswer {
  const listed = new Set(answer.deletedEntities);
  const deleted: string[] = [];
  const refused: RemovalOutcome['refused'][number][] = [];
  const unclear: UnclearItem[] = [];
  for (const [place, identifier] of identifiers.entries()) {
    const at = answer.errors.findIndex(({ identifier: its, index }) =>
      its === undefined ? index === place : its === identifier,
    );
    const error = answer.errors[at];
    if (!error && listed.has(identifier)) {
      deleted.push(identifier);
      continue;
    }
    const exchange = exchangeAt(identifier, at);
    if (error) {
      const { error: code, message, statusCode } = error;
      const transient = transientFailure(statusCode);
      if (transient) unclear.push({ identifier, code, message, exchange, transient });
      else if (statusCode === 404) unclear.push(notConfirmed(identifier, exchange));
      else refused.push({ identifier, code, message, exchange });
    } else unclear.push({ ...notConfirmed(identifier, exchange), transient: UNANSWERED_ITEM });
  }
  return { deleted, refused, unclear };
}

function notConfirmed(identifier: string, exchange: Exchange): UnclearItem {
  return { identifier, code: 'not_confirmed', message: 'Port did not list it among the deleted entities', exchange };
}
