import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';

/** A request as it came, all of it. */
export interface Received {
  readonly method: string;
  /** Where it was going, with the host. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

interface Echo {
  /** A part of the URL. */
  readonly to: string;
  readonly status: number;
  readonly as: 'json' | 'komodor' | 'text';
  times: number;
}

/** A proxy that keeps what passes and, where told to, answers in its own words, which are those of the request. */
export interface Mirror {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** What asked for a tunnel; nobody gets one. */
  readonly tunnels: readonly string[];
  /** The next requests to this get everything back that they said, in a body and in headers. */
  echo(to: string, status: number, as?: Echo['as']): void;
  /** Says nothing back any more. */
  forget(): void;
  close(): Promise<void>;
}

/** @param adds what the answers say beside the request's own words; each of them comes first in some, for long texts are cut */
export async function startMirror(adds: readonly string[]): Promise<Mirror> {
  const received: Received[] = [];
  const echoes: Echo[] = [];
  const tunnels: string[] = [];
  let answered = 0;
  const server = createServer(async (message, answer) => {
    const request = await readRequest(message);
    received.push(request);
    const echo = echoes.find(({ to, times }) => times > 0 && request.url.includes(to));
    if (echo === undefined) return forward(message, request, answer, adds.join(' '));
    echo.times -= 1;
    answered += 1;
    const first = answered % Math.max(1, adds.length);
    const all = [...adds.slice(first), ...adds.slice(0, first)].join(' ');
    answerAll(echo, answer, `${all} ${JSON.stringify(request)}`);
  });
  server.on('connect', (message, socket) => {
    const all = JSON.stringify(message.headers);
    tunnels.push(all);
    socket.on('error', () => undefined);
    socket.end(
      `HTTP/1.1 407 ${all}\r\nproxy-authenticate: Basic realm=${all}\r\nconnection: close\r\n\r\n${all} ${adds.join(' ')}`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    tunnels,
    echo(to, status, as = 'json') {
      echoes.push({ to, status, as, times: 1 });
    },
    forget() {
      echoes.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(message: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: message.method ?? '',
    url: message.url ?? '',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function forward(
  message: IncomingMessage,
  { method, url, headers, body }: Received,
  answer: ServerResponse,
  adds: string,
) {
  if (!URL.canParse(url)) {
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  const { 'proxy-authorization': _, 'proxy-connection': __, ...rest } = headers;
  const sent = openRequest(url, { method, headers: rest }, (upstream) => {
    answer.writeHead(upstream.statusCode ?? 502, { ...upstream.headers, ...tellingHeaders(adds) });
    upstream.pipe(answer);
  });
  sent.on('error', () => message.socket.destroy());
  sent.end(body);
}

function answerAll({ status, as }: Echo, answer: ServerResponse, all: string): void {
  const bodies = {
    json: JSON.stringify({ ok: false, error: all, message: all, details: { all } }),
    // Go escapes what HTML would take for its own.
    komodor: JSON.stringify({
      error: { code: all, message: all, fieldErrors: [{ field: all, message: all }] },
    }).replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
    text: `<html><body>${all}</body></html>`,
  };
  answer.writeHead(status, {
    'content-type': as === 'text' ? 'text/html' : 'application/json',
    location: `https://elsewhere.invalid/?all=${encodeURIComponent(all).slice(0, 1_200)}`,
    'www-authenticate': `Bearer realm="${encodeURIComponent(all).slice(0, 1_200)}"`,
    ...tellingHeaders(all),
  });
  answer.end(bodies[as]);
}

function tellingHeaders(text: string): { readonly [name: string]: string } {
  const short = text.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 1_200);
  return { 'x-request-id': short, 'x-trace-id': short, 'x-debug': short };
}
