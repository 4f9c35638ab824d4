import { z } from 'zod';
import { HttpFailure } from '../net/http-failure.ts';

/** What the API server says about something that it did not do. */
export interface Status {
  /** As an HTTP status; 0 when it gives none. */
  readonly code: number;
  /** One word: `Expired`, `Forbidden`, `NotFound`. Empty when it gives none. */
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
  /** What of the request was wrong. */
  readonly causes: readonly StatusCause[];
}

interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

const word = z.string().catch('');
const StatusSchema = z.looseObject({
  kind: z.literal('Status'),
  code: z.number().catch(0),
  reason: word,
  message: word,
  details: z
    .looseObject({
      retryAfterSeconds: z.number().positive().optional().catch(undefined),
      causes: z.array(z.looseObject({ reason: word, message: word, field: word })).catch([]),
    })
    .catch({ causes: [] }),
});
const EventSchema = z.looseObject({ type: z.literal('ERROR'), object: z.unknown() });

/**
 * The `Status` object of Kubernetes in a request that failed, in an event `ERROR` of a watch, or the object itself. Undefined:
 * there is none. Then the answer is not the API server's own, but that of a proxy on the way, or there was no answer.
 */
export function statusOf(error: unknown): Status | undefined {
  const given = error instanceof HttpFailure ? error.answer : error;
  const event = EventSchema.safeParse(given);
  const parsed = StatusSchema.safeParse(event.success ? event.data.object : given);
  if (!parsed.success) return undefined;
  const { code, reason, message, details } = parsed.data;
  const { retryAfterSeconds, causes } = details;
  return {
    code: code || (error instanceof HttpFailure ? (error.status ?? 0) : 0),
    reason,
    message,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    causes: causes.map(({ reason: its, message: said, field }) => ({ reason: its, message: said, field })),
  };
}
