/** Which of the two systems a client talks to. */
export type Side = 'komodor' | 'port';

/**
 * What went wrong with a request, as far as a caller may care:
 * `status` a full answer that is not 2xx; `timeout` no full answer in time; `unreachable` no connection was made;
 * `tls` the certificate or the handshake was refused; `reset` the connection broke before the answer was whole;
 * `proxy` a proxy on the way does not let us through, or cannot be used;
 * `malformed` the answer is not what was agreed (no HTTP, no JSON); `too_large` the answer exceeds `maxResponseBytes`.
 */
export type HttpProblem = 'status' | 'timeout' | 'unreachable' | 'tls' | 'proxy' | 'reset' | 'malformed' | 'too_large';

export interface HttpFailureDetails {
  readonly side: Side;
  readonly problem: HttpProblem;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status?: number | undefined;
  /** The beginning of the answer's body, without secrets; empty when there was none. */
  readonly bodyText?: string | undefined;
  /** Port's `error`, Komodor's `error.code`. */
  readonly errorCode?: string | undefined;
  /** What the API said in words. */
  readonly apiMessage?: string | undefined;
  /** How long the API asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** A request that did not get its answer. The message is one sentence for people; no header, query or secret is in it. */
export class HttpFailure extends Error {
  readonly side: Side;
  readonly problem: HttpProblem;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly bodyText: string;
  readonly errorCode: string | undefined;
  readonly apiMessage: string | undefined;
  readonly retryAfterMs: number | undefined;

  /** Whether no request can reach the host as things stand. */
  get isNoContact(): boolean {
    return this.problem === 'unreachable' || this.problem === 'tls' || this.problem === 'proxy';
  }

  constructor(message: string, details: HttpFailureDetails) {
    super(message);
    this.name = 'HttpFailure';
    this.side = details.side;
    this.problem = details.problem;
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.bodyText = details.bodyText ?? '';
    this.errorCode = details.errorCode;
    this.apiMessage = details.apiMessage;
    this.retryAfterMs = details.retryAfterMs;
  }
}
