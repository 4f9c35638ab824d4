import { createServer, type IncomingMessage, request as requestOnward, type ServerResponse } from 'node:http';
import { portOf } from '../net/local-server.ts';

/** Stands between the program and a stand-in, and holds requests back for as long as the test wants. */
export interface HoldingProxy {
  readonly url: string;
  /** The most requests with such a path that were there at the same time. */
  most(path: RegExp): number;
  close(): Promise<void>;
}

/** @param hold asked for each request before it is passed on; it goes on when the promise is settled */
export async function holdingProxy(target: string, hold: (path: string) => Promise<unknown>): Promise<HoldingProxy> {
  const inside: string[] = [];
  const peaks = new Map<string, number>();

  async function pass(message: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = message.url ?? '/';
    const place = path.replace(/\?.*$/, '');
    inside.push(place);
    peaks.set(place, Math.max(peaks.get(place) ?? 0, inside.filter((one) => one === place).length));
    answer.once('close', () => inside.splice(inside.indexOf(place), 1));
    await hold(path);
    const { method, headers } = message;
    const onward = requestOnward(target + path, { method: method ?? 'GET', headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    message.pipe(onward);
  }

  const server = createServer((message, answer) => void pass(message, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    most: (path) => Math.max(0, ...[...peaks].filter(([place]) => path.test(place)).map(([, peak]) => peak)),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
