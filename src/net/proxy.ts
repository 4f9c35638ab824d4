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

/** How the environment says to reach a host: directly, through a proxy, or through something that is no usable proxy. */
export type Route =
  | { readonly type: 'direct' }
  | { readonly type: 'proxy'; readonly proxy: ProxyServer }
  | { readonly type: 'unusable'; readonly variable: string; readonly why: string };

type Environment = NodeJS.Dict<string>;

/** How to reach an address, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. Lowercase names take precedence. */
export function routeTo(address: URL, env: Environment): Route {
  const scheme = address.protocol.replace(':', '');
  const named = [`${scheme}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const variable = named.find((name) => (env[name] ?? '').trim() !== '');
  if (variable === undefined || isExempt(address, env.no_proxy || env.NO_PROXY || '')) return { type: 'direct' };
  return parseProxy(variable, (env[variable] ?? '').trim());
}

/** `host:port` of a proxy, for messages. */
export function hostAndPort({ hostname, port }: ProxyServer): string {
  return `${hostname}:${port}`;
}

/** The value of `Proxy-Authorization`; undefined when no credentials are needed. */
export function authorizationFor({ credentials }: ProxyServer): string | undefined {
  if (credentials === undefined) return undefined;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function parseProxy(variable: string, text: string): Route {
  // Without a scheme it is an http proxy, also for https addresses. curl does the same.
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
      hostname: withoutBrackets(hostname),
      port: port === '' ? defaultPort : Number(port),
      credentials,
    },
  };
}

/** Decodes a percent-encoded user or password. If it is not valid percent-encoding, it is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether NO_PROXY exempts an address. Its entries are separated by commas or blanks: `*`; a host, which also exempts its
 * subdomains, with or without a leading `.` or `*.`; an IP address or a CIDR range. Each may have a port.
 */
function isExempt(address: URL, list: string): boolean {
  const host = withoutBrackets(address.hostname).toLowerCase();
  const port = address.port === '' ? (address.protocol === 'https:' ? '443' : '80') : address.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matchesEntry(entry, host, port));
}

function matchesEntry(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = entry, itsPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (itsPort !== undefined && itsPort !== port) return false;
  const wanted = withoutBrackets(name);
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

/** URLs put IPv6 addresses in brackets; elsewhere they have none. */
function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
