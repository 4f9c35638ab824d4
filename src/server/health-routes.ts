import { z } from 'zod';
import { within } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import type { ReadinessCheck, ServerContext } from './dependencies.ts';

const tags = ['operations'];
const config = { rateLimit: false } as const;

const checkSchema = z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string() });
const liveSchema = z.strictObject({ status: z.literal('healthy'), check: z.literal('live'), version: z.string() });
const readySchema = z.strictObject({
  status: z.enum(['healthy', 'unhealthy']),
  check: z.literal('ready'),
  version: z.string(),
  checks: z.array(checkSchema).readonly(),
});

/** Health checks and metrics. They have no rate limit, or an orchestrator would kill a busy process. */
export function addHealthRoutes(app: App, context: ServerContext, access: Access): void {
  const { version } = context;
  const checks = sharedChecks(context);

  app.get(
    '/health/live',
    { config, schema: { tags, summary: 'The process runs', response: { 200: liveSchema } } },
    async () => ({ status: 'healthy' as const, check: 'live' as const, version }),
  );

  app.get(
    '/health/ready',
    {
      config,
      schema: {
        tags,
        summary: 'Everything that work needs is there',
        response: { 200: readySchema, 503: readySchema },
      },
    },
    async (_request, reply) => {
      const results = await checks();
      const isReady = results.every((check) => check.ok);
      const status = isReady ? ('healthy' as const) : ('unhealthy' as const);
      return reply.code(isReady ? 200 : 503).send({ status, check: 'ready', version, checks: results });
    },
  );

  app.get(
    '/metrics',
    {
      onRequest: access.open,
      config,
      schema: {
        tags,
        summary: 'Prometheus metrics',
        response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (_request, reply) => {
      const { contentType, body } = await context.metrics();
      return reply.header('content-type', contentType).send(body);
    },
  );
}

/** Concurrent callers share one round of checks, so that nobody can flood Redis through a route without a token. */
function sharedChecks({ checks, limits }: ServerContext): () => Promise<readonly ReadinessCheck[]> {
  let underWay: Promise<readonly ReadinessCheck[]> | undefined;
  async function runChecks(): Promise<readonly ReadinessCheck[]> {
    const ms = limits.readinessTimeoutMs;
    const failed = (detail: string) => [{ name: 'checks', ok: false, detail }];
    try {
      return await within(ms, checks(), failed(`no answer within ${ms / 1000} s`));
    } catch (error) {
      return failed(messageOf(error));
    } finally {
      underWay = undefined;
    }
  }
  return () => {
    underWay ??= runChecks();
    return underWay;
  };
}
