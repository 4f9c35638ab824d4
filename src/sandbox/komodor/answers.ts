import type { z } from 'zod';
import type { SandboxResponse } from '../http.ts';

interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An answer in the shape that Komodor's own errors have. */
export function errorAnswer(status: number, message: string, fieldErrors: readonly FieldError[] = []): SandboxResponse {
  const error = {
    code: status * 10 + 4,
    message,
    requestID: `req-${status}`,
    ...(fieldErrors.length > 0 && { fieldErrors }),
  };
  return { status, body: { error } };
}

/** What zod found wrong, as a 400 with one entry per field. */
export function invalidAnswer(error: z.ZodError): SandboxResponse {
  const fields = error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  return errorAnswer(400, 'bad request: the request does not fit the schema', fields);
}

/** The gateway's answer to a missing or wrong API key: not the API's error shape, and 403 rather than 401. */
export const FORBIDDEN: SandboxResponse = { status: 403, body: { Status: 'Forbidden' } };
