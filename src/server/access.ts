import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../core/loopback.ts';
import type { ServerContext } from './dependencies.ts';
import { requireLocalCaller } from './local-caller.ts';
import { HttpProblem } from './problems.ts';
import { basicPasswordOf, bearerOf, headerOf, sameSecret } from './secrets.ts';

/** Counts a 401 or 404 for the caller's address; throws `too_many_requests` when there were too many. */
export type CountFailure = (request: FastifyRequest) => Promise<void>;

type Scheme = 'Basic' | 'Bearer';
type AccessHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Hooks that authorize a request. They run before the body is read. */
export interface Access {
  /** For reading: API_TOKEN if it is set, as bearer or as password of HTTP Basic (browsers). Without it: as `open`. */
  readonly read: AccessHook;
  /** For changes: API_TOKEN as bearer. Without it: only a server on a loopback address, and only callers on this machine. */
  readonly change: AccessHook;
  /** For the dashboard: as `change`, but reading also takes HTTP Basic (browsers). */
  readonly admin: AccessHook;
  /** For what needs no token. A server on a loopback address without token refuses web pages and proxies. */
  readonly open: AccessHook;
  /** WEBHOOK_SECRET as bearer, `X-Webhook-Token` or route parameter `secret`. */
  readonly webhook: AccessHook;
  /** Checks only that WEBHOOK_SECRET is set. The signature of the body is checked later. */
  readonly webhookConfigured: AccessHook;
}

export function createAccess(context: ServerContext, countFailure: CountFailure): Access {
  const { apiToken, webhookSecret } = context;

  async function refuse(request: FastifyRequest, reply: FastifyReply, schemes: readonly Scheme[]): Promise<never> {
    await countFailure(request);
    // One header line for each: some browsers read only the first scheme of a line.
    reply.header(
      'www-authenticate',
      schemes.map((scheme) => `${scheme} realm="komodor-port"`),
    );
    throw new HttpProblem('unauthorized');
  }

  async function requireToken(
    request: FastifyRequest,
    reply: FastifyReply,
    token: string,
    schemes: readonly Scheme[],
  ): Promise<void> {
    const password = schemes.includes('Basic') ? basicPasswordOf(request.headers) : undefined;
    const offered = bearerOf(request.headers) ?? password;
    if (offered === undefined || !sameSecret(offered, token)) await refuse(request, reply, schemes);
  }

  async function open(request: FastifyRequest): Promise<void> {
    if (apiToken === undefined && isLoopback(context.host)) requireLocalCaller(request);
  }

  async function change(
    request: FastifyRequest,
    reply: FastifyReply,
    schemes: readonly Scheme[] = ['Bearer'],
  ): Promise<void> {
    if (apiToken !== undefined) return requireToken(request, reply, apiToken, schemes);
    if (!isLoopback(context.host)) throw new HttpProblem('token_not_configured');
    requireLocalCaller(request);
  }

  async function webhookConfigured(): Promise<void> {
    if (webhookSecret === undefined) throw new HttpProblem('webhook_not_configured');
  }

  return {
    async read(request, reply) {
      if (apiToken === undefined) await open(request);
      else await requireToken(request, reply, apiToken, ['Basic', 'Bearer']);
    },
    change: (request, reply) => change(request, reply),
    admin: (request, reply) => change(request, reply, isRead(request) ? ['Basic', 'Bearer'] : ['Bearer']),
    open,
    webhookConfigured,
    async webhook(request, reply) {
      if (webhookSecret === undefined) throw new HttpProblem('webhook_not_configured');
      if (!carriesSecret(request, webhookSecret)) await refuse(request, reply, ['Bearer']);
    },
  };
}

function carriesSecret({ headers, params }: FastifyRequest, secret: string): boolean {
  const candidates = [bearerOf(headers), headerOf(headers, 'x-webhook-token'), secretInPath(params)];
  // All are compared, even after a match: the time must not tell which one was right.
  const matches = candidates.map((candidate) => candidate !== undefined && sameSecret(candidate, secret));
  return matches.includes(true);
}

function secretInPath(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('secret' in params)) return undefined;
  return typeof params.secret === 'string' ? params.secret : undefined;
}

/**
 * Whether a request only reads. Only those accept HTTP Basic: a browser adds a stored password to every request, also to
 * those that another page sends.
 */
function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
