import { setTimeout as sleep } from 'node:timers/promises';
import { FaultBook } from '../fault-book.ts';
import type { Faults } from '../faults.ts';
import type { Handler, SandboxRequest, SandboxResponse, SandboxServer } from '../http.ts';
import { startServer } from '../start-server.ts';
import type { World } from '../world/model.ts';
import { errorAnswer, FORBIDDEN } from './answers.ts';
import { asking } from './list-faults.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { isScopedList, RisksList, risksPageOf } from './risks-list.ts';
import { isScopedSearch, type PagingStyle, ServicesSearch, servicesPageOf } from './services-search.ts';
import { singleRisk } from './single-risk.ts';

export interface KomodorOptions {
  readonly world: World;
  readonly apiKey: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly faults?: FaultBook;
  /** Decides in place of the book. */
  readonly schedule?: Faults;
  readonly latencyMs?: number;
  readonly rateLimit?: RateLimit;
  /** Risks of the whole account end in a 504, as they do for large accounts; per cluster they work. */
  readonly riskQueryTimeout?: boolean;
  /** `token-null` when absent. */
  readonly pagingStyle?: PagingStyle;
}

export interface KomodorSandbox extends SandboxServer {
  /** Where the API begins: `<url>/api/v2`. */
  readonly apiUrl: string;
  readonly world: World;
  readonly faults: FaultBook;
}

/** Short enough to test with, long enough to be seen. */
const GATEWAY_TIMEOUT_MS = 50;

/** Starts a stand-in for Komodor's public API over a world. It is strict where the real one is. */
export async function startKomodor(options: KomodorOptions): Promise<KomodorSandbox> {
  const { world, faults = new FaultBook(), pagingStyle = 'token-null', latencyMs } = options;
  const schedule = options.schedule ?? faults;
  const server = await startServer({
    port: options.port ?? 0,
    handler: createHandler(options, schedule, pagingStyle),
    routeOf,
    pageOf: (request) => pageOf(request, pagingStyle),
    faults: schedule,
    ...(latencyMs !== undefined && { latencyMs }),
  });
  return { ...server, apiUrl: `${server.url}/api/v2`, world, faults };
}

function createHandler(options: KomodorOptions, faults: Faults, pagingStyle: PagingStyle): Handler {
  const { world } = options;
  const overLimit = options.rateLimit === undefined ? undefined : createRateLimit(options.rateLimit);
  const services = new ServicesSearch(world, pagingStyle);
  const risks = new RisksList(world);
  return async (request) => {
    if (request.headers['x-api-key'] !== options.apiKey) return FORBIDDEN;
    const limited = overLimit?.();
    if (limited !== undefined) return limited;
    const route = routeOf(request);
    switch (route) {
      case 'services':
      case 'services-scoped':
        return services.answer(request, asking(faults, route));
      case 'risks':
      case 'risks-scoped':
        if (options.riskQueryTimeout && !request.query.has('clusterName') && !request.query.has('komodorUid')) {
          await sleep(GATEWAY_TIMEOUT_MS);
          return { status: 504, text: 'upstream request timeout' };
        }
        return risks.answer(request, asking(faults, route));
      case 'risk':
        return singleRisk(world, request.segments[4] ?? '', request);
      case 'clusters':
        return { status: 200, body: { data: { clusters: listClusters(world, request.query) } } };
      case 'validate':
        return { status: 200, body: { valid: true } };
      default:
        return notFound(request);
    }
  };
}

/** The name of a request's route in faults and in the log. */
function routeOf(request: SandboxRequest): string {
  const [api, version, ...rest] = request.segments;
  if (api !== 'api' || version !== 'v2') return 'unknown';
  const isRisk = rest.length === 3 && rest[0] === 'health' && rest[1] === 'risks';
  if (isRisk) return request.method === 'GET' || request.method === 'PUT' ? 'risk' : 'unknown';
  switch (`${request.method} ${rest.join('/')}`) {
    case 'POST services/search':
      return isScopedSearch(request) ? 'services-scoped' : 'services';
    case 'GET health/risks':
      return isScopedList(request) ? 'risks-scoped' : 'risks';
    case 'GET clusters':
      return 'clusters';
    case 'GET apikey/validate':
      return 'validate';
    default:
      return 'unknown';
  }
}

function pageOf(request: SandboxRequest, pagingStyle: PagingStyle): number | undefined {
  const route = routeOf(request);
  if (route.startsWith('services')) return servicesPageOf(request, pagingStyle);
  return route === 'risks' || route === 'risks-scoped' ? risksPageOf(request) : undefined;
}

function listClusters(world: World, query: URLSearchParams): World['clusters'] {
  const names = query.getAll('clusterName');
  const tags = query.getAll('tags').map((tag) => tag.split(':'));
  return world.clusters.filter(
    (cluster) =>
      (names.length === 0 || names.includes(cluster.name)) &&
      tags.every(([key = '', ...value]) => cluster.tags[key] === value.join(':')),
  );
}

function notFound(request: SandboxRequest): SandboxResponse {
  return errorAnswer(404, `not found: ${request.method} ${request.path}`);
}
