import { createServer, type IncomingMessage, request as plainRequest, type ServerResponse } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '../../src/core/model.ts';

/** A list as the API server sends it. */
export interface ListBody extends JsonObject {
  readonly metadata: JsonObject;
  readonly items: readonly JsonObject[];
}

/** Where in a list a page stands, from 1 on, and what was asked. */
export interface Asked {
  readonly page: number;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What comes in place of the true answer to a list: another body, or a status and a body. */
export type Lie = (body: ListBody, asked: Asked) => unknown;
export class Answer {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/** What comes in place of a line of a stream; undefined: nothing. */
export type StreamLie = (event: JsonObject, at: number) => unknown;
/** In place of a line: the stream ends there. */
export const END = Symbol('the end');

export interface Lies {
  readonly list?: Lie;
  readonly stream?: StreamLie;
}

/** Stands between a client and an API server, and bends the answers that hold lists. */
export async function startLyingProxy(target: { readonly url: string; readonly authority?: string }) {
  let lies: Lies = {};
  let questions: string[] = [];
  const pages = new Map<string, number>();
  const send = target.url.startsWith('https:') ? tlsRequest : plainRequest;

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { url = '/', method, headers } = incoming;
    const asked = new URL(url, target.url);
    questions.push(questionOf(asked));
    const { host: _host, 'accept-encoding': _encoding, ...others } = headers;
    const passed = send(asked, { method, headers: others, ca: target.authority }, (answer) => {
      void relay(asked, answer, outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }

  async function relay(asked: URL, answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { statusCode = 500, headers } = answer;
    const { 'content-length': _length, 'transfer-encoding': _chunks, ...kept } = headers;
    if (isWatch(asked) && statusCode === 200) {
      outgoing.writeHead(200, kept).flushHeaders();
      return relayStream(answer, outgoing);
    }
    const whole = await text(answer);
    const bent = lies.list && statusCode === 200 ? bend(asked, whole, lies.list) : undefined;
    const sent = bent instanceof Answer ? bent : new Answer(statusCode, bent);
    outgoing.writeHead(sent.status, kept).end(sent.body === undefined ? whole : JSON.stringify(sent.body));
  }

  async function relayStream(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let at = 0;
    const lines = createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY });
    try {
      for await (const line of lines) {
        at += 1;
        const event: JsonObject = JSON.parse(line);
        const sent = lies.stream ? lies.stream(event, at) : event;
        if (sent === END) break;
        if (sent !== undefined) outgoing.write(`${JSON.stringify(sent)}\n`);
      }
    } catch {
      // Our reader has what it wants, and goes.
    }
    outgoing.end();
    answer.destroy();
  }

  function bend(asked: URL, whole: string, lie: Lie): unknown {
    const body: unknown = JSON.parse(whole);
    if (!isList(body) || asked.pathname.split('/').length < 4) return undefined;
    const query = asked.searchParams;
    const page = query.has('continue') ? (pages.get(query.get('continue') ?? '') ?? 1) : 1;
    const next = body.metadata.continue;
    if (typeof next === 'string') pages.set(next, page + 1);
    return lie(body, { page, path: asked.pathname, query });
  }

  const server = createServer(forward);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    lie(next: Lies): void {
      lies = next;
    },
    /** What was asked since this was last called, without where on the list it stands. */
    takeQuestions(): ReadonlySet<string> {
      const taken = new Set(questions.filter((question) => question !== ''));
      questions = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Discovery is no question about a kind. */
function questionOf({ pathname, searchParams }: URL): string {
  const query = new URLSearchParams(searchParams);
  query.delete('continue');
  query.sort();
  return /^\/apis?(\/[^/]+)?$/.test(pathname) ? '' : `${pathname}?${query}`;
}

function isWatch({ searchParams }: URL): boolean {
  return searchParams.get('watch') === 'true';
}

function isList(body: unknown): body is ListBody {
  return (
    typeof body === 'object' && body !== null && 'items' in body && 'metadata' in body && Array.isArray(body.items)
  );
}
