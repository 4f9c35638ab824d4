import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from './dependencies.ts';
import { requireLocalCaller } from './local-caller.ts';
import { HttpProblem } from './problems.ts';
import { basicPasswordOf, bearerOf, headerOf, isLoopback, sameSecret } from './secrets.ts';

/** Counts an answer 401 or 404 for the caller's address; throws `too_many_requests` when there were too many. */
export type CountFailure = (request: FastifyRequest) => Promise<void>;

type Scheme = 'Basic' | 'Bearer';
type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Hooks that decide who may pass. They run before any of the body is read. */
export interface Access {
  /** Reads: API_TOKEN when it is set; a browser may send it as the password of HTTP Basic. */
  readonly read: Gate;
  /** Changes: API_TOKEN, or none set and both ends on this machine. */
  readonly change: Gate;
  /** The dashboard: as `change`; a browser may look at it with HTTP Basic. */
  readonly admin: Gate;
  /** What is open, but not to web pages and proxies where no token tells anybody apart. */
  readonly open: Gate;
  /** WEBHOOK_SECRET as bearer, `X-Webhook-Token` or route parameter `secret`. */
  readonly webhook: Gate;
  /** Only that WEBHOOK_SECRET is set: the body's signature is checked later. */
  readonly webhookConfigured: Gate;
}

export function createAccess(context: ServerContext, countFailure: CountFailure): Access {
  const { apiToken, webhookSecret } = context;

  async function refuse(request: FastifyRequest, reply: FastifyReply, schemes: readonly Scheme[]): Promise<never> {
    await countFailure(request);
    // A line for each: some browsers look at the first scheme of a line only.
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
      const offered = [
        bearerOf(request.headers),
        headerOf(request.headers, 'x-webhook-token'),
        secretInPath(request.params),
      ];
      // No short cut at the first match: how many are compared depends on what was sent only.
      const matches = offered.map((secret) => secret !== undefined && sameSecret(secret, webhookSecret));
      if (!matches.includes(true)) await refuse(request, reply, ['Bearer']);
    },
  };
}

function secretInPath(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('secret' in params)) return undefined;
  return typeof params.secret === 'string' ? params.secret : undefined;
}

/** A browser sends a password that it knows with every request, whichever page asked for it: never with a change. */
function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
