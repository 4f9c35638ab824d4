import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { HttpClient } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';

/** Port: `expiresIn` counts seconds, and a repeated call returns the same token with what is left of its time. */
const tokenAnswer = z.object({
  accessToken: z.string(),
  expiresIn: z.number(),
  tokenType: z.string().default('Bearer'),
});

const RENEW_AT_SHARE_OF_LIFE = 0.8;
/** Near its end Port keeps returning the old token; asking again before every call would not help. */
const MIN_RENEWAL_GAP_MS = 1000;

/** Port counts a token's life from before its answer reached us, in whole seconds. */
const CLOCK_SLACK_MS = 2000;
const NEVER = new AbortController().signal;

interface Token {
  readonly header: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Port's access token: fetched once for all callers, renewed before it ends, replaced when Port refuses it. */
export class TokenKeeper {
  readonly #http: HttpClient;
  readonly #credentials: Credentials;
  readonly #userAgent: string;
  #token: Token | undefined;
  #fetching: Promise<Token> | undefined;

  constructor(http: HttpClient, credentials: Credentials, userAgent: string) {
    this.#http = http;
    this.#credentials = credentials;
    this.#userAgent = userAgent;
  }

  /** The value of the Authorization header. Throws AppError `port_auth`. */
  async header(signal: AbortSignal): Promise<string> {
    const now = performance.now();
    const token = this.#token;
    if (!token || now >= token.expiresAt) return (await unlessAborted(this.#fetch(), signal)).header;
    if (now < token.renewAt) return token.header;
    // Renewal ahead of time must not fail a call that the old token can still make.
    return (
      await unlessAborted(
        this.#fetch().catch(() => token),
        signal,
      )
    ).header;
  }

  /**
   * Drops a token that Port refused, unless somebody has replaced it already.
   * @returns whether its time was simply over: a request may have to wait longer than a token lives
   */
  refused(header: string): 'ran_out' | 'revoked' {
    if (this.#token?.header !== header) return 'ran_out';
    const isOver = performance.now() >= this.#token.expiresAt - CLOCK_SLACK_MS;
    this.#token = undefined;
    return isOver ? 'ran_out' : 'revoked';
  }

  /** One request serves all callers, so none of them may take it away from the others. */
  #fetch(): Promise<Token> {
    this.#fetching ??= this.#request(NEVER).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #request(signal: AbortSignal): Promise<Token> {
    try {
      const response = await this.#http.request({
        method: 'POST',
        path: '/auth/access_token',
        body: this.#credentials,
        headers: { 'user-agent': this.#userAgent },
        repeatable: true,
        expect: 'json',
        signal,
      });
      const { accessToken, expiresIn, tokenType } = tokenAnswer.parse(response.json());
      const now = performance.now();
      const lifeMs = expiresIn * 1000;
      this.#token = {
        header: `${tokenType} ${accessToken}`,
        renewAt: now + Math.max(lifeMs * RENEW_AT_SHARE_OF_LIFE, MIN_RENEWAL_GAP_MS),
        expiresAt: now + lifeMs,
      };
      return this.#token;
    } catch (error) {
      throw asAuthError(error);
    }
  }
}

/** The promise's result, or the signal's reason as soon as that aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    // All requests of a run wait here on one signal; that is no leak.
    setMaxListeners(0, signal);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function asAuthError(error: unknown): unknown {
  if (error instanceof z.ZodError) {
    return new AppError(
      'port_failed',
      'Port answered the sign-in with something that is no token; check PORT_BASE_URL',
      { cause: error },
    );
  }
  if (!(error instanceof HttpFailure)) return error;
  const { status } = error;
  if (status !== undefined && [400, 401, 403, 404, 422].includes(status)) {
    const what = 'check PORT_CLIENT_ID and PORT_CLIENT_SECRET, and that PORT_BASE_URL is the host of your region';
    return new AppError('port_auth', `Port refused the client id or secret (HTTP ${status}): ${what}`, {
      cause: error,
    });
  }
  return error;
}
