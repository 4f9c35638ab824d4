import { STATUS_CODES } from 'node:http';
import { hostAndPort, type ProxyServer } from './proxy.ts';
import type { RequestInfo } from './request-info.ts';
import type { SendFailure } from './send.ts';

export const NAMES = { komodor: 'Komodor', port: 'Port', kubernetes: 'the Kubernetes API' } as const;
/** What names the address of each. */
export const SETTINGS = {
  komodor: 'KOMODOR_BASE_URL',
  port: 'PORT_BASE_URL',
  kubernetes: 'the server that KUBERNETES names',
} as const;
const OWN_AUTHORITY = "for a company's own certificate authority set NODE_EXTRA_CA_CERTS to its PEM file";
const CLUSTER_AUTHORITY =
  'check that the authority (certificate-authority of the kubeconfig, ca.crt of a pod) is that of this cluster';

/** One sentence about an attempt that got no response. @param methodAndPath without secrets */
export function connectionMessage(request: RequestInfo, methodAndPath: string, failed: SendFailure): string {
  const { proxy, at } = failed;
  if (proxy === undefined) return aboutHost(request, methodAndPath, failed);
  if ('why' in proxy) return `${proxy.variable} names no proxy that can be used: ${proxy.why}`;
  if (at === 'proxy') return aboutProxy(request, proxy, failed);
  return `${aboutHost(request, methodAndPath, failed)} (through the proxy ${hostAndPort(proxy)})`;
}

function aboutHost(request: RequestInfo, methodAndPath: string, { problem, code }: SendFailure): string {
  const name = NAMES[request.side];
  const setting = SETTINGS[request.side];
  switch (problem) {
    case 'timeout':
      return `${name} did not answer ${methodAndPath} within ${request.timeoutMs / 1000} s`;
    case 'unreachable':
    case 'proxy':
      return `${request.host} cannot be reached (${code}): check ${setting}, the network and HTTPS_PROXY`;
    case 'tls':
      return aboutTls(
        request.host,
        code,
        `check that ${setting} is right`,
        `${setting} says https://`,
        request.side === 'kubernetes' ? CLUSTER_AUTHORITY : OWN_AUTHORITY,
      );
    case 'reset':
      return `the connection to ${name} broke before the answer to ${methodAndPath} was whole (${code})`;
    case 'malformed':
      return `${request.host} did not answer ${methodAndPath} in HTTP (${code}): check ${setting}`;
    case 'too_large':
      return `${name}'s answer to ${methodAndPath} is larger than ${request.maxResponseBytes} bytes`;
  }
}

function aboutProxy({ host }: RequestInfo, proxy: ProxyServer, { problem, code, status }: SendFailure): string {
  const { variable } = proxy;
  const name = `the proxy ${hostAndPort(proxy)}`;
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
  if (problem === 'tls') return aboutTls(name, code, `check ${variable}`, `${variable} says https://`, OWN_AUTHORITY);
  const isNoHttp = code.startsWith('HPE_') || code === 'ECONNRESET';
  const hint = isNoHttp ? `check ${variable}, also whether it has to begin with https://` : `check ${variable}`;
  return `${name} cannot be reached (${code}): ${hint}`;
}

/**
 * @param checkAddress what to check when the certificate is for another host
 * @param authority what to do when nobody we trust has signed the certificate
 * @param saysHttps the setting or variable whose `https://` made us use TLS
 */
function aboutTls(whose: string, code: string, checkAddress: string, saysHttps: string, authority: string): string {
  if (code.includes('_ALERT_')) {
    return `${whose} refuses our certificate (${code}): check that it has not expired, and that the key is its own`;
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `${whose} does not speak TLS as we do (${code}): ${saysHttps}, and what answers there may be plain http`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `the certificate of ${whose} is not valid now (${code}): check the clock of this machine, and renew the certificate`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return `the certificate of ${whose} is for another host (${code}): ${checkAddress}`;
  }
  return `the certificate of ${whose} is not trusted (${code}): ${authority}, and ${checkAddress}`;
}
