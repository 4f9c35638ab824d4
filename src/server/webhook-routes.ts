import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access, CountFailure } from './access.ts';
import type { App } from './app.ts';
import { keepRawBodies, parseJsonBody, rawBody } from './body.ts';
import type { ServerContext } from './dependencies.ts';
import { readFluxEvent } from './flux-event.ts';
import { readKomodorEvent } from './komodor-webhook.ts';
import { HttpProblem } from './problems.ts';
import { changeNoticeSchema, hrefOf, orderOf, ticketSchema } from './run-schemas.ts';
import { headerOf } from './secrets.ts';
import { isFluxSignature } from './signatures.ts';

const tags = ['webhooks'];
const security = [{ webhookBearer: [] }, { webhookToken: [] }];
/** Any JSON object: other systems may add fields. The handlers parse the fields that they need. */
const anyObjectSchema = z
  .custom<object>((body) => typeof body === 'object' && body !== null && !Array.isArray(body), 'Must be an object')
  .meta({ type: 'object' });
const ignoredSchema = z.strictObject({ status: z.literal('ignored'), reason: z.string() });
const acceptedSchema = z.strictObject({ status: z.literal('accepted') });

/** The routes to which other systems post. All answer at once; the work is done later, by the queue. */
export function addWebhookRoutes(app: App, context: ServerContext, access: Access, countFailure: CountFailure): void {
  keepRawBodies(app, '*');
  addKomodorRoutes(app, context, access);
  addFluxRoute(app, context, access, countFailure);

  app.post(
    '/webhooks/resync',
    {
      onRequest: access.webhook,
      preValidation: parseJsonBody,
      config: { rateLimit: { max: context.limits.changesPerMinute } },
      schema: {
        tags,
        security,
        summary: 'Something has changed: resync everything, or some kinds',
        description: 'The run begins after this request. Requests of a burst share one run.',
        body: changeNoticeSchema(context.kinds),
        response: { 202: ticketSchema },
      },
    },
    async (request, reply) => {
      const ticket = await context.queue.request(orderOf(request.body, 'webhook'), { startAfterNow: true });
      return reply.code(202).send({ ...ticket, href: hrefOf(ticket.runId) });
    },
  );
}

function addKomodorRoutes(app: App, { queue, limits }: ServerContext, access: Access): void {
  const addresses = [
    { url: '/webhooks/komodor', params: z.object({}) },
    { url: '/webhooks/komodor/:secret', params: z.object({ secret: z.string() }) },
    { url: '/integration/webhook', params: z.object({}) },
  ];
  for (const { url, params } of addresses) {
    app.post(
      url,
      {
        onRequest: access.webhook,
        preValidation: parseJsonBody,
        config: { rateLimit: { max: limits.webhooksPerMinute } },
        schema: {
          tags,
          security: 'secret' in params.shape ? [] : security,
          summary: 'A monitor of Komodor has opened or closed an issue',
          description: 'The body only says what it is about; that is read again from Komodor.',
          params,
          body: anyObjectSchema,
          response: { 202: z.union([acceptedSchema, ignoredSchema]) },
        },
      },
      async (request, reply) => {
        const event = readKomodorEvent(request.body);
        if (event.type === 'ignored') return sendIgnored(request, reply, event.reason);
        await queue.offer({ key: event.key, subject: event.subject, receivedAt: new Date().toISOString() });
        return reply.code(202).send({ status: 'accepted' });
      },
    );
  }
}

function addFluxRoute(app: App, context: ServerContext, access: Access, countFailure: CountFailure): void {
  app.post(
    '/integration/webhook/flux',
    {
      onRequest: access.webhookConfigured,
      preValidation: [verifySignature, parseJsonBody],
      config: { rateLimit: { max: context.limits.webhooksPerMinute } },
      schema: {
        tags,
        security: [{ fluxSignature: [] }],
        summary: 'An event of Flux (provider type generic-hmac)',
        description:
          '`ReconciliationSucceeded`, `InstallSucceeded` and `UpgradeSucceeded` lead to one resync for each commit; everything else is ignored.',
        body: anyObjectSchema,
        response: { 202: z.union([ticketSchema, ignoredSchema]) },
      },
    },
    async (request, reply) => {
      const event = readFluxEvent(request.body, Date.now());
      if (event.type === 'ignored') return sendIgnored(request, reply, event.reason);
      const order = { ...orderOf(undefined, 'webhook'), causes: [event.cause] };
      // Without a commit only the same event, sent again, is taken for the same.
      const ticket = await context.queue.requestOnce(`flux:${event.key ?? signatureOf(request)}`, order);
      if (ticket === undefined) {
        return sendIgnored(
          request,
          reply,
          'it came before, or another event of the same revision has asked for a resync',
        );
      }
      return reply.code(202).send({ ...ticket, href: hrefOf(ticket.runId) });
    },
  );

  async function verifySignature(request: FastifyRequest): Promise<void> {
    if (isFluxSignature(signatureOf(request), rawBody(request), context.webhookSecret ?? '')) return;
    await countFailure(request);
    throw new HttpProblem('signature_invalid');
  }
}

function signatureOf(request: FastifyRequest): string {
  return headerOf(request.headers, 'x-signature') ?? '';
}

/** Answers 202, because the sender made no mistake and should not send it again. */
export function sendIgnored(request: FastifyRequest, reply: FastifyReply, reason: string): FastifyReply {
  request.log.info({ reason }, 'Ignored a webhook');
  return reply.code(202).send({ status: 'ignored', reason });
}
