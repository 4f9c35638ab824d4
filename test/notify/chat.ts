import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { parseExactly } from '../../src/core/exact-json.ts';

interface Posted {
  readonly path: string | undefined;
  readonly signature: string | undefined;
  readonly text: string;
  readonly body: unknown;
}

/** Somebody's incoming hook. `answer`: the status for the call with this number, or no answer at all. */
export async function startChat(answer: (call: number) => number | 'hang' = () => 200) {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { 'x-signature': signature } = request.headers;
    posted.push({ path: request.url, signature: String(signature), text, body: parseExactly(text) });
    const status = answer(posted.length);
    if (status !== 'hang') response.writeHead(status).end('ok');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { posted, url: `http://127.0.0.1:${port}/services/T0/B0/canary-path-4711?key=canary-key-4711` };
}
