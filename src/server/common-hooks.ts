import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CountFailure } from './access.ts';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { sendProblem } from './errors.ts';
import { prefixOf } from './prefix.ts';
import { HttpProblem } from './problems.ts';

/** For all routes: security headers, rate limits, request ids, one log line per request, and errors as problems. */
export async function addCommonHooks(app: App, context: ServerContext): Promise<CountFailure> {
  const { limits, redact } = context;
  const prefix = prefixOf(context.publicUrl);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  // The routes and the libraries know nothing of the prefix. A browser takes a path from the root of the host.
  app.addHook('onSend', async (_request, reply) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && location.startsWith('/')) reply.header('location', `${prefix}${location}`);
  });
  addGracefulClose(app, limits.closeGraceMs);
  // Error responses quote the request, and people paste secrets in the wrong places.
  app.addHook('onSend', async (_request, reply, payload) =>
    reply.statusCode >= 400 && typeof payload === 'string' ? redact(payload) : payload,
  );
  app.addHook('onResponse', async (request, reply) => logRequest(request, reply));
  app.setErrorHandler(sendProblem);

  await app.register(helmet, {
    // We speak plain HTTP. HSTS is for the proxy that terminates TLS.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    // The pages load nothing from other hosts, which would learn who opens them.
    contentSecurityPolicy: {
      directives: {
        upgradeInsecureRequests: null,
        // Nothing of ours may be shown in a frame, where another site could have people click on it.
        frameAncestors: ["'none'"],
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
  // Unknown routes count as failures, or somebody could search for the secret webhook path without limit.
  app.setNotFoundHandler(async (request) => {
    await countFailure(request);
    throw new HttpProblem('not_found');
  });
  return countFailure;
}

/** When the server closes, open requests may finish within `graceMs`; then all connections are closed. */
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

/** Logs the route's pattern, never the URL: one webhook URL contains the secret. */
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
