import { BlockList, isIP } from 'node:net';

/** A proxy that the environment names. */
export interface ProxyServer {
  /** The variable that names it, for messages. */
  readonly variable: string;
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** As they are, not percent-encoded; undefined: none are needed. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** What the environment says about the way to a host: straight, through a proxy, or nothing that can be followed. */
export type Route =
  | { readonly type: 'direct' }
  | { readonly type: 'proxy'; readonly proxy: ProxyServer }
  | { readonly type: 'unusable'; readonly variable: string; readonly why: string };

type Environment = NodeJS.Dict<string>;

/** How to reach an address, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; in small letters they count first. */
export function routeTo(address: URL, env: Environment): Route {
  const scheme = address.protocol.replace(':', '');
  const named = [`${scheme}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const variable = named.find((name) => (env[name] ?? '').trim() !== '');
  if (variable === undefined || isExempt(address, env.no_proxy || env.NO_PROXY || '')) return { type: 'direct' };
  return parseProxy(variable, (env[variable] ?? '').trim());
}

/** `host:port` of a proxy, for messages. */
export function nameOf({ hostname, port }: ProxyServer): string {
  return `${hostname}:${port}`;
}

/** The value of `Proxy-Authorization`; undefined when no credentials are needed. */
export function authorizationFor({ credentials }: ProxyServer): string | undefined {
  if (credentials === undefined) return undefined;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function parseProxy(variable: string, text: string): Route {
  // Without a scheme it is an http proxy, also for https addresses, as for curl.
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) return { type: 'unusable', variable, why: 'it is no address' };
  const { protocol, hostname, port, username, password } = new URL(whole);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { type: 'unusable', variable, why: `${protocol}// proxies are not supported` };
  }
  const hasCredentials = username !== '' || password !== '';
  const credentials = hasCredentials ? { username: decoded(username), password: decoded(password) } : undefined;
  const defaultPort = protocol === 'https:' ? 443 : 80;
  return {
    type: 'proxy',
    proxy: {
      variable,
      protocol,
      hostname: bare(hostname),
      port: port === '' ? defaultPort : Number(port),
      credentials,
    },
  };
}

/** In addresses user and password are percent-encoded. A lone `%` was meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether NO_PROXY exempts an address. Its entries, between commas or blanks: `*`; a host, which exempts what ends with it
 * too, with or without `.` or `*.` before it; an IP address or a range of them; each with or without a port.
 */
function isExempt(address: URL, list: string): boolean {
  const host = bare(address.hostname).toLowerCase();
  const port = address.port === '' ? (address.protocol === 'https:' ? '443' : '80') : address.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && isMeant(entry, host, port));
}

function isMeant(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = entry, itsPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (itsPort !== undefined && itsPort !== port) return false;
  const wanted = bare(name);
  if (isIP(host) !== 0) return wanted === host || isInRange(wanted, host);
  const suffix = wanted.replace(/^\*?\./, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}

function isInRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(network);
  const most = family === 6 ? 128 : 32;
  if (family === 0 || family !== isIP(host) || !/^\d+$/.test(bits) || Number(bits) > most) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

/** IPv6 addresses stand in brackets in addresses, and without elsewhere. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
