import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CountFailure } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { sendProblem } from './errors.ts';
import { HttpProblem } from './problems.ts';

/** Security headers, rate limits, request ids, one log line per request, and problems for every error. */
export async function addHygiene(app: App, { limits, redact }: ServerContext): Promise<CountFailure> {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  addGracefulClose(app, limits.closeGraceMs);
  // A refusal names what was wrong with the request, and people paste their secrets into the oddest places.
  app.addHook('onSend', async (_request, reply, payload) =>
    reply.statusCode >= 400 && typeof payload === 'string' ? redact(payload) : payload,
  );
  app.addHook('onResponse', async (request, reply) => logRequest(request, reply));
  app.setErrorHandler(sendProblem);

  await app.register(helmet, {
    // Plain HTTP: whoever ends TLS in front of this decides about HTTPS.
    strictTransportSecurity: false,
    // Nothing comes from another host: not even a font may tell it who looks at our pages.
    contentSecurityPolicy: {
      directives: {
        upgradeInsecureRequests: null,
        fontSrc: ["'self'", 'data:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
  });
  await app.register(rateLimit, {
    max: limits.readsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  });

  const failures = app.createRateLimit({ max: limits.failuresPerMinute, timeWindow: 60_000 });
  async function countFailure(request: FastifyRequest): Promise<void> {
    const used = await failures(request);
    if (!used.isAllowed && used.isExceeded) throw tooMany(used.ttl);
  }
  // Unknown addresses count as failures: otherwise somebody could look for secret ones without limit.
  app.setNotFoundHandler(async (request) => {
    await countFailure(request);
    throw new HttpProblem('not_found');
  });
  return countFailure;
}

/** Closing lets open requests finish, but waits neither for idle connections nor, in the end, for slow callers. */
function addGracefulClose(app: App, graceMs: number): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
    setTimeout(() => app.server.closeAllConnections(), graceMs).unref();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}

function tooMany(ttlMs: number): HttpProblem {
  return new HttpProblem('too_many_requests', { retryAfterSeconds: Math.max(1, Math.ceil(ttlMs / 1000)) });
}

/** The route's pattern, never its URL: one address of the webhook has the secret in it. */
function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode } = reply;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const level = statusCode >= 500 ? 'warn' : statusCode >= 400 || isRead ? 'debug' : 'info';
  const fields = {
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: statusCode,
    durationMs: Math.round(reply.elapsedTime),
  };
  request.log[level](fields, 'Answered a request');
}
