import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { text } from 'node:stream/consumers';

/** Where an API of Kubernetes is, and as whom it is asked. */
export interface Access {
  readonly url: string;
  /** null: as nobody. */
  readonly token: string | null;
  /** The certificate of the authority that signed the server's. */
  readonly authority?: string;
}

export interface Call {
  readonly method?: string | undefined;
  readonly path: string;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** JSON, or the text where it is none. */
  readonly body: unknown;
}

/** Sends a request on a connection of its own. @returns the answer, whose body is still to be read */
export function open(access: Access, { method = 'GET', path, body, headers }: Call): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const url = new URL(path, access.url);
  const options = {
    method,
    agent: false as const,
    headers: {
      ...(access.token !== null && { authorization: `Bearer ${access.token}` }),
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
      }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const sending =
      url.protocol === 'https:'
        ? requestSecure(url, { ...options, ...(access.authority && { ca: access.authority }) }, resolve)
        : requestPlain(url, options, resolve);
    sending.on('error', reject);
    sending.end(payload);
  });
}

/** Sends a request and reads the answer. */
export async function send(access: Access, call: Call): Promise<Answer> {
  const message = await open(access, call);
  const body = await text(message);
  return { status: message.statusCode ?? 0, headers: message.headers, body: parsed(body) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
