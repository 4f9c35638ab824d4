import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly bodyText: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** Sent as JSON; `text` is sent as it is. */
  readonly json?: unknown;
  readonly text?: string;
  /** Instead of an answer: nothing at all, a broken connection, or half of what was announced. */
  readonly fault?: 'hang' | 'reset' | 'cut';
  /** How many milliseconds pass before it is sent. */
  readonly delayMs?: number;
}

export interface LocalServer {
  readonly url: string;
  readonly seen: Seen[];
  /** The most requests that waited for their answers at the same time. */
  mostAtOnce(): number;
}

/** A server on a free port for the duration of one test. `call` counts from 1. */
export async function listen(answer: (seen: Seen, call: number) => Reply): Promise<LocalServer> {
  const seen: Seen[] = [];
  let open = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', 'http://local');
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      bodyText: Buffer.concat(chunks).toString(),
    };
    seen.push(one);
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => {
      open -= 1;
    });
    const reply = answer(one, seen.length);
    if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
    send(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server.address())}`, seen, mostAtOnce: () => most };
}

export function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.fault === 'hang') return;
  if (reply.fault === 'reset') {
    response.destroy();
    return;
  }
  const body = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
  const length = Buffer.byteLength(body);
  response.writeHead(reply.status ?? 200, { 'content-length': length, ...reply.headers });
  if (reply.fault === 'cut') response.write(body.slice(0, length / 2), () => response.destroy());
  else response.end(body);
}
