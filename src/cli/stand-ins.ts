import { FaultBook } from '../sandbox/faults.ts';
import { type KomodorSandbox, startKomodor } from '../sandbox/komodor/start-komodor.ts';
import { parseFault } from '../sandbox/parse-fault.ts';
import { type PortSandbox, startPort } from '../sandbox/port/server.ts';
import { createWorld } from '../sandbox/world/create-world.ts';

export interface StandInOptions {
  readonly seed: number;
  readonly services: number;
  readonly risksPerService: number;
  readonly clusters: number;
  readonly latencyMs: number;
  readonly komodorPort: number;
  readonly portPort: number;
  readonly tokenTtlSeconds?: number;
  /** Requests a minute that each of the two takes. */
  readonly rateLimit?: number;
  readonly faults: readonly string[];
}

export interface StandIns {
  readonly komodor: KomodorSandbox;
  readonly port: PortSandbox;
  /** Settings that lead the program to them. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const KOMODOR_ROUTES = ['services', 'services-scoped', 'risks', 'risks-scoped', 'risk', 'clusters', 'validate'];
const CREDENTIALS = {
  apiKey: '5a4db0c5-0000-4000-8000-00000000demo',
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
};

/** Starts the stand-ins for both APIs on this machine. Faults find their side by the route they name. */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const { latencyMs, rateLimit, tokenTtlSeconds } = options;
  const { apiKey, clientId, clientSecret } = CREDENTIALS;
  const faults = options.faults.map(parseFault);
  const isForKomodor = ({ route }: { readonly route: string }) => route === '*' || KOMODOR_ROUTES.includes(route);
  const komodor = await startKomodor({
    world: createWorld(options),
    apiKey,
    port: options.komodorPort,
    latencyMs,
    faults: new FaultBook(faults.filter(isForKomodor)),
    ...(rateLimit === undefined ? {} : { rateLimit: { limit: rateLimit, periodMs: 60_000 } }),
  });
  const port = await startPort({
    clientId,
    clientSecret,
    port: options.portPort,
    latencyMs,
    faults: faults.filter((fault) => fault.route === '*' || !isForKomodor(fault)),
    ...(tokenTtlSeconds === undefined ? {} : { tokenTtlSeconds }),
    ...(rateLimit === undefined ? {} : { rateLimit: { limit: rateLimit, periodSeconds: 60 } }),
  });
  return {
    komodor,
    port,
    environment: environmentOf(komodor, port, CREDENTIALS),
    async close() {
      await Promise.all([komodor.close(), port.close()]);
    },
  };
}

/** Settings that lead the program to stand-ins. */
export function environmentOf(
  { apiUrl }: Pick<KomodorSandbox, 'apiUrl'>,
  { url }: Pick<PortSandbox, 'url'>,
  { apiKey, clientId, clientSecret }: { readonly [name in keyof typeof CREDENTIALS]: string },
) {
  return {
    KOMODOR_BASE_URL: apiUrl,
    KOMODOR_API_KEY: apiKey,
    PORT_BASE_URL: url,
    PORT_CLIENT_ID: clientId,
    PORT_CLIENT_SECRET: clientSecret,
  };
}

/** The settings as lines that a shell takes. */
export function exportsOf(environment: StandIns['environment']): readonly string[] {
  return Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
}
