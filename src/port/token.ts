import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { orAborted } from '../core/signals.ts';
import type { HttpClient } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';

/** Port's token response. `expiresIn` is in seconds. A repeated call returns the same token with its remaining time. */
const tokenAnswer = z.object({
  accessToken: z.string(),
  expiresIn: z.number(),
  tokenType: z.string().default('Bearer'),
});

const RENEW_AT_LIFETIME_SHARE = 0.8;
/** Shortly before a token expires Port still returns the old one, so it is not requested before every call. */
const MIN_RENEWAL_GAP_MS = 1000;

/** How many tokens one call may use. */
const MAX_TOKENS = 6;
/** How often Port may refuse the same token: one of its servers may not know a new token yet. */
const MAX_REFUSALS_OF_ONE = 2;
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

/** Port's access token: requested once for all callers, renewed before it expires, replaced when Port refuses it. */
export class TokenProvider {
  readonly #http: HttpClient;
  readonly #credentials: Credentials;
  readonly #userAgent: string;
  #token: Token | undefined;
  #fetching: Promise<Token> | undefined;
  /** What was asked for before anybody needed it, until it is there; a failure until somebody has got it. */
  #ahead: Promise<Token> | undefined;

  constructor(http: HttpClient, credentials: Credentials, userAgent: string) {
    this.#http = http;
    this.#credentials = credentials;
    this.#userAgent = userAgent;
  }

  /** Asks for a token before anybody needs it. When that fails, whoever needs one first gets the failure. */
  askAhead(): void {
    this.#ahead = this.#request(NEVER);
    this.#ahead.then(
      () => {
        this.#ahead = undefined;
      },
      () => undefined,
    );
  }

  /** The value of the Authorization header. Throws AppError `port_auth`. */
  async header(signal: AbortSignal): Promise<string> {
    const now = performance.now();
    const token = this.#token;
    if (!token || now >= token.expiresAt) return (await unlessAborted(this.#fetch(), signal)).header;
    if (now < token.renewAt) return token.header;
    // The old token is still valid, so the call must not fail when the renewal does.
    return (
      await unlessAborted(
        this.#fetch().catch(() => token),
        signal,
      )
    ).header;
  }

  /**
   * Makes a request with a token. If Port refuses the token (it expired while the request waited, or was revoked), tries
   * again with a new one. Throws the HttpFailure with status 401 when that does not help.
   * @param attempt sends the request; its argument gives the Authorization header
   */
  async withToken<T>(signal: AbortSignal, attempt: (authorize: () => Promise<string>) => Promise<T>): Promise<T> {
    const refusals = new Map<string, number>();
    for (;;) {
      let used = '';
      const authorize = async () => {
        used = await this.header(signal);
        return used;
      };
      try {
        return await attempt(authorize);
      } catch (error) {
        if (!(error instanceof HttpFailure) || error.status !== 401) throw error;
        // Unless another caller has replaced it already.
        if (this.#token?.header === used) this.#token = undefined;
        const ofThisOne = (refusals.get(used) ?? 0) + 1;
        refusals.set(used, ofThisOne);
        if (ofThisOne >= MAX_REFUSALS_OF_ONE || refusals.size >= MAX_TOKENS) throw error;
      }
    }
  }

  /** One request for all callers. It has no caller's signal, so that none of them can abort it for the others. */
  #fetch(): Promise<Token> {
    this.#fetching ??= (this.#ahead ?? this.#request(NEVER)).finally(() => {
      this.#fetching = undefined;
    });
    this.#ahead = undefined;
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
        renewAt: now + Math.max(lifeMs * RENEW_AT_LIFETIME_SHARE, MIN_RENEWAL_GAP_MS),
        expiresAt: now + lifeMs,
      };
      return this.#token;
    } catch (error) {
      throw asAuthError(error);
    }
  }
}

/** All requests of a run listen to one signal, and Node would warn of a leak. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  setMaxListeners(0, signal);
  return orAborted(promise, signal);
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
