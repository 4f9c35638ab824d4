import { Agent, request } from 'node:http';

/** The least that talks to the stand-ins: kept-alive connections and nothing else. */
export interface BareClient {
  call(base: string, method: string, path: string, body?: string): Promise<string>;
  close(): void;
}

export async function createBareClient(environment: Readonly<Record<string, string>>): Promise<BareClient> {
  const agent = new Agent({ keepAlive: true });
  let token = '';
  function call(base: string, method: string, path: string, body?: string): Promise<string> {
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
          const text = Buffer.concat(chunks).toString('utf8');
          if ((answer.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
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
  return { call, close: () => agent.destroy() };
}

/** Runs tasks, at most so many at a time, in order. */
export async function inParallel(limit: number, tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  async function lane(): Promise<void> {
    for (const task of queue) await task();
  }
  await Promise.all(Array.from({ length: limit }, lane));
}
