import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Shot {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** How often each status was answered, and how often one that asks to wait did not say how long. */
export interface Hits {
  readonly statuses: { readonly [status: string]: number };
  readonly withoutRetryAfter: number;
}

/** Sends many requests over a few connections, as fast as they are answered. Status 0: no answer. */
export async function flood(port: number, count: number, shotOf: (index: number) => Shot, sockets = 50): Promise<Hits> {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const statuses: { [status: string]: number } = {};
  let withoutRetryAfter = 0;
  let next = 0;
  async function lane(): Promise<void> {
    while (next < count) {
      next += 1;
      const { status, retryAfter } = await shoot(agent, port, shotOf(next - 1));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if ((status === 429 || status === 503) && !/^[1-9]\d*$/.test(retryAfter)) withoutRetryAfter += 1;
    }
  }
  await Promise.all(Array.from({ length: sockets }, lane));
  agent.destroy();
  return { statuses, withoutRetryAfter };
}

function shoot(agent: Agent, port: number, { method = 'POST', path, headers = {}, body = '' }: Shot) {
  return new Promise<{ readonly status: number; readonly retryAfter: string }>((resolve) => {
    const unanswered = () => resolve({ status: 0, retryAfter: '' });
    const all = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers };
    const sent = request({ agent, port, host: '127.0.0.1', method, path, headers: all }, (answer) => {
      const retryAfter = String(answer.headers['retry-after'] ?? '');
      answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, retryAfter }));
      answer.on('error', unanswered);
    });
    sent.on('error', unanswered).end(body);
  });
}

/**
 * Asks for streams, a hundred at a time, and keeps those that are given.
 * @returns the answers by status, and how to leave the streams
 */
export async function openStreams(port: number, count: number, path: string, headers: Shot['headers'] = {}) {
  const statuses: { [status: string]: number } = {};
  let withoutRetryAfter = 0;
  const kept: IncomingMessage[] = [];
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path, headers, agent: false }, (answer) => {
        const status = answer.statusCode ?? 0;
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 429 && answer.headers['retry-after'] === undefined) withoutRetryAfter += 1;
        answer.on('error', () => undefined).resume();
        if (status === 200) kept.push(answer);
        resolve();
      });
      sent.on('error', reject).end();
    });
  for (let left = count; left > 0; left -= 100) await Promise.all(Array.from({ length: Math.min(100, left) }, open));
  return {
    statuses,
    withoutRetryAfter,
    leave() {
      for (const answer of kept) answer.destroy();
    },
  };
}

/** Opens connections that say this much and then nothing. @returns how to close them, and how many the server has closed */
export async function hold(port: number, count: number, bytes: string) {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(port)));
  let closed = 0;
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed += 1;
    });
    socket.resume().write(bytes);
  }
  return {
    closed: () => closed,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}
