import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import type { AxiosProxyConfig } from 'axios';
import { type ProxyServer, type Route, routeTo } from './proxy.ts';
import { TunnelAgent } from './tunnel.ts';

/** The connection options of one request to axios. */
interface Transport {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  readonly proxy: AxiosProxyConfig | false;
}

/** How a host is trusted, and how we prove who we are, where the machine's own authorities and no certificate will not do. */
export interface TlsSettings {
  /** Certificates of the authorities that may have signed the host's, instead of those that the machine trusts. PEM. */
  readonly ca?: string | undefined;
  /** Our own certificate and its key. PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The host's certificate is not looked at. */
  readonly insecure?: boolean | undefined;
  /** The name that the host's certificate is for, where it is not the one in the address. */
  readonly serverName?: string | undefined;
}

/** `keepAliveMsecs`: after how long without a byte the system asks whether the other side is still there. */
const KEPT_ALIVE = { keepAlive: true, keepAliveMsecs: 60_000 } as const;

/** The connections that a sender keeps alive: direct ones, and those through the proxy that the environment names. */
export class HttpConnections {
  readonly #http = new HttpAgent(KEPT_ALIVE);
  #https = new HttpsAgent(KEPT_ALIVE);
  readonly #env: NodeJS.Dict<string>;
  readonly #tunnels = new Map<string, TunnelAgent>();
  #tls: TlsSettings | undefined;

  constructor(env: NodeJS.Dict<string>) {
    this.#env = env;
  }

  routeTo(url: string): Route {
    return routeTo(new URL(url), this.#env);
  }

  /** Connects with these settings from now on. A request that is on its way keeps its connection to its end. */
  useTls(tls: TlsSettings | undefined): void {
    if (tls === this.#tls) return;
    this.#tls = tls;
    for (const agent of [this.#https, ...this.#tunnels.values()]) {
      agent.maxFreeSockets = 0;
      closeIdle(agent);
    }
    this.#https = new HttpsAgent({ ...agentOptions(tls), ...KEPT_ALIVE });
    this.#tunnels.clear();
  }

  /** Kept-alive connections, shared by all requests. */
  shared(url: string, proxy: ProxyServer | undefined): Transport {
    const tunnelled = proxy !== undefined && isTunnelled(url);
    return {
      httpAgent: this.#http,
      httpsAgent: tunnelled ? this.#tunnel(proxy) : this.#https,
      proxy: proxy === undefined || tunnelled ? false : forwarding(proxy),
    };
  }

  /**
   * A new connection for one request. Closes all idle ones first: whatever broke one of them (a restart, a firewall)
   * most likely broke the others too.
   */
  fresh(url: string, proxy: ProxyServer | undefined): Transport {
    for (const agent of this.#all()) closeIdle(agent);
    const tunnelled = proxy !== undefined && isTunnelled(url);
    return {
      ...this.shared(url, proxy),
      httpAgent: new HttpAgent(),
      httpsAgent: tunnelled
        ? new TunnelAgent(proxy, { ...agentOptions(this.#tls), keepAlive: false })
        : new HttpsAgent(agentOptions(this.#tls)),
    };
  }

  close(): void {
    for (const agent of this.#all()) agent.destroy();
  }

  #all(): readonly HttpAgent[] {
    return [this.#http, this.#https, ...this.#tunnels.values()];
  }

  #tunnel(proxy: ProxyServer): TunnelAgent {
    const key = JSON.stringify(proxy);
    const agent = this.#tunnels.get(key) ?? new TunnelAgent(proxy, { ...agentOptions(this.#tls), ...KEPT_ALIVE });
    this.#tunnels.set(key, agent);
    return agent;
  }
}

/** HTTPS goes through a CONNECT tunnel, which the proxy cannot read. Plain HTTP asks the proxy with the absolute URL. */
export function isTunnelled(url: string): boolean {
  return url.startsWith('https:');
}

function closeIdle({ freeSockets }: HttpAgent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

function agentOptions({ ca, cert, key, insecure, serverName }: TlsSettings = {}): AgentOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function forwarding({ protocol, hostname, port, credentials }: ProxyServer): AxiosProxyConfig {
  return { protocol, host: hostname, port, ...(credentials === undefined ? {} : { auth: { ...credentials } }) };
}
