import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseExactly } from '../core/exact-json.ts';
import { HttpProblem } from './problems.ts';

/**
 * Keeps bodies as raw bytes, for signatures. `parseJsonBody` parses them later.
 * @param contentTypes `*` for webhooks: their senders often give no content type or a wrong one
 */
export function keepRawBodies(
  scope: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>,
  contentTypes: string,
): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(contentTypes, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** The bytes of the body; empty when there is none. */
export function rawBody(request: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** A preValidation hook: parses the bytes as JSON. A missing body stays missing. */
export async function parseJsonBody(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  const bytes = rawBody(request);
  request.body = bytes.length === 0 ? undefined : parseJson(bytes);
}

/** The same, with numbers as they were written. */
export async function parseExactJsonBody(request: FastifyRequest, _reply: FastifyReply): Promise<void> {
  const bytes = rawBody(request);
  request.body = bytes.length === 0 ? undefined : parseJson(bytes, parseExactly);
}

/** @throws HttpProblem `malformed_json`, or `invalid_request` when it holds too many values */
export function parseJson(bytes: Uint8Array, parse: (text: string) => unknown = JSON.parse): unknown {
  if (hasTooManyValues(bytes)) {
    const message = `Too much: a body may hold ${MAX_JSON_VALUES} values`;
    throw new HttpProblem('invalid_request', { errors: [{ in: 'body', path: '', message }] });
  }
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpProblem('malformed_json');
  }
}

/** Far more than real bodies have. Parsing takes time for each value: a million of them would block the process. */
const MAX_JSON_VALUES = 20_000;
const [QUOTE, BACKSLASH, ...OPENERS] = Buffer.from('"\\,[{');

/** Counts `[`, `{` and `,` outside of strings, without parsing. */
function hasTooManyValues(bytes: Uint8Array): boolean {
  let values = 0;
  let isInText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) isInText = !isInText;
    else if (isInText && byte === BACKSLASH) at += 1;
    else if (!isInText && OPENERS.includes(byte)) values += 1;
    if (values > MAX_JSON_VALUES) return true;
  }
  return false;
}
