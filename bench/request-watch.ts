import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Seen } from './stand-in-calls.ts';

/** Notes when each request came in and when its answer was written; `now()` of any process on this machine compares with it. */
export interface RequestWatch {
  /** What was seen since the last call. */
  take(): Seen[];
}

/** Watches every HTTP server of this process: Node tells, so that the stand-ins need not know. */
export function watchRequests(sideOf: (localPort: number | undefined) => string): RequestWatch {
  let seen: Seen[] = [];
  const underWay = new WeakMap<IncomingMessage, Seen>();
  channel('http.server.request.start').subscribe((message) => {
    const { request } = eventOf(message);
    const { method = 'GET', url = '/', socket } = request;
    const one = { side: sideOf(socket.localPort), method, path: url.split('?')[0] ?? url, from: now(), to: undefined };
    seen.push(one);
    underWay.set(request, one);
  });
  channel('http.server.response.finish').subscribe((message) => {
    const { request, response } = eventOf(message);
    const one = underWay.get(request);
    if (one !== undefined) Object.assign(one, { to: now(), status: response.statusCode });
  });
  return {
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
  };
}

interface ServerEvent {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function eventOf(message: unknown): ServerEvent {
  if (isServerEvent(message)) return message;
  throw new Error('Node tells of requests in another form than expected');
}

function isServerEvent(message: unknown): message is ServerEvent {
  return typeof message === 'object' && message !== null && 'request' in message && 'response' in message;
}

/** Milliseconds since 1970, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
