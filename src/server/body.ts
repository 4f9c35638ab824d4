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

/** @throws HttpProblem `malformed_json`, or `invalid_request` when it holds too many values */
export function parseJson(bytes: Uint8Array): unknown {
  if (holdsTooMuch(bytes)) {
    const message = `Too much: a body may hold ${MOST_VALUES} values`;
    throw new HttpProblem('invalid_request', { errors: [{ in: 'body', path: '', message }] });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpProblem('malformed_json');
  }
}

/** Far more than any sender's bodies have. Parsing costs by the value: a million of them would stop the process. */
const MOST_VALUES = 20_000;
const [QUOTE, BACKSLASH, ...OPENERS] = Buffer.from('"\\,[{');

/** Counts what begins a value, or parts two, outside of texts. */
function holdsTooMuch(bytes: Uint8Array): boolean {
  let values = 0;
  let isInText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) isInText = !isInText;
    else if (isInText && byte === BACKSLASH) at += 1;
    else if (!isInText && OPENERS.includes(byte)) values += 1;
    if (values > MOST_VALUES) return true;
  }
  return false;
}
