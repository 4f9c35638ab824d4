import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { Door, Handler, RequestRecord, SandboxRequest, SandboxResponse, SandboxServer } from './http.ts';
import { faultResponse, reset, send } from './sending.ts';

interface ServerOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly handler: Handler;
  /** Names the route of a request, for faults and the log. */
  readonly routeOf: (request: SandboxRequest) => string;
  /** The 1-based page of a listing that a request asks for, for faults that are limited to a page. */
  readonly pageOf?: (request: SandboxRequest) => number | undefined;
  readonly faults: Faults;
  /** Milliseconds before every answer. */
  readonly latencyMs?: number;
  /** Last look at an answer, faulty ones included: adds headers such as a request id. */
  readonly onResponse?: (request: SandboxRequest, response: SandboxResponse) => SandboxResponse;
  readonly maxBodyBytes?: number;
  /** What a request with a larger body gets; a plain 413 when absent. */
  readonly tooLarge?: SandboxResponse;
}

/** Starts a JSON server on 127.0.0.1 that answers with `handler`, bent by `faults`. Throws when the port is taken. */
export async function startServer(options: ServerOptions): Promise<SandboxServer> {
  const log: RequestRecord[] = [];
  const listen = (port: number) =>
    openDoor(port, (message, answer) => {
      serve(options, log, message, answer).catch((error: unknown) => {
        // A client that hangs up in the middle of its request is no concern of ours; a bug of the stand-in must be seen.
        if (answer.headersSent || message.socket.destroyed) answer.destroy();
        else
          send(answer, { status: 500, text: `Sandbox error: ${error instanceof Error ? error.stack : String(error)}` });
      });
    });
  const main = await listen(options.port ?? 0);
  const doors: Door[] = [main];
  return {
    url: main.url,
    port: main.port,
    log,
    async openDoor() {
      const door = await listen(0);
      doors.push(door);
      return door;
    },
    async close() {
      await Promise.all(doors.map((door) => door.close()));
    },
  };
}

async function openDoor(
  wantedPort: number,
  onRequest: (message: IncomingMessage, answer: ServerResponse) => void,
): Promise<Door & { readonly port: number }> {
  const server = createServer(onRequest);
  // Longer than any client keeps an idle connection, so that no request runs into a socket we are closing.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wantedPort, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The sandbox server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close() {
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Connections that have carried a request. */
const used = new WeakSet<Socket>();

async function serve(
  options: ServerOptions,
  log: RequestRecord[],
  message: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const request = await readRequest(message);
  if (request === undefined) {
    send(answer, { status: 400, text: 'Bad Request' });
    return;
  }
  if (options.latencyMs !== undefined) await sleep(options.latencyMs);
  const route = options.routeOf(request);
  const record = (status: number): void => {
    const { method, path, query, bodyBytes } = request;
    log.push({ method, path, route, status, query: query.toString(), bodyBytes });
  };
  // From here to the handler nothing may wait: the handler asks the book for the faults of "this" call.
  const fault = options.faults.take(route, options.pageOf?.(request), request);
  if (fault?.type === 'hang') return record(0);
  const isReused = used.has(message.socket);
  used.add(message.socket);
  if (fault?.type === 'reset' || (fault?.type === 'stale' && isReused)) {
    record(0);
    return reset(message.socket);
  }
  const tooLarge = options.maxBodyBytes !== undefined && request.bodyBytes > options.maxBodyBytes;
  const own =
    faultResponse(fault) ??
    (tooLarge ? (options.tooLarge ?? { status: 413, text: 'Payload Too Large' }) : await options.handler(request));
  const late = fault?.type === 'lost' ? fault.end : undefined;
  if (late === 'hang') return record(0);
  if (late === 'reset') {
    record(0);
    return reset(message.socket);
  }
  const last = late === undefined ? own : (faultResponse({ type: 'garbage', status: late }) ?? own);
  const response = options.onResponse?.(request, last) ?? last;
  if (fault?.type === 'slow') await sleep(fault.ms);
  record(response.status);
  send(answer, response, fault);
}

async function readRequest(message: IncomingMessage): Promise<SandboxRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const bodyText = bytes.toString('utf8');
  const url = new URL(message.url ?? '/', 'http://sandbox');
  const segments = decodeSegments(url.pathname);
  if (segments === undefined) return undefined;
  return {
    method: message.method ?? 'GET',
    path: `/${segments.join('/')}`,
    segments,
    query: url.searchParams,
    headers: message.headers,
    bodyText,
    body: parseJson(bodyText),
    bodyBytes: bytes.byteLength,
  };
}

function decodeSegments(path: string): string[] | undefined {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
