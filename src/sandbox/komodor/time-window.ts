import { z } from 'zod';
import type { SandboxResponse } from '../http.ts';
import { errorAnswer } from './answers.ts';
import type { AskFault } from './list-faults.ts';

const DAY = 86_400;
const MAX_WINDOW = 2 * DAY;
const MAX_AGE = 7 * DAY;

/**
 * How far back a whole read reaches. Clocks are never quite the same, so that nobody asks for the very first minutes of the
 * week: a moment later they are too old.
 */
export const OLDEST_READ = MAX_AGE - 600;

/** How a request names a window of time, in seconds since 1970. */
export const windowShape = { fromEpoch: z.int().optional(), toEpoch: z.int().optional() };

interface AskedWindow {
  readonly fromEpoch?: number | undefined;
  readonly toEpoch?: number | undefined;
}

export interface TimeWindow {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** The window that is asked for, the last day where none is; or why Komodor does not answer that. */
export function readWindow({ fromEpoch, toEpoch }: AskedWindow, now: number): TimeWindow | SandboxResponse {
  const toSeconds = toEpoch ?? now;
  const fromSeconds = fromEpoch ?? toSeconds - DAY;
  if (fromSeconds > toSeconds) return refused('fromEpoch', 'must not be after toEpoch');
  if (toSeconds - fromSeconds > MAX_WINDOW) return refused('fromEpoch', 'the time range must be at most 2 days');
  if (fromSeconds < now - MAX_AGE) return refused('fromEpoch', 'must be at most 7 days back');
  return { fromSeconds, toSeconds };
}

function refused(field: string, message: string): SandboxResponse {
  return errorAnswer(400, `bad request: ${field} ${message}`, [{ field: `props.${field}`, message }]);
}

/** Whether a window is so short that somebody asks after single things in it. */
export function isNarrow({ fromEpoch, toEpoch }: AskedWindow): boolean {
  return fromEpoch !== undefined && toEpoch !== undefined && toEpoch - fromEpoch <= 3_600;
}

/** `refuse-pair STATUS TYPE CLUSTER`: Komodor fails for one type of one cluster, however often it is asked. */
export function refusedPair(ask: AskFault, type: string, cluster: string): SandboxResponse | undefined {
  const [status, refusedType, ...refusedCluster] = ask('refuse-pair') ?? [];
  if (refusedType !== type || refusedCluster.join(' ') !== cluster) return undefined;
  return errorAnswer(Number(status), `cannot search ${type} in ${cluster}`);
}
