import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access, CountFailure } from './access.ts';
import type { App } from './app.ts';
import { keepRawBodies, parseJson, parseJsonBody, rawBody } from './body.ts';
import type { ServerContext } from './dependencies.ts';
import { readChangelog } from './port-changelog.ts';
import { HttpProblem, type ProblemCode } from './problems.ts';
import { hrefOf, orderOf, runRequestSchema, ticketSchema } from './run-schemas.ts';
import { headerOf } from './secrets.ts';
import { isPortSignature, portTimestamp, SIGNATURE_WINDOW_MS } from './signatures.ts';
import { sendIgnored } from './webhook-routes.ts';

/** POST /resync: the older name of POST /v1/runs. Port also posts its changelog here, with a signature, not a token. */
export function addResyncRoute(app: App, context: ServerContext, access: Access, countFailure: CountFailure): void {
  keepRawBodies(app, '*');

  app.post(
    '/resync',
    {
      onRequest: (request, reply) => (isSigned(request) ? checkTime(request) : access.change(request, reply)),
      preValidation: async (request, reply) => {
        // A changelog event is not a request for a run, so it is answered before the body is checked as one.
        if (isSigned(request)) return await answerChangelog(request, reply);
        await parseJsonBody(request, reply);
      },
      config: { rateLimit: { max: context.limits.changesPerMinute } },
      schema: {
        tags: ['runs'],
        security: [{ apiToken: [] }, { portSignature: [] }],
        summary: "Asks for a run; also takes Port's signed changelog webhook",
        body: runRequestSchema(context.kinds),
        response: {
          202: z.union([ticketSchema, z.strictObject({ status: z.literal('ignored'), reason: z.string() })]),
        },
      },
    },
    async (request, reply) => {
      const ticket = await context.queue.request(orderOf(request.body, 'http'));
      return reply.code(202).send({ ...ticket, href: hrefOf(ticket.runId) });
    },
  );

  async function refuse(request: FastifyRequest, code: ProblemCode): Promise<never> {
    await countFailure(request);
    throw new HttpProblem(code);
  }

  async function checkTime(request: FastifyRequest): Promise<void> {
    const at = portTimestamp(timestampOf(request));
    if (at === undefined) return await refuse(request, 'signature_invalid');
    if (Math.abs(Date.now() - at) > SIGNATURE_WINDOW_MS) await refuse(request, 'signature_expired');
  }

  async function answerChangelog(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signature = signatureOf(request);
    const body = rawBody(request);
    if (!isPortSignature(signature, timestampOf(request), body, context.portClientSecret)) {
      return await refuse(request, 'signature_invalid');
    }
    const changelog = readChangelog(parseJson(body), context.integrationIdentifier);
    if (!changelog.asksForResync) return sendIgnored(request, reply, changelog.reason);
    // The queue keeps the key for all replicas, and for longer than a signature is valid.
    const ticket = await context.queue.requestOnce(`port:${signature}`, orderOf(undefined, 'port'));
    if (ticket === undefined) return await refuse(request, 'signature_replayed');
    return reply.code(202).send({ ...ticket, href: hrefOf(ticket.runId) });
  }
}

function isSigned(request: FastifyRequest): boolean {
  return request.headers['x-port-signature'] !== undefined;
}

function signatureOf(request: FastifyRequest): string {
  return headerOf(request.headers, 'x-port-signature') ?? '';
}

function timestampOf(request: FastifyRequest): string {
  return headerOf(request.headers, 'x-port-timestamp') ?? '';
}
