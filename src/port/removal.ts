import { z } from 'zod';
import type { RemovalOutcome } from '../core/ports.ts';
import { HttpFailure } from '../net/http-failure.ts';
import { isUnclear } from '../net/retry.ts';
import type { PortApi } from './api.ts';
import type { WriteQuery } from './bulk.ts';
import { codeOf, type ItemFailure, passingFailure, UNANSWERED, worstOf } from './items.ts';

/** Port: at most 100 identifiers a bulk delete. */
const DELETE_BATCH = 100;

/** Port deletes all or none, but what stands between may answer item by item, as a bulk upsert is answered. */
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

interface Unsure {
  readonly identifier: string;
  readonly code: string;
  readonly message: string;
  /** How it failed; undefined: it was tried as often as a request may be. */
  readonly passing?: ItemFailure;
}

interface Sent {
  readonly deleted: readonly string[];
  readonly refused: RemovalOutcome['refused'];
  /** Deleted or not: Port did not say. */
  readonly unsure: readonly Unsure[];
}

/** Deletes entities, a hundred a request. Port's silence about one is looked into, and answered by asking again. */
export async function removeEntities(removal: Removal, identifiers: readonly string[]): Promise<RemovalOutcome> {
  const outcomes: RemovalOutcome[] = [];
  for (let start = 0; start < identifiers.length; start += DELETE_BATCH) {
    outcomes.push(await removeSome(removal, identifiers.slice(start, start + DELETE_BATCH)));
  }
  return {
    deleted: outcomes.flatMap(({ deleted }) => deleted),
    refused: outcomes.flatMap(({ refused }) => refused),
  };
}

async function removeSome(removal: Removal, identifiers: readonly string[]): Promise<RemovalOutcome> {
  const again = removal.api.patience(removal.signal);
  const deleted: string[] = [];
  const refused: RemovalOutcome['refused'][number][] = [];
  let open = identifiers;
  for (;;) {
    const sent = await sendRemoval(removal, open);
    // Somebody else may have been faster, or it was done although nobody said so: what is not there any more is gone.
    const asked = sent.unsure.map(({ identifier }) => identifier);
    const left = asked.length === 0 ? new Set<string>() : await removal.existing(asked);
    deleted.push(...sent.deleted, ...asked.filter((identifier) => !left.has(identifier)));
    refused.push(...sent.refused);
    const still = sent.unsure.filter(({ identifier }) => left.has(identifier));
    const passing = still.flatMap((item) => item.passing ?? []);
    const goesOn = passing.length > 0 && (await again(worstOf(passing)));
    const givenUp = goesOn ? still.filter((item) => item.passing === undefined) : still;
    refused.push(...givenUp.map(({ identifier, code, message }) => ({ identifier, code, message })));
    if (!goesOn) return { deleted, refused };
    open = still.filter((item) => item.passing !== undefined).map(({ identifier }) => identifier);
  }
}

/** A request that is refused as a whole is cut until the guilty one is alone. */
async function sendRemoval(removal: Removal, identifiers: readonly string[]): Promise<Sent> {
  const { api, blueprint, query, signal } = removal;
  try {
    const answer = await api.call(
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
    return sentOf(identifiers, answer);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const { message } = error;
    const all = identifiers.map((identifier) => ({ identifier, code: codeOf(error), message }));
    if (isUnclear(error)) return { deleted: [], refused: [], unsure: all };
    if (identifiers.length > 1 && error.status !== undefined) {
      const half = Math.ceil(identifiers.length / 2);
      const first = await sendRemoval(removal, identifiers.slice(0, half));
      const second = await sendRemoval(removal, identifiers.slice(half));
      return {
        deleted: [...first.deleted, ...second.deleted],
        refused: [...first.refused, ...second.refused],
        unsure: [...first.unsure, ...second.unsure],
      };
    }
    // Somebody else was faster, or something on the way says 404 to everything: that is to be looked at.
    return error.status === 404
      ? { deleted: [], refused: [], unsure: identifiers.map(notConfirmed) }
      : { deleted: [], refused: all, unsure: [] };
  }
}

function sentOf(identifiers: readonly string[], answer: z.infer<typeof deleteAnswer>): Sent {
  const listed = new Set(answer.deletedEntities);
  const deleted: string[] = [];
  const refused: RemovalOutcome['refused'][number][] = [];
  const unsure: Unsure[] = [];
  for (const [place, identifier] of identifiers.entries()) {
    const error = answer.errors.find(({ identifier: its, index }) =>
      its === undefined ? index === place : its === identifier,
    );
    if (error) {
      const { error: code, message, statusCode } = error;
      const passing = passingFailure(statusCode);
      if (passing) unsure.push({ identifier, code, message, passing });
      else if (statusCode === 404) unsure.push(notConfirmed(identifier));
      else refused.push({ identifier, code, message });
    } else if (listed.has(identifier)) deleted.push(identifier);
    else unsure.push({ ...notConfirmed(identifier), passing: UNANSWERED });
  }
  return { deleted, refused, unsure };
}

function notConfirmed(identifier: string): Unsure {
  return { identifier, code: 'not_confirmed', message: 'Port did not list it among the deleted entities' };
}
