import { FaultBook } from '../fault-book.ts';
import type { Faults } from '../faults.ts';
import type { Handler, SandboxRequest, SandboxServer } from '../http.ts';
import { startServer } from '../start-server.ts';
import type { World } from '../world/model.ts';
import { errorAnswer, FORBIDDEN } from './answers.ts';
import { asking } from './list-faults.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import { type Habits, type Route, scopedName } from './stand-in.ts';
import { routes } from './stand-ins.ts';

export interface KomodorOptions extends Habits {
  readonly world: World;
  readonly apiKey: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly faults?: FaultBook;
  /** Decides in place of the book. */
  readonly schedule?: Faults;
  readonly latencyMs?: number;
  readonly rateLimit?: RateLimit;
  /** What time it is, in seconds since 1970. The real clock when absent. */
  readonly now?: () => number;
}

export interface KomodorSandbox extends SandboxServer {
  /** Where the API begins: `<url>/api/v2`. */
  readonly apiUrl: string;
  readonly world: World;
  readonly faults: FaultBook;
}

const BASE = ['api', 'v2'];

/** Starts a stand-in for Komodor's public API over a world. It is strict where the real one is. */
export async function startKomodor(options: KomodorOptions): Promise<KomodorSandbox> {
  const { world, faults = new FaultBook(), latencyMs } = options;
  const schedule = options.schedule ?? faults;
  const server = await startServer({
    port: options.port ?? 0,
    handler: createHandler(options, schedule),
    routeOf: (request) => nameOf(request, routeOf(request)),
    pageOf: (request) => routeOf(request)?.pageOf?.(request, options),
    faults: schedule,
    ...(latencyMs !== undefined && { latencyMs }),
  });
  return { ...server, apiUrl: `${server.url}/${BASE.join('/')}`, world, faults };
}

function createHandler(options: KomodorOptions, faults: Faults): Handler {
  const overLimit = options.rateLimit === undefined ? undefined : createRateLimit(options.rateLimit);
  const account = { ...options, now: options.now ?? (() => Math.floor(Date.now() / 1000)) };
  const answers = new Map(routes.map((route) => [route, route.open(account)]));
  return async (request) => {
    if (request.headers['x-api-key'] !== options.apiKey) return FORBIDDEN;
    const limited = overLimit?.();
    if (limited !== undefined) return limited;
    const route = routeOf(request);
    const answer = route && answers.get(route);
    if (answer === undefined) return errorAnswer(404, `not found: ${request.method} ${request.path}`);
    return answer(request, asking(faults, nameOf(request, route)));
  };
}

function routeOf({ method, segments }: SandboxRequest): Route | undefined {
  return routes.find((route) => {
    const wanted = [...BASE, ...route.path.split('/')];
    return (
      route.method === method &&
      wanted.length === segments.length &&
      wanted.every((part, at) => part.startsWith('{') || part === segments[at])
    );
  });
}

/** The name of a request's route in faults and in the log. */
function nameOf(request: SandboxRequest, route: Route | undefined): string {
  if (route === undefined) return 'unknown';
  return route.isScoped?.(request) ? scopedName(route) : route.name;
}
