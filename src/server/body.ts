import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from './problems.ts';

/**
 * Keeps bodies as the bytes that arrived, for signatures; `parseJsonBody` makes JSON of them when their turn comes.
 * @param contentTypes `*`: webhooks, whose senders often name none or a wrong one
 */
export function keepRawBodies(
  scope: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>,
  contentTypes: string,
): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(contentTypes, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The bytes of the body; empty when there was none. */
export function rawBody(request: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** A preValidation hook: from bytes to JSON. No body stays no body. */
export async function parseJsonBody(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  const bytes = rawBody(request);
  request.body = bytes.length === 0 ? undefined : parseJson(bytes);
}

/** @throws HttpProblem `malformed_json` */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpProblem('malformed_json');
  }
}
