import { AppError, messageOf } from '../core/errors.ts';
import { FaultBook } from '../sandbox/fault-book.ts';
import { type KomodorSandbox, startKomodor } from '../sandbox/komodor/start-komodor.ts';
import {
  type ClusterStandIn,
  type KubernetesStandInOptions,
  startCluster,
} from '../sandbox/kubernetes/start-cluster.ts';
import { parseFault } from '../sandbox/parse-fault.ts';
import { type PortSandbox, startPort } from '../sandbox/port/server.ts';
import { createWorld } from '../sandbox/world/create-world.ts';
import { isForKomodor, isForKubernetes, isForPort } from './fault-option.ts';

export interface StandInOptions extends KubernetesStandInOptions {
  readonly seed: number;
  readonly services: number;
  readonly risksPerService: number;
  readonly clusters: number;
  readonly komodorPort: number;
  readonly portPort: number;
  readonly tokenTtlSeconds?: number;
  /** How many requests per minute each of the two accepts. */
  readonly rateLimit?: number;
  readonly faults: readonly string[];
  /** The clock of the data, in seconds since 1970 (default: a fixed one, so that a seed gives the same data on every day). */
  readonly now?: number;
}

export interface StandIns {
  readonly komodor: KomodorSandbox;
  readonly port: PortSandbox;
  /** The API of a cluster, where it was asked for. */
  readonly cluster?: ClusterStandIn;
  /** Settings with which the program uses them. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const CREDENTIALS = {
  apiKey: '5a4db0c5-0000-4000-8000-00000000demo',
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
};

/** Starts the stand-ins for the APIs on this machine. The route of a fault tells for which of them it is. */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const { latencyMs, rateLimit, tokenTtlSeconds } = options;
  const { apiKey, clientId, clientSecret } = CREDENTIALS;
  const faults = options.faults.map(parseFault);
  checkSize(options);
  const startingKomodor = startKomodor({
    world: createWorld(options),
    apiKey,
    port: options.komodorPort,
    latencyMs,
    faults: new FaultBook(faults.filter(isForKomodor)),
    ...(rateLimit === undefined ? {} : { rateLimit: { limit: rateLimit, periodMs: 60_000 } }),
  });
  const komodor = await nameOption('--komodor-port', options.komodorPort, startingKomodor);
  const startingPort = startPort({
    clientId,
    clientSecret,
    port: options.portPort,
    latencyMs,
    faults: faults.filter(isForPort),
    ...(tokenTtlSeconds === undefined ? {} : { tokenTtlSeconds }),
    ...(rateLimit === undefined ? {} : { rateLimit: { limit: rateLimit, periodSeconds: 60 } }),
  });
  const port = await nameOption('--port-port', options.portPort, startingPort).catch(async (error: unknown) => {
    await komodor.close();
    throw error;
  });
  const startingCluster =
    options.kubernetesPort === undefined
      ? undefined
      : startCluster(komodor.world, faults.filter(isForKubernetes), options);
  const cluster =
    startingCluster &&
    (await nameOption('--kubernetes-port', options.kubernetesPort ?? 0, startingCluster).catch(
      async (error: unknown) => {
        await Promise.all([komodor.close(), port.close()]);
        throw error;
      },
    ));
  return {
    komodor,
    port,
    ...(cluster && { cluster }),
    environment: { ...environmentOf(komodor, port, CREDENTIALS), ...cluster?.environment },
    async close() {
      await Promise.all([komodor.close(), port.close(), cluster?.close()]);
    },
  };
}

/** A limit, because everything is kept in memory. */
const MAX_RISKS = 2_000_000;

function checkSize({ services, risksPerService }: StandInOptions): void {
  if (services * risksPerService <= MAX_RISKS) return;
  throw new AppError(
    'settings_invalid',
    `--services ${services} with --risks-per-service ${risksPerService} is more than ${MAX_RISKS} risks; give less of one`,
  );
}

async function nameOption<T>(option: string, wanted: number, starting: Promise<T>): Promise<T> {
  return starting.catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    const message = `${option} ${wanted}: the stand-in cannot listen there (${messageOf(error)}); give another port, or 0`;
    throw new AppError('settings_invalid', message, { cause: error });
  });
}

/** Settings with which the program uses these stand-ins. */
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

/** The settings as lines for a shell. */
export function shellExports(environment: StandIns['environment']): readonly string[] {
  return Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
}
