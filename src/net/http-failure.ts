/** Which system a client talks to. */
export type Side = 'komodor' | 'port' | 'kubernetes';

/**
 * Why a request failed:
 * `status` a complete response that is not 2xx; `timeout` no complete response in time; `unreachable` no connection;
 * `tls` the certificate or the handshake was refused; `reset` the connection broke before the response was complete;
 * `proxy` a proxy does not let us through, or cannot be used;
 * `malformed` the response is not HTTP or not JSON; `too_large` the response exceeds `maxResponseBytes`.
 */
export type HttpFailureReason =
  | 'status'
  | 'timeout'
  | 'unreachable'
  | 'tls'
  | 'proxy'
  | 'reset'
  | 'malformed'
  | 'too_large';

export interface HttpFailureDetails {
  readonly side: Side;
  readonly problem: HttpFailureReason;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status?: number | undefined;
  /** The beginning of the response's body, without secrets; empty when there was none. */
  readonly bodyText?: string | undefined;
  /** The whole body of an answer with an error, without secrets; undefined when it is no JSON, or very large. */
  readonly answer?: unknown;
  /** Port's `error`, Komodor's `error.code`. */
  readonly errorCode?: string | undefined;
  /** The API's own error message. */
  readonly apiMessage?: string | undefined;
  /** How long the API asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** A request that failed. The message is one sentence for people and contains no header, query or secret. */
export class HttpFailure extends Error {
  readonly side: Side;
  readonly problem: HttpFailureReason;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly bodyText: string;
  readonly answer: unknown;
  readonly errorCode: string | undefined;
  readonly apiMessage: string | undefined;
  readonly retryAfterMs: number | undefined;

  /** Whether the cause (network, certificate, proxy) would stop every other request to the host too. */
  get isUnreachable(): boolean {
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
    this.answer = details.answer;
    this.errorCode = details.errorCode;
    this.apiMessage = details.apiMessage;
    this.retryAfterMs = details.retryAfterMs;
  }
}
