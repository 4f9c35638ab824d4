import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from './dependencies.ts';
import { HttpProblem } from './problems.ts';
import { basicPasswordOf, bearerOf, headerOf, isLoopback, sameSecret } from './secrets.ts';

/** Counts an answer 401 or 404 for the caller's address; throws `too_many_requests` when there were too many. */
export type CountFailure = (request: FastifyRequest) => Promise<void>;

type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Hooks that decide who may pass. They run before any of the body is read. */
export interface Access {
  /** Reads: open unless API_TOKEN is set. */
  readonly read: Gate;
  /** Changes: API_TOKEN, or none set and both ends on this machine. */
  readonly change: Gate;
  /** As `change`; a browser may send the token as the password of HTTP Basic. */
  readonly admin: Gate;
  /** WEBHOOK_SECRET as bearer, `X-Webhook-Token` or route parameter `secret`. */
  readonly webhook: Gate;
  /** Only that WEBHOOK_SECRET is set: the body's signature is checked later. */
  readonly webhookConfigured: Gate;
}

export function createAccess(context: ServerContext, countFailure: CountFailure): Access {
  const { apiToken, webhookSecret } = context;

  async function refuse(request: FastifyRequest, reply: FastifyReply, scheme: string): Promise<never> {
    await countFailure(request);
    reply.header('www-authenticate', `${scheme} realm="komodor-port"`);
    throw new HttpProblem('unauthorized');
  }

  async function requireToken(request: FastifyRequest, reply: FastifyReply, scheme: 'Bearer' | 'Basic'): Promise<void> {
    if (apiToken === undefined) {
      if (isLoopback(context.host) && isLocalCaller(request)) return;
      throw new HttpProblem('token_not_configured');
    }
    const offered = bearerOf(request.headers) ?? (scheme === 'Basic' ? basicPasswordOf(request.headers) : undefined);
    if (offered === undefined || !sameSecret(offered, apiToken)) await refuse(request, reply, scheme);
  }

  async function webhookConfigured(): Promise<void> {
    if (webhookSecret === undefined) throw new HttpProblem('webhook_not_configured');
  }

  return {
    async read(request, reply) {
      if (apiToken !== undefined) await requireToken(request, reply, 'Bearer');
    },
    change: (request, reply) => requireToken(request, reply, 'Bearer'),
    admin: (request, reply) => requireToken(request, reply, 'Basic'),
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
      if (!matches.includes(true)) await refuse(request, reply, 'Bearer');
    },
  };
}

function secretInPath(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('secret' in params)) return undefined;
  return typeof params.secret === 'string' ? params.secret : undefined;
}

/**
 * Without a token a web page must not be able to start runs through its visitor's browser: neither by a plain
 * cross-site form (its Origin is not ours), nor by a host name of its own that resolves to 127.0.0.1.
 */
function isLocalCaller(request: FastifyRequest): boolean {
  const origin = headerOf(request.headers, 'origin');
  return isLoopback(request.hostname) && (origin === undefined || origin === `http://${request.host}`);
}
