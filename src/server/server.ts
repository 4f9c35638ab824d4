import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError, messageOf } from '../core/errors.ts';
import { createAccess } from './access.ts';
import type { App } from './app.ts';
import { DEFAULT_LIMITS, type ServerContext, type ServerDependencies } from './dependencies.ts';
import { refuseConnection, sendProblem } from './errors.ts';
import { addHealthRoutes } from './health-routes.ts';
import { addHygiene } from './hygiene.ts';
import { addOpenApi } from './openapi.ts';
import { addPage } from './page.ts';
import { addResyncRoute } from './resync-route.ts';
import { addRunRoutes } from './run-routes.ts';
import { addWebhookRoutes } from './webhook-routes.ts';

/** The HTTP server with all its routes, not listening yet. Each group of routes has a scope, and so its own body parser. */
export async function buildServer(dependencies: ServerDependencies): Promise<FastifyInstance> {
  const context: ServerContext = { ...dependencies, limits: { ...DEFAULT_LIMITS, ...dependencies.limits } };
  const app = createApp(context);
  app.setValidatorCompiler(validatorCompiler);
  // Response schemas describe; they must not turn a good answer into an error.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  const countFailure = await addHygiene(app, context);
  const access = createAccess(context, countFailure);
  await addOpenApi(app, context.version);
  addPage(app);
  addHealthRoutes(app, context, access);
  await app.register(async (scope) => addRunRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access));
  await app.register(async (scope) =>
    addResyncRoute(scope.withTypeProvider<ZodTypeProvider>(), context, access, countFailure),
  );
  await app.register(async (scope) =>
    addWebhookRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access, countFailure),
  );
  const { dashboard } = context;
  if (dashboard !== undefined) {
    await app.register(async (scope) => {
      scope.addHook('onRequest', async (request, reply) => {
        try {
          await access.admin(request, reply);
        } catch (error) {
          // The dashboard brings an error handler of its own, which knows nothing of our problems.
          sendProblem(error, request, reply);
          return reply;
        }
      });
      await scope.register(dashboard, { prefix: '/admin/queues' });
    });
  }
  await app.ready();
  return app;
}

function createApp({ limits, logger, trustProxy }: ServerContext): App {
  return Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    trustProxy: typeof trustProxy === 'object' ? [...trustProxy] : (trustProxy ?? false),
    bodyLimit: limits.bodyBytes,
    connectionTimeout: limits.connectionTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: limits.timeoutCheckMs },
    // While closing, requests on open connections are still answered, by routes that say what is wrong.
    return503OnClosing: false,
    // Long enough for a secret in the path.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_024 },
    clientErrorHandler: refuseConnection,
    frameworkErrors: sendProblem,
  }).withTypeProvider<ZodTypeProvider>();
}

/** The caller's `X-Request-ID` when it is harmless, so that one request can be followed through several systems. */
function requestIdOf(request: IncomingMessage): string {
  const offered = request.headers['x-request-id'];
  return typeof offered === 'string' && /^[\w.:-]{1,100}$/.test(offered) ? offered : randomUUID();
}

/**
 * Begins to listen. Returns the port, which differs from the asked one when that is 0.
 * @throws AppError `settings_invalid` when the address cannot be used
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port }).catch(async (error: unknown) => {
      // `::` takes calls by IPv4 too; a host without IPv6 has only those.
      if (host !== '::' || !/EAFNOSUPPORT|EADDRNOTAVAIL/.test(messageOf(error))) throw error;
      await app.listen({ host: '0.0.0.0', port });
    });
  } catch (error) {
    throw new AppError(
      'settings_invalid',
      `Cannot listen on HTTP_HOST ${host}, HTTP_PORT ${port}: ${messageOf(error)}`,
    );
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
