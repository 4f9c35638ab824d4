/** Why a request was not answered as hoped: the service's problem document, or that there was no answer. */
export class ApiProblem extends Error {
  /** 0: no answer. */
  readonly status: number;
  /** A code of docs/http.md, or `unreachable`. */
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;
  readonly errors: readonly { readonly path?: string; readonly message?: string }[];

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { retryAfterSeconds?: number | undefined; errors?: ApiProblem['errors'] } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.errors = more.errors ?? [];
  }
}

/** Reads a problem document; what is none (a proxy's page) is told by its status. */
export function problemOf(status: number, text: string, retryAfter: string | null): ApiProblem {
  const retryAfterSeconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  try {
    const { code, detail, errors } = JSON.parse(text);
    if (typeof code === 'string' && typeof detail === 'string') {
      return new ApiProblem(status, code, detail, {
        retryAfterSeconds,
        errors: Array.isArray(errors) ? errors : [],
      });
    }
  } catch {
    // Not JSON.
  }
  return new ApiProblem(status, 'no_answer', `The service, or a proxy in front of it, answered ${status}.`, {
    retryAfterSeconds,
  });
}
