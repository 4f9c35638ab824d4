import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Faults } from '../faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { Refusal } from './refusal.ts';
import { readBody } from './route-schema.ts';

const tokenBody = z.strictObject({ clientId: z.string(), clientSecret: z.string() });

interface Token {
  readonly value: string;
  readonly issuedAt: number;
}

/**
 * The tokens. There is one at a time: asking again gives the same one, with less time left, until it has run out.
 * The fault `token -> expires-in N` lets every token, also one that is out already, live N seconds.
 */
export class Access {
  readonly #credentials: { readonly clientId: string; readonly clientSecret: string };
  readonly #ttlSeconds: number;
  readonly #faults: Faults;
  #token: Token | undefined;

  constructor(
    credentials: { readonly clientId: string; readonly clientSecret: string },
    ttlSeconds: number,
    faults: Faults,
  ) {
    this.#credentials = credentials;
    this.#ttlSeconds = ttlSeconds;
    this.#faults = faults;
  }

  /** POST /auth/access_token. Throws 422 for a body with other keys, 401 for wrong credentials. */
  issue(body: unknown): SandboxResponse {
    const { clientId, clientSecret } = readBody(tokenBody, body);
    if (clientId !== this.#credentials.clientId || clientSecret !== this.#credentials.clientSecret) {
      throw new Refusal(401, 'invalid_credentials', 'The credentials are invalid');
    }
    const live = this.#liveToken() ?? this.#newToken();
    return {
      status: 200,
      body: {
        ok: true,
        accessToken: live.value,
        expiresIn: Math.ceil(this.#millisecondsLeft(live) / 1000),
        tokenType: 'Bearer',
      },
    };
  }

  /** Throws 401 unless the request carries the token that is alive. */
  check(request: SandboxRequest): void {
    const live = this.#liveToken();
    if (live === undefined || request.headers.authorization !== `Bearer ${live.value}`) {
      throw new Refusal(401, 'unauthorized', 'The access token is missing, wrong or has expired');
    }
  }

  /** Takes the token back before its time. */
  revoke(): void {
    this.#token = undefined;
  }

  #liveToken(): Token | undefined {
    return this.#token !== undefined && this.#millisecondsLeft(this.#token) > 0 ? this.#token : undefined;
  }

  #newToken(): Token {
    const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
    const claims = { isMachine: true, personalToken: false, orgId: 'org_sandbox', jti: randomUUID() };
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    const value = `${signed}.${createHash('sha256').update(signed).digest('base64url')}`;
    this.#token = { value, issuedAt: Date.now() };
    return this.#token;
  }

  #millisecondsLeft(token: Token): number {
    const [seconds] = this.#faults.named('token', 'expires-in') ?? [];
    return token.issuedAt + Number(seconds ?? this.#ttlSeconds) * 1000 - Date.now();
  }
}
