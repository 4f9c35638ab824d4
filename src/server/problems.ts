/** Every problem code, its status and what it means. docs/http.md lists the same table (a test compares). */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request is no usable HTTP request.' },
  malformed_json: { status: 400, title: 'The body is no JSON.' },
  invalid_request: { status: 400, title: 'A field of the request is missing, unknown or has a wrong value.' },
  unauthorized: { status: 401, title: 'Credentials are missing or wrong.' },
  signature_invalid: { status: 401, title: 'The signature does not fit the body.' },
  signature_expired: { status: 401, title: 'The signature is too old, or from the future.' },
  signature_replayed: { status: 401, title: 'This signature was used before.' },
  token_not_configured: {
    status: 403,
    title: 'API_TOKEN is not set, so this is allowed on the loopback address only.',
  },
  not_found: { status: 404, title: 'There is no such address.' },
  run_not_found: { status: 404, title: 'There is no such run, or it is too long ago.' },
  report_not_kept: { status: 404, title: 'The report of this run is not kept.' },
  changes_not_kept: { status: 404, title: 'The changes of this run are not kept.' },
  request_timeout: { status: 408, title: 'The request took too long to arrive.' },
  run_in_progress: {
    status: 409,
    title: 'The run has not finished, so that a file of its changes would not be whole.',
  },
  plan_unfit: { status: 409, title: 'That run is no finished plan of this mapping.' },
  mapping_changed: { status: 409, title: 'The mapping in Port is not the one that the plan saw.' },
  mapping_in_files: {
    status: 409,
    title: 'MAPPING_SOURCE is file: change the files, for each resync writes them to Port.',
  },
  run_finished: { status: 409, title: 'The run has finished already.' },
  body_too_large: { status: 413, title: 'The body is too large.' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json.' },
  too_many_requests: { status: 429, title: 'Too many requests from this address.' },
  headers_too_large: { status: 431, title: 'The request headers are too large.' },
  internal: { status: 500, title: 'Something that should not happen. The log has the details under this requestId.' },
  queue_unavailable: { status: 503, title: 'The queue cannot take anything now.' },
  took_too_long: { status: 503, title: 'It took too long and was stopped. Ask for less at once.' },
  port_unavailable: { status: 503, title: 'Port cannot be asked now.' },
  webhook_not_configured: { status: 503, title: 'WEBHOOK_SECRET is not set.' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One mistake in a request. `path` is a JSON pointer into the part named by `in`. */
export interface FieldProblem {
  readonly in: string;
  readonly path: string;
  readonly message: string;
}

/** Thrown anywhere in a hook or handler, it becomes the response. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  /** The status, for other error handlers (the dashboard's). */
  readonly statusCode: number;
  readonly errors: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;
  constructor(
    code: ProblemCode,
    options: { detail?: string; errors?: readonly FieldProblem[]; retryAfterSeconds?: number } = {},
  ) {
    super(options.detail ?? PROBLEMS[code].title);
    this.name = 'HttpProblem';
    this.code = code;
    this.statusCode = PROBLEMS[code].status;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The body of a problem response (RFC 9457). */
export function problemBody(problem: HttpProblem, requestId?: string) {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: 'about:blank',
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
    ...(requestId !== undefined && { requestId }),
  };
}
