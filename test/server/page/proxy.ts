import { createServer, request } from 'node:http';
import { onTestFinished } from 'vitest';

/**
 * A proxy that shows the server at a port under `/komodor`, and nothing else.
 * @param keepsPrefix whether it leaves the prefix in the address, as `proxy_pass http://service` of nginx does
 */
export async function proxied(port: number, keepsPrefix: boolean): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (!/^\/komodor(?=[/?]|$)/.test(url)) return void outgoing.writeHead(502).end('not for the service');
    const stripped = url.slice('/komodor'.length);
    const path = keepsPrefix ? url : stripped.startsWith('/') ? stripped : `/${stripped}`;
    const onwards = request({ host: '127.0.0.1', port, path, headers, method: method ?? 'GET' }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no address');
  return `http://127.0.0.1:${address.port}`;
}
