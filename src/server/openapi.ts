import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { App } from './app.ts';
import type { ServerContext } from './dependencies.ts';
import { prefixOf } from './prefix.ts';
import { PROBLEMS } from './problems.ts';

const DESCRIPTION =
  'Every error is application/problem+json with a stable `code` (docs/http.md lists them). ' +
  'Requests are limited per address: 429 with Retry-After.';

/** The page is drawn by scripts that set styles, and loads nothing from other hosts. It is shown in no frame. */
const POLICY_OF_DOCS = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds /openapi.json and /docs. Must be registered before the routes that it describes. */
export async function addOpenApi(app: App, { version, publicUrl }: ServerContext): Promise<void> {
  const prefix = prefixOf(publicUrl);
  await app.register(swagger, {
    // Our paths begin with no prefix, also when that is `/v1`.
    stripBasePath: false,
    openapi: {
      openapi: '3.1.0',
      ...(prefix !== '' && { servers: [{ url: prefix }] }),
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
    transformObject: (document) => ('openapiObject' in document ? withOptionalBodies(document.openapiObject) : {}),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    ...(prefix !== '' && { indexPrefix: prefix }),
    staticCSP: POLICY_OF_DOCS,
  });
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}

/** Adds the problem responses to every route, and marks bodies that are optional. */
const describeRoute: typeof jsonSchemaTransform = (route) => {
  const described = jsonSchemaTransform(route);
  const { response } = described.schema;
  if (typeof response !== 'object' || response === null) return described;
  const problem = { description: 'A problem', content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } } };
  const schema = { ...described.schema, response: { ...response, default: problem } };
  const { body } = route.schema;
  if (!(body instanceof z.ZodType) || !body.safeParse(undefined).success) return { ...described, schema };
  return { ...described, schema: { ...schema, body: Object.assign({}, schema.body, { [NOT_REQUIRED]: true }) } };
};

/** A mark for optional bodies: Fastify declares every body as required. `withOptionalBodies` corrects that at the end. */
const NOT_REQUIRED = 'x-not-required';

type Document = Partial<Extract<ReturnType<App['swagger']>, { readonly openapi: string }>>;

function withOptionalBodies(document: Document): Document {
  for (const path of Object.values(document.paths ?? {})) {
    for (const body of [path?.post?.requestBody, path?.put?.requestBody, path?.patch?.requestBody]) {
      if (body === undefined || !('content' in body)) continue;
      for (const { schema = {} } of Object.values(body.content)) {
        if (Reflect.has(schema, NOT_REQUIRED)) body.required = false;
        Reflect.deleteProperty(schema, NOT_REQUIRED);
      }
    }
  }
  return document;
}

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
