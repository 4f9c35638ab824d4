import { effect, signal } from '@preact/signals';
import { addressOf, request } from './client.ts';
import type { Status, TimelineEntry } from './documents.ts';
import { ApiProblem } from './problem.ts';
import { eventsOf, type ServerEvent, textsOf } from './sse.ts';
import { token } from './token.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'paused'; readonly since: number }
  | {
      readonly state: 'lost';
      readonly since: number;
      readonly nextTryAt: number;
      readonly why: string;
      readonly code: string;
    };

/** How things are now, as the service said last; undefined before the first word. */
export const status = signal<Status | undefined>(undefined);
export const connection = signal<Connection>({ state: 'connecting' });

const listeners = new Set<(entry: TimelineEntry) => void>();

/** Calls for each new entry of the timeline. @returns ends that */
export function onTimeline(listener: (entry: TimelineEntry) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The service sends a heartbeat every 15 s. */
const QUIET_MS = 40_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

let stop = new AbortController();
let lastEventId: string | undefined;

/** Follows the service's events, again and again, until it is paused. A new token begins anew. */
export function startEvents(): void {
  effect(() => {
    token.value;
    restart();
  });
  addEventListener('online', () => {
    if (connection.peek().state === 'lost') restart();
  });
}

export function pauseEvents(): void {
  stop.abort();
  connection.value = { state: 'paused', since: Date.now() };
}

/** Goes on after a pause, or tries at once. */
export function restart(): void {
  stop.abort();
  stop = new AbortController();
  connection.value = { state: 'connecting' };
  void follow(stop.signal);
}

async function follow(signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  let since: number | undefined;
  while (!signal.aborted) {
    let why = 'The service has ended the connection.';
    let code = 'ended';
    try {
      for await (const event of open(signal)) {
        if (signal.aborted) return;
        take(event);
        pauseMs = FIRST_PAUSE_MS;
        since = undefined;
        if (connection.peek().state !== 'live') connection.value = { state: 'live' };
      }
    } catch (error) {
      if (signal.aborted) return;
      // The page asks for the token, and begins anew with it.
      if (error instanceof ApiProblem && error.status === 401) return;
      if (error instanceof ApiProblem) ({ message: why, code } = error);
    }
    since ??= Date.now();
    connection.value = { state: 'lost', since, nextTryAt: Date.now() + pauseMs, why, code };
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function* open(signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const { body } = await request('GET', addressOf('v1/events'), { signal, headers });
  if (body !== null) yield* eventsOf(textsOf(body, QUIET_MS));
}

function take({ event, data, id }: ServerEvent): void {
  if (id !== undefined) lastEventId = id;
  if (event === 'status') status.value = JSON.parse(data);
  if (event === 'timeline') {
    const entry: TimelineEntry = JSON.parse(data);
    for (const listener of listeners) listener(entry);
  }
}
