import type { FastifyRequest } from 'fastify';
import { HttpProblem } from './problems.ts';
import { headerOf, isLoopback } from './secrets.ts';

/** What proxies add. One of these says that the caller may be anywhere, although the connection comes from this machine. */
const FORWARDING =
  /^(forwarded|via|x-forwarded(-.+)?|x-original-forwarded-for|x-(real|client|cluster-client)-ip|x-envoy-external-address|cf-connecting-ip|true-client-ip|fastly-client-ip)$/;

/**
 * Lets callers on this machine pass, for where no token tells anybody apart. A web page must neither start runs nor read
 * anything through its visitor's browser: not by a cross-site form (its Origin is not ours), and not by a host name of
 * its own that resolves to 127.0.0.1. A proxy on this machine must not make the whole world local.
 * @throws HttpProblem `token_not_configured`, with what made the caller a foreign one
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
  // The first is the proxy itself. More are there with TRUST_PROXY only, and read from X-Forwarded-For only.
  if (ips === undefined || ips.length < 2 || headers.forwarded !== undefined) {
    return `the request came through a proxy (${header}), so from anywhere`;
  }
  // All of them: the last ones are what the caller wrote.
  return ips.every(isLoopback) ? undefined : `the request came from another machine (${header})`;
}

function originProblem(request: FastifyRequest): string | undefined {
  const origin = headerOf(request.headers, 'origin');
  if (origin === undefined || origin === `${request.protocol}://${request.host}`) return undefined;
  return 'the request was made by a page of another site';
}
