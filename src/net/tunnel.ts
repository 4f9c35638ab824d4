import { type ClientRequest, request as httpRequest } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import { type Duplex, PassThrough } from 'node:stream';
import { codeOf } from './error-code.ts';
import { authorizationFor, type ProxyServer } from './proxy.ts';

/** The longest wait for a tunnel. The request's own deadline applies as well. */
const CONNECT_TIMEOUT_MS = 60_000;

/** A proxy opened no tunnel: its status was not 2xx, or it could not be reached. */
export class TunnelFailure extends Error {
  readonly code: string;
  readonly status: number | undefined;

  constructor({ code, status }: { readonly code: string; readonly status?: number }) {
    super(`the proxy opened no tunnel: ${status ?? code}`);
    this.name = 'TunnelFailure';
    this.code = code;
    this.status = status;
  }
}

/** For callbacks with an error: the signature demands a socket, but nobody uses it. */
const NO_SOCKET = new PassThrough().destroy();

type ConnectOptions = Parameters<Agent['createConnection']>[0];
type Done = NonNullable<Parameters<Agent['createConnection']>[1]>;

/** Kept-alive TLS connections to a host through a proxy. The proxy sees only the host's name. */
export class TunnelAgent extends Agent {
  readonly #proxy: ProxyServer;
  readonly #opening = new Set<ClientRequest>();

  constructor(proxy: ProxyServer, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(options: ConnectOptions, done?: Done): Duplex | null | undefined {
    this.#open(options).then(
      (socket) => done?.(null, this.#encrypted(options, socket)),
      (error: TunnelFailure) => done?.(error, NO_SOCKET),
    );
    return undefined;
  }

  override destroy(): void {
    for (const opening of this.#opening) opening.destroy();
    super.destroy();
  }

  /** Starts TLS with the host inside the tunnel, with the agent's own way of connecting. */
  #encrypted(options: ConnectOptions, tunnel: Duplex): Duplex {
    const over: ConnectOptions & { readonly socket: Duplex } = { ...options, socket: tunnel };
    return super.createConnection(over) ?? tunnel;
  }

  #open({ host, port }: ConnectOptions): Promise<Duplex> {
    const { protocol, hostname, port: itsPort } = this.#proxy;
    const target = `${host?.includes(':') ? `[${host}]` : host}:${port}`;
    const authorization = authorizationFor(this.#proxy);
    const send = protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send({
      method: 'CONNECT',
      host: hostname,
      port: itsPort,
      path: target,
      headers: { host: target, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
      agent: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    this.#opening.add(request);
    return new Promise<Duplex>((resolve, reject) => {
      request.once('connect', ({ statusCode = 0 }, socket, head) => {
        if (statusCode >= 200 && statusCode < 300) {
          // In TLS the client speaks first. Bytes that came nevertheless are from the host.
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
          return;
        }
        socket.destroy();
        reject(new TunnelFailure({ code: 'ETUNNEL', status: statusCode }));
      });
      request.once('timeout', () => {
        reject(new TunnelFailure({ code: 'ETIMEDOUT' }));
        request.destroy();
      });
      request.once('error', (error) => reject(new TunnelFailure({ code: codeOf(error) })));
      request.end();
    }).finally(() => this.#opening.delete(request));
  }
}
