import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError, messageOf } from '../core/errors.ts';
import { createAccess } from './access.ts';
import type { App } from './app.ts';
import { addChangesRoutes } from './changes-routes.ts';
import { addCommonHooks } from './common-hooks.ts';
import { DEFAULT_LIMITS, type ServerContext, type ServerDependencies } from './dependencies.ts';
import { addDoctorRoutes } from './doctor-routes.ts';
import { addEntityRoutes } from './entity-routes.ts';
import { refuseConnection, sendProblem } from './errors.ts';
import { addEventRoute } from './event-route.ts';
import { addFieldsRoute } from './fields-route.ts';
import { addHealthRoutes } from './health-routes.ts';
import { addHeldRoute } from './held-route.ts';
import { addItemRoutes } from './item-routes.ts';
import { addLintRoutes } from './lint-routes.ts';
import { addMappingRoutes } from './mapping-routes.ts';
import { addOpenApi } from './openapi.ts';
import { addPage } from './page/page-routes.ts';
import { createPrefixRemover, prefixOf } from './prefix.ts';
import { addProblemsRoute } from './problems-route.ts';
import { addResyncRoute } from './resync-route.ts';
import { addRunRoutes } from './run-routes.ts';
import { addStatusRoutes } from './status-routes.ts';
import { addTestRoutes } from './test-routes.ts';
import { addWebhookRoutes } from './webhook-routes.ts';

/** Builds the HTTP server with all routes; `listen` starts it. Each group of routes has its own scope and body parser. */
export async function buildServer(dependencies: ServerDependencies): Promise<FastifyInstance> {
  const context: ServerContext = { ...dependencies, limits: { ...DEFAULT_LIMITS, ...dependencies.limits } };
  const app = createApp(context);
  // Once a request has arrived, the caller waits for us.
  app.server.on('request', ({ socket }) => socket.setTimeout(context.limits.answerTimeoutMs));
  app.setValidatorCompiler(validatorCompiler);
  // Response schemas are only for the documentation. They must not turn a good response into an error.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  const countFailure = await addCommonHooks(app, context);
  const access = createAccess(context, countFailure);
  await addOpenApi(app, context);
  addPage(app, context);
  addHealthRoutes(app, context, access);
  addStatusRoutes(app, context, access);
  addEventRoute(app, context, access);
  addFieldsRoute(app, context, access);
  addProblemsRoute(app, context, access);
  addDoctorRoutes(app, context, access);
  await app.register(async (scope) => addRunRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access));
  await app.register(async (scope) => addChangesRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access));
  addHeldRoute(app, context, access);
  await app.register(async (scope) => addMappingRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access));
  await app.register(async (scope) => addLintRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access));
  await app.register(async (scope) => addTestRoutes(scope.withTypeProvider<ZodTypeProvider>(), context, access));
  addItemRoutes(app, context, access);
  addEntityRoutes(app, context, access);
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
          // The dashboard's own error handler does not know our problems.
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

function createApp({ limits, logger, trustProxy, publicUrl }: ServerContext): App {
  const prefix = createPrefixRemover(prefixOf(publicUrl));
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    trustProxy: typeof trustProxy === 'object' ? [...trustProxy] : (trustProxy ?? false),
    bodyLimit: limits.bodyBytes,
    connectionTimeout: limits.connectionTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: limits.timeoutCheckMs },
    // While closing, requests on open connections still get the routes' own responses.
    return503OnClosing: false,
    // Long enough for a secret in the path.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_024 },
    clientErrorHandler: refuseConnection,
    frameworkErrors: sendProblem,
    rewriteUrl: ({ url = '' }) => prefix.rewrite(url),
  }).withTypeProvider<ZodTypeProvider>();
  app.addHook('onRoute', ({ url }) => prefix.learn(url));
  return app;
}

/** The caller's `X-Request-ID` if it is well formed, so that a request can be traced through several systems. */
function requestIdOf(request: IncomingMessage): string {
  const offered = request.headers['x-request-id'];
  return typeof offered === 'string' && /^[\w.:-]{1,100}$/.test(offered) ? offered : randomUUID();
}

/**
 * Begins to listen. Returns the port: with 0 the system chooses one.
 * @throws AppError `settings_invalid` when the address cannot be used
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port }).catch(async (error: unknown) => {
      // `::` also takes IPv4 connections. A machine without IPv6 needs 0.0.0.0 instead.
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
