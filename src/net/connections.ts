import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosProxyConfig } from 'axios';
import { type ProxyServer, type Route, routeTo } from './proxy.ts';
import { TunnelAgent } from './tunnel.ts';

/** The connection options of one request to axios. */
interface Transport {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  readonly proxy: AxiosProxyConfig | false;
}

/** The connections that a sender keeps alive: direct ones, and those through the proxy that the environment names. */
export class HttpConnections {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  readonly #env: NodeJS.Dict<string>;
  readonly #tunnels = new Map<string, TunnelAgent>();

  constructor(env: NodeJS.Dict<string>) {
    this.#env = env;
  }

  routeTo(url: string): Route {
    return routeTo(new URL(url), this.#env);
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
    for (const { freeSockets } of this.#all()) {
      for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
    const tunnelled = proxy !== undefined && isTunnelled(url);
    return {
      ...this.shared(url, proxy),
      httpAgent: new HttpAgent(),
      httpsAgent: tunnelled ? new TunnelAgent(proxy, { keepAlive: false }) : new HttpsAgent(),
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
    const agent = this.#tunnels.get(key) ?? new TunnelAgent(proxy, { keepAlive: true });
    this.#tunnels.set(key, agent);
    return agent;
  }
}

/** HTTPS goes through a CONNECT tunnel, which the proxy cannot read. Plain HTTP asks the proxy with the absolute URL. */
export function isTunnelled(url: string): boolean {
  return url.startsWith('https:');
}

function forwarding({ protocol, hostname, port, credentials }: ProxyServer): AxiosProxyConfig {
  return { protocol, host: hostname, port, ...(credentials === undefined ? {} : { auth: { ...credentials } }) };
}
