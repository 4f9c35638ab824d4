import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { App } from './app.ts';
import { PROBLEMS } from './problems.ts';

const DESCRIPTION =
  'Every error is application/problem+json with a stable `code` (docs/http.md lists them). ' +
  'Requests are limited per address: 429 with Retry-After.';

/** /openapi.json and /docs. Register before the routes that are to be described. */
export async function addOpenApi(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'komodor-port', version, description: DESCRIPTION },
      components: {
        securitySchemes: {
          apiToken: { type: 'http', scheme: 'bearer', description: 'API_TOKEN' },
          webhookBearer: { type: 'http', scheme: 'bearer', description: 'WEBHOOK_SECRET' },
          webhookToken: { type: 'apiKey', in: 'header', name: 'X-Webhook-Token', description: 'WEBHOOK_SECRET' },
          portSignature: {
            type: 'apiKey',
            in: 'header',
            name: 'X-Port-Signature',
            description: 'With X-Port-Timestamp',
          },
          fluxSignature: { type: 'apiKey', in: 'header', name: 'X-Signature', description: 'HMAC with WEBHOOK_SECRET' },
        },
      },
    },
    transform: describeRoute,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, transformStaticCSP: withoutUpgrade });
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}

/** Every described route may also answer with a problem. */
const describeRoute: typeof jsonSchemaTransform = (route) => {
  const described = jsonSchemaTransform(route);
  const { response } = described.schema;
  if (typeof response !== 'object' || response === null) return described;
  const problem = { description: 'A problem', content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } } };
  return { ...described, schema: { ...described.schema, response: { ...response, default: problem } } };
};

const text = { type: 'string' };
const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    detail: text,
    errors: {
      type: 'array',
      items: { type: 'object', properties: { in: text, path: text, message: text } },
    },
    requestId: text,
  },
};

/** This server speaks plain HTTP; the directive would make browsers fetch its scripts over HTTPS. */
function withoutUpgrade(policy: string): string {
  return policy.replace(/\s*upgrade-insecure-requests;?/, '');
}
