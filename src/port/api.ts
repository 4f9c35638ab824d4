import type { z } from 'zod';
import { AppError } from '../core/errors.ts';
import type { HttpClient, HttpRequest } from '../net/http-client.ts';
import { HttpFailure } from '../net/http-failure.ts';
import type { Retrier } from '../net/retrier.ts';
import type { TokenKeeper } from './token.ts';

export interface PortCall extends Pick<HttpRequest, 'method' | 'path' | 'query' | 'body' | 'bodyText' | 'headers'> {
  /** Entity and blueprint calls: Port keeps this sender as the entity's datasource. */
  readonly asExporter?: boolean;
  /** How often it is tried at most; see HttpRequest. */
  readonly attempts?: number | undefined;
  readonly repeatable?: boolean;
}

/** An answer, about how large it was, and how often it was asked for. */
export interface Exchange<T> {
  readonly value: T;
  readonly bytes: number;
  readonly attempts: number;
}

/**
 * Who we are to Port: `port-ocean/komodor/<version>/<integration identifier>`. Port derives an entity's datasource from
 * it, and finds own entities by its beginning and end.
 */
export function userAgentOf(version: string, integrationIdentifier: string): string {
  return `port-ocean/komodor/${version}/${integrationIdentifier}`;
}

/** Port's API: signed in, typed answers, failures as HttpFailure or as AppErrors that end a run. */
export class PortApi {
  readonly #http: HttpClient;
  readonly #tokens: TokenKeeper;
  readonly #userAgent: string;

  constructor(http: HttpClient, tokens: TokenKeeper, userAgent: string) {
    this.#http = http;
    this.#tokens = tokens;
    this.#userAgent = userAgent;
  }

  /**
   * One call, answered as the schema says.
   * @throws HttpFailure for what the caller may deal with; AppError when Port cannot be used at all
   */
  async call<T>(call: PortCall, answer: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return (await this.exchange(call, answer, signal)).value;
  }

  /** Like `call`, with what else is known of the exchange. */
  async exchange<T>(call: PortCall, answer: z.ZodType<T>, signal: AbortSignal): Promise<Exchange<T>> {
    try {
      return await this.#tokens.with(signal, (authorize) => this.#send(call, answer, authorize, signal));
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      throw error.status === 401 ? refusedForGood(error) : asRunError(error);
    }
  }

  /** For what is tried again by the caller, as patiently as a request is. */
  patience(signal: AbortSignal): Retrier {
    return this.#http.retrier(signal);
  }

  /** Like `call`, with `undefined` where Port says 404. */
  async find<T>(call: PortCall, answer: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.call(call, answer, signal);
    } catch (error) {
      if (error instanceof HttpFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  async #send<T>(
    { asExporter, repeatable, headers, attempts, ...call }: PortCall,
    answer: z.ZodType<T>,
    authorize: () => Promise<string>,
    signal: AbortSignal,
  ): Promise<Exchange<T>> {
    const response = await this.#http.request({
      ...call,
      ...(attempts === undefined ? {} : { attempts }),
      repeatable: repeatable ?? true,
      expect: 'json',
      headers: { 'user-agent': asExporter ? `${this.#userAgent}/exporter` : this.#userAgent, ...headers },
      authorize,
      signal,
    });
    const parsed = answer.safeParse(response.json());
    if (parsed.success) return { value: parsed.data, bytes: response.text.length, attempts: response.attempts };
    const [issue] = parsed.error.issues;
    const where = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw new AppError(
      'port_failed',
      `Port answered ${call.method} ${call.path} in a shape that we do not know: ${where}`,
    );
  }
}

function refusedForGood(cause: HttpFailure): AppError {
  const message = 'Port refuses the token that it has just issued; check the rights of PORT_CLIENT_ID';
  return new AppError('port_auth', message, { cause });
}

/** A host that cannot be reached ends the run; there is no sense in failing every batch on its own. */
function asRunError(error: HttpFailure): unknown {
  return error.isNoContact ? new AppError('port_unreachable', error.message, { cause: error }) : error;
}
