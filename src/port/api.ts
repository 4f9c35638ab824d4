import type { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { HttpClient, HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { RequestTiming } from '../net/request-info.ts';
import type { Retrier } from '../net/retrier.ts';
import type { TokenProvider } from './token.ts';

export interface PortCall extends Pick<HttpRequest, 'method' | 'path' | 'query' | 'body' | 'bodyText' | 'headers'> {
  /** Send our user agent. Needed for entities and blueprints: Port stores it as the entity's datasource. */
  readonly withUserAgent?: boolean;
  /** How often it is sent at most; see HttpRequest. */
  readonly attempts?: number | undefined;
  readonly repeatable?: boolean;
}

/** A parsed response, its approximate size, how long it took, and how often the request was sent. */
export interface ParsedAnswer<T> {
  readonly value: T;
  readonly bytes: number;
  readonly timing: RequestTiming;
  readonly attempts: number;
  readonly status: number;
  /** The response's JSON as it came. */
  readonly json: unknown;
}

/**
 * Our user agent: `port-ocean/komodor/<version>/<integration identifier>`. Port derives an entity's datasource from it;
 * our entities are found by its beginning and end.
 */
export function userAgentOf(version: string, integrationIdentifier: string): string {
  return `port-ocean/komodor/${version}/${integrationIdentifier}`;
}

/** Port's API, with access token and parsed responses. Failures are HttpFailures, or AppErrors that end a run. */
export class PortApi {
  readonly #http: HttpClient;
  readonly #tokens: TokenProvider;
  readonly #userAgent: string;

  constructor(http: HttpClient, tokens: TokenProvider, userAgent: string) {
    this.#http = http;
    this.#tokens = tokens;
    this.#userAgent = userAgent;
  }

  /**
   * Makes a call and parses the response.
   * @throws HttpFailure for what the caller may handle; AppError when Port cannot be used at all
   */
  async call<T>(call: PortCall, answer: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return (await this.exchange(call, answer, signal)).value;
  }

  /** Like `call`, with the size of the response and the number of attempts. */
  async exchange<T>(call: PortCall, answer: z.ZodType<T>, signal: AbortSignal): Promise<ParsedAnswer<T>> {
    try {
      return await this.#tokens.withToken(signal, (authorize) => this.#send(call, answer, authorize, signal));
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw error.status === 401 ? tokenRefused(error) : toRunError(error);
    }
  }

  /** For callers that repeat items of a response, under the same rules as whole requests. */
  retrier(signal: AbortSignal): Retrier {
    return this.#http.retrier(signal);
  }

  /** Like `call`; `undefined` for a 404. */
  async find<T>(call: PortCall, answer: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.call(call, answer, signal);
    } catch (error) {
      if (error instanceof HttpFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  async #send<T>(
    { withUserAgent, repeatable, headers, attempts, ...call }: PortCall,
    answer: z.ZodType<T>,
    authorize: () => Promise<string>,
    signal: AbortSignal,
  ): Promise<ParsedAnswer<T>> {
    const response = await this.#http.request({
      ...call,
      ...(attempts === undefined ? {} : { attempts }),
      repeatable: repeatable ?? true,
      expect: 'json',
      headers: { 'user-agent': withUserAgent ? `${this.#userAgent}/exporter` : this.#userAgent, ...headers },
      authorize,
      signal,
    });
    const { status, timing, attempts: sent } = response;
    const json = response.json();
    const parsed = answer.safeParse(json);
    const bytes = response.text.length;
    if (parsed.success) return { value: parsed.data, bytes, timing, attempts: sent, status, json };
    const [issue] = parsed.error.issues;
    const where = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new AppError(
      'port_failed',
      `Port answered ${call.method} ${call.path} in a shape that we do not know: ${where}`,
    );
  }
}

function tokenRefused(cause: HttpFailure): AppError {
  const message = 'Port refuses the token that it has just issued; check the rights of PORT_CLIENT_ID';
  return new AppError('port_auth', message, { cause });
}

/** An unreachable host ends the run, or every batch would fail on its own. */
function toRunError(error: HttpFailure): unknown {
  return error.isUnreachable ? new AppError('port_unreachable', error.message, { cause: error }) : error;
}
