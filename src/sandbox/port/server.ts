import { randomUUID } from 'node:crypto';
import { FaultBook } from '../fault-book.ts';
import type { Fault, Faults } from '../faults.ts';
import type { SandboxRequest, SandboxResponse, SandboxServer } from '../http.ts';
import { startServer } from '../start-server.ts';
import { Access } from './access.ts';
import { blueprintRoutes } from './blueprint-routes.ts';
import { entityRoutes } from './entity-routes.ts';
import { ingestRoutes } from './ingest-routes.ts';
import { integrationRoutes } from './integration-routes.ts';
import type { JsonObject } from './model.ts';
import type { RateLimitOptions } from './rate-limit.ts';
import { RateLimit } from './rate-limit.ts';
import { Refusal, refusalResponse } from './refusal.ts';
import type { Route } from './router.ts';
import { findRoute } from './router.ts';
import { searchRoutes } from './search-routes.ts';
import type { SeedEntity } from './store.ts';
import { PortStore } from './store.ts';

const TOKEN_PATH = '/v1/auth/access_token';
const MAX_BODY_BYTES = 1024 * 1024;
const TOO_LARGE = new Refusal(413, 'bad_request', 'Request body is too large (limit is 1MiB)');
const ROUTES: readonly Route[] = [
  ...blueprintRoutes,
  ...entityRoutes,
  ...searchRoutes,
  ...integrationRoutes,
  ...ingestRoutes,
];

export interface PortOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly faults?: readonly (Fault | string)[];
  /** Decides in place of the faults. */
  readonly schedule?: Faults;
  readonly latencyMs?: number;
  /** Absent: a limit that nobody reaches. */
  readonly rateLimit?: RateLimitOptions;
  readonly tokenTtlSeconds?: number;
  /** Entities on a page of a search, whatever was asked for; 1,000 when absent. */
  readonly largestPage?: number;
  /** Refuse properties and relations that the blueprint lacks. Absent: such properties are stored, such relations ignored. */
  readonly strictProperties?: boolean;
  /** `delete_dependents` takes along entities with an optional relation too; sources disagree on what the API does. */
  readonly cascadeOptionalRelations?: boolean;
  readonly initial?: { readonly blueprints?: readonly JsonObject[]; readonly entities?: readonly SeedEntity[] };
}

export interface PortSandbox extends SandboxServer {
  readonly store: PortStore;
  readonly faults: FaultBook;
}

/** Starts a stand-in for Port's API on 127.0.0.1, strict where the API is. Its base URL is `<url>/v1`. */
export async function startPort(options: PortOptions): Promise<PortSandbox> {
  const store = new PortStore();
  for (const blueprint of options.initial?.blueprints ?? []) store.putBlueprint(blueprint);
  for (const entity of options.initial?.entities ?? []) store.putEntity(entity);
  const faults = new FaultBook(options.faults);
  const schedule = options.schedule ?? faults;
  const access = new Access(options, options.tokenTtlSeconds ?? 3 * 3600, schedule);
  const rateLimit = new RateLimit(options.rateLimit);

  function answer(request: SandboxRequest): SandboxResponse {
    rateLimit.spend();
    if (request.bodyText !== '' && request.body === undefined) {
      throw new Refusal(400, 'bad_request', 'The request body is no JSON');
    }
    if (isTokenRequest(request)) return access.issue(request.body);
    const match = findRoute(ROUTES, request.method, request.segments);
    if (match !== undefined && schedule.named(match.route.name, 'revoke') !== undefined) access.revoke();
    access.check(request);
    if (match === undefined)
      throw new Refusal(404, 'not_found', `Route ${request.method} ${request.path} was not found`);
    return match.route.handle(request, {
      store,
      faults: schedule,
      largestPage: options.largestPage ?? 1000,
      strict: {
        undeclared: options.strictProperties ?? false,
        cascadeOptional: options.cascadeOptionalRelations ?? false,
      },
      actor: { clientId: options.clientId, userAgent: request.headers['user-agent'] ?? '' },
      param: (name) => match.params.get(name) ?? '',
    });
  }

  const server = await startServer({
    ...(options.port !== undefined && { port: options.port }),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
    faults: schedule,
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: refusalResponse(TOO_LARGE),
    routeOf: (request) =>
      isTokenRequest(request)
        ? 'token'
        : (findRoute(ROUTES, request.method, request.segments)?.route.name ?? 'unknown'),
    handler(request) {
      try {
        return answer(request);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const retryAfter = error.status === 429 && { headers: { 'retry-after': String(rateLimit.secondsToGo()) } };
        return { ...refusalResponse(error), ...retryAfter };
      }
    },
    onResponse: (_request, response) => ({
      ...response,
      headers: { 'x-trace-id': randomUUID(), ...rateLimit.headers(), ...response.headers },
    }),
  });
  return { ...server, store, faults };
}

function isTokenRequest(request: SandboxRequest): boolean {
  return request.method === 'POST' && request.path === TOKEN_PATH;
}
