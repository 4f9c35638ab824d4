import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { QueueUnavailable } from '../core/run-queue.ts';
import { type FieldProblem, HttpProblem, PROBLEMS, type ProblemCode, problemBody } from './problems.ts';

/** Answers any error as application/problem+json. Unexpected errors are logged; the response says nothing about them. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error);
  const { status } = PROBLEMS[problem.code];
  if (problem.code === 'internal') request.log.error({ err: error }, 'A request failed unexpectedly');
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  // The body has not been read. Closing the connection is cheaper than receiving the rest.
  if (status === 401 || status === 413) reply.header('connection', 'close');
  reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, request.id)));
}

function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof QueueUnavailable) {
    return new HttpProblem('queue_unavailable', { detail: error.message, retryAfterSeconds: error.retryAfterSeconds });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalidRequest(error.validationContext ?? 'request', error.validation);
  }
  return new HttpProblem(codeOf(error));
}

/** How many errors one response lists. */
const MAX_REPORTED_ERRORS = 20;
/** How many characters of an unknown key are repeated. */
const MAX_PATH_LENGTH = 200;

interface Issue {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: { readonly [name: string]: unknown };
}

function invalidRequest(where: string, issues: readonly Issue[]): HttpProblem {
  const mistakes = issues.slice(0, MAX_REPORTED_ERRORS + 1).flatMap((issue) => fieldProblems(where, issue));
  if (mistakes.length <= MAX_REPORTED_ERRORS) return new HttpProblem('invalid_request', { errors: mistakes });
  const detail = `${PROBLEMS.invalid_request.title} There are more mistakes than the ${MAX_REPORTED_ERRORS} that are named here.`;
  return new HttpProblem('invalid_request', { detail, errors: mistakes.slice(0, MAX_REPORTED_ERRORS) });
}

/** An unknown key is reported at its own path, not at that of its object. */
function fieldProblems(where: string, { instancePath, message = '', params }: Issue): FieldProblem[] {
  const base = instancePath === '/' ? '' : instancePath;
  const { keys } = params;
  if (!Array.isArray(keys)) return [{ in: where, path: shortened(base), message }];
  const named = keys.slice(0, MAX_REPORTED_ERRORS + 1);
  return named.map((key) => ({ in: where, path: shortened(`${base}/${String(key)}`), message: 'Unknown key' }));
}

function shortened(path: string): string {
  return path.length <= MAX_PATH_LENGTH ? path : `${path.slice(0, MAX_PATH_LENGTH)}…`;
}

function codeOf(error: unknown): ProblemCode {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'body_too_large';
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'unsupported_media_type';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad_request' : 'internal';
}

/** Answers on the socket itself when there is no request object: the bytes are not HTTP, or arrive too slowly. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new HttpProblem(connectionProblem(error.code));
  const { status } = PROBLEMS[problem.code];
  const body = JSON.stringify(problemBody(problem));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function connectionProblem(code: string | undefined): ProblemCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'bad_request';
}
