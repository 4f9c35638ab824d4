import { STATUS_CODES } from 'node:http';
import type { Subject } from './describe.ts';
import { nameOf, type ProxyServer } from './proxy.ts';
import type { Failed } from './send.ts';

export const NAMES = { komodor: 'Komodor', port: 'Port' } as const;
export const SETTINGS = { komodor: 'KOMODOR_BASE_URL', port: 'PORT_BASE_URL' } as const;

/** One sentence about an attempt without an answer. @param place method and path, without secrets */
export function connectionMessage(subject: Subject, place: string, failed: Failed): string {
  const { proxy, at } = failed;
  if (proxy === undefined) return aboutHost(subject, place, failed);
  if ('why' in proxy) return `${proxy.variable} names no proxy that can be used: ${proxy.why}`;
  if (at === 'proxy') return aboutProxy(subject, proxy, failed);
  return `${aboutHost(subject, place, failed)} (through the proxy ${nameOf(proxy)})`;
}

function aboutHost(subject: Subject, place: string, { problem, code }: Failed): string {
  const name = NAMES[subject.side];
  const setting = SETTINGS[subject.side];
  switch (problem) {
    case 'timeout':
      return `${name} did not answer ${place} within ${subject.timeoutMs / 1000} s`;
    case 'unreachable':
    case 'proxy':
      return `${subject.host} cannot be reached (${code}): check ${setting}, the network and HTTPS_PROXY`;
    case 'tls':
      return aboutTls(subject.host, code, `check that ${setting} is right`, `${setting} says https://`);
    case 'reset':
      return `the connection to ${name} broke before the answer to ${place} was whole (${code})`;
    case 'malformed':
      return `${subject.host} did not answer ${place} in HTTP (${code}): check ${setting}`;
    case 'too_large':
      return `${name}'s answer to ${place} is larger than ${subject.maxResponseBytes} bytes`;
  }
}

function aboutProxy({ host }: Subject, proxy: ProxyServer, { problem, code, status }: Failed): string {
  const { variable } = proxy;
  const name = `the proxy ${nameOf(proxy)}`;
  if (status === 407) {
    const what = proxy.credentials === undefined ? 'wants a user and a password' : 'does not accept user and password';
    return `${name} ${what} (407): put them into ${variable}, percent-encoded, as in http://user:p%40ss@host:port`;
  }
  if (status !== undefined) {
    const said = `${status}${STATUS_CODES[status] === undefined ? '' : ` ${STATUS_CODES[status]}`}`;
    return problem === 'proxy'
      ? `${name} does not let us through to ${host} (${said}): have the host allowed there, or go around it with NO_PROXY`
      : `${name} could not connect to ${host} (${said}): check what the proxy may reach`;
  }
  if (problem === 'tls') return aboutTls(name, code, `check ${variable}`, `${variable} says https://`);
  const isNoHttp = code.startsWith('HPE_') || code === 'ECONNRESET';
  const hint = isNoHttp ? `check ${variable}, also whether it has to begin with https://` : `check ${variable}`;
  return `${name} cannot be reached (${code}): ${hint}`;
}

/** @param checkAddress what to check where the certificate is for somebody else; @param saysHttps where TLS was asked for */
function aboutTls(whose: string, code: string, checkAddress: string, saysHttps: string): string {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `${whose} does not speak TLS as we do (${code}): ${saysHttps}, and what answers there may be plain http`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `the certificate of ${whose} is not valid now (${code}): check the clock of this machine, and renew the certificate`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return `the certificate of ${whose} is for another host (${code}): ${checkAddress}`;
  }
  return (
    `the certificate of ${whose} is not trusted (${code}): for a company's own certificate authority ` +
    `set NODE_EXTRA_CA_CERTS to its PEM file, and ${checkAddress}`
  );
}
