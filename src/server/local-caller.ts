import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../core/loopback.ts';
import { HttpProblem } from './problems.ts';
import { headerOf } from './secrets.ts';

/** Headers that proxies add. With one of these the caller may be on any machine. */
const FORWARDING =
  /^(forwarded|via|x-forwarded(-.+)?|x-original-forwarded-for|x-(real|client|cluster-client)-ip|x-envoy-external-address|cf-connecting-ip|true-client-ip|fastly-client-ip)$/;

/**
 * Refuses every caller that is not on this machine, for a server without a token. Also refuses what only looks local: a
 * web page that uses its visitor's browser (a cross-site form, whose Origin is not ours; DNS rebinding to 127.0.0.1), and
 * callers behind a proxy on this machine.
 * @throws HttpProblem `token_not_configured`, with the reason
 */
export function requireLocalCaller(request: FastifyRequest): void {
  const problem = hostProblem(request) ?? forwardingProblem(request) ?? originProblem(request);
  if (problem === undefined) return;
  throw new HttpProblem('token_not_configured', { detail: `API_TOKEN is not set, and ${problem}. Set API_TOKEN.` });
}

function hostProblem({ hostname }: FastifyRequest): string | undefined {
  return isLoopback(hostname) ? undefined : 'the Host of the request is no name of this machine, such as localhost';
}

function forwardingProblem({ headers, ips }: FastifyRequest): string | undefined {
  const header = Object.keys(headers).find((name) => FORWARDING.test(name));
  if (header === undefined) return undefined;
  // The first address is the proxy's. There are more only with TRUST_PROXY, and only from X-Forwarded-For.
  if (ips === undefined || ips.length < 2 || headers.forwarded !== undefined) {
    return `the request came through a proxy (${header}), so from anywhere`;
  }
  // All of them must be local: the caller itself may have written the last ones.
  return ips.every(isLoopback) ? undefined : `the request came from another machine (${header})`;
}

function originProblem(request: FastifyRequest): string | undefined {
  const origin = headerOf(request.headers, 'origin');
  if (origin === undefined || origin === `${request.protocol}://${request.host}`) return undefined;
  return 'the request was made by a page of another site';
}
