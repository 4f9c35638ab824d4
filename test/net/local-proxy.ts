import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from './local-server.ts';
import { SELF_SIGNED } from './self-signed.ts';

export interface LocalProxy {
  /** `127.0.0.1:<port>`, without a scheme. */
  readonly address: string;
  /** CONNECT requests so far. */
  readonly tunnels: IncomingMessage[];
}

/** A proxy for one test that tunnels to a port of this machine, whatever host was asked for, or answers with a status. */
export async function startProxy(
  target: number,
  { status = 200, tls = false }: { readonly status?: number | 'hang' | 'reset'; readonly tls?: boolean } = {},
): Promise<LocalProxy> {
  const tunnels: IncomingMessage[] = [];
  const server = tls ? createTlsServer(SELF_SIGNED) : createServer();
  server.on('request', (_request, response) => response.writeHead(typeof status === 'number' ? status : 500).end('{}'));
  server.on('connect', (request: IncomingMessage, socket) => {
    tunnels.push(request);
    socket.on('error', () => undefined);
    if (status === 'hang') return;
    if (status === 'reset') socket.destroy();
    else if (status !== 200) socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 2\r\n\r\n{}`);
    else {
      const upstream = connect(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${portOf(server.address())}`, tunnels };
}

/** A host that speaks TLS with a certificate that nobody signed. */
export async function startTlsHost(): Promise<number> {
  const server = createTlsServer(SELF_SIGNED, (_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server.address());
}
