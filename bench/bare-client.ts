import { Agent, request } from 'node:http';

/** The least that talks to the stand-ins: kept-alive connections and nothing else. */
export interface BareClient {
  call(base: string, method: string, path: string, body?: string): Promise<string>;
  /** @returns undefined when it is not there */
  find(base: string, path: string): Promise<string | undefined>;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

export async function createBareClient(environment: Readonly<Record<string, string>>): Promise<BareClient> {
  const agent = new Agent({ keepAlive: true });
  let token = '';
  async function call(base: string, method: string, path: string, body?: string): Promise<string> {
    const { status, text } = await send(base, method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`);
    return text;
  }
  async function find(base: string, path: string): Promise<string | undefined> {
    const { status, text } = await send(base, 'GET', path);
    if (status >= 300 && status !== 404) throw new Error(`GET ${path}: ${status} ${text.slice(0, 300)}`);
    return status === 404 ? undefined : text;
  }
  function send(base: string, method: string, path: string, body?: string): Promise<Answer> {
    const headers = {
      'x-api-key': environment.KOMODOR_API_KEY ?? '',
      ...(token === '' ? {} : { authorization: token }),
      'user-agent': 'port-ocean/komodor/0/my-komodor-integration/exporter',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(base + path, { method, agent, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') });
        });
        answer.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
  const { PORT_CLIENT_ID: clientId, PORT_CLIENT_SECRET: clientSecret } = environment;
  const signedIn: unknown = JSON.parse(
    await call(
      `${environment.PORT_BASE_URL}/v1`,
      'POST',
      '/auth/access_token',
      JSON.stringify({ clientId, clientSecret }),
    ),
  );
  if (typeof signedIn === 'object' && signedIn !== null && 'accessToken' in signedIn) {
    token = `Bearer ${String(signedIn.accessToken)}`;
  }
  return { call, find, close: () => agent.destroy() };
}

/** The same client, with at most so many requests at a time. */
export function withLimit(client: BareClient, limit: number): BareClient {
  let free = limit;
  const waiting: (() => void)[] = [];
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  }
  return {
    ...client,
    call: (...call) => inTurn(() => client.call(...call)),
    find: (...call) => inTurn(() => client.find(...call)),
  };
}

/** Runs tasks, at most so many at a time, in order. */
export async function inParallel(limit: number, tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  async function lane(): Promise<void> {
    for (const task of queue) await task();
  }
  await Promise.all(Array.from({ length: limit }, lane));
}
