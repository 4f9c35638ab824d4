import { randomUUID } from 'node:crypto';
import { loadDefaults } from './compose/defaults.ts';
import { createJqMapper, type JqProbes } from './compose/jq-mapper.ts';
import { runWithoutSecrets } from './compose/secrets.ts';
import { documentDiff } from './config/document-diff.ts';
import { parseMapping } from './config/mapping-schema.ts';
import { secretsOf } from './config/secrets.ts';
import type { OfflineSettings, Settings } from './config/settings.ts';
import {
  catalogMarkingWrites,
  catalogSkippingMarked,
  currentMark,
  type LiveMarks,
  type LiveMemory,
  WritesInProgress,
} from './core/catalog-guards.ts';
import { LiveGuard } from './core/live-guard.ts';
import { LiveSessions } from './core/live-session.ts';
import type { JsonObject } from './core/model.ts';
import { combineObservers } from './core/observers.ts';
import { RecordingCatalog } from './core/plan.ts';
import type { Ports, RunObserver } from './core/ports.ts';
import { locateSubjects, type RefreshReport, refreshSubject } from './core/refresh.ts';
import type { RunReport } from './core/report.ts';
import { type ResyncRequest, resync } from './core/resync.ts';
import type { Subject } from './core/source.ts';
import { KOMODOR_KINDS } from './komodor/kinds.ts';
import { createKomodorSource } from './komodor/source.ts';
import type { JqBinary } from './mapping/resolve-jq.ts';
import { type Clock, systemClock } from './net/clock.ts';
import { type AttemptOutcome, createGovernor, type GovernorState } from './net/governor.ts';
import { createHttpClient } from './net/http-client.ts';
import type { Side } from './net/http-failure.ts';
import { PortApi, userAgentOf } from './port/api.ts';
import { PortCatalog } from './port/catalog.ts';
import { TokenProvider } from './port/token.ts';
import { VERSION } from './version.ts';

/** The largest page that we ask for has a few MiB; far more is a mistake somewhere. */
const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

export type RunRequest = Omit<ResyncRequest, 'runId'> & { readonly runId?: string };

export interface RunOptions {
  readonly observer?: RunObserver;
  /** What live events have refreshed meanwhile; absent where none can be (the CLI). */
  readonly marks?: LiveMarks;
}

/** What live events need. */
export interface Live {
  /** Gets everything ready, so that the first event does not wait for it. @throws AppError */
  prepare(): Promise<void>;
  /** Brings what an event is about up to date. @throws AppError */
  refresh(subject: Subject, signal: AbortSignal): Promise<readonly RefreshReport[]>;
}

/** The whole program, ready to run: every adapter built once, shared by all runs of the process. */
export interface Application {
  readonly jq: JqBinary;
  /** Port's API, and what its ingest addresses need. */
  readonly port: {
    readonly api: PortApi;
    readonly tokens: TokenProvider;
    readonly userAgent: string;
    /** For the proxies that it names. */
    readonly env: NodeJS.Dict<string>;
  };
  /** Runs a resync or a plan. Never throws: what happens is in the report. */
  run(order: RunRequest, signal: AbortSignal, options?: RunOptions): Promise<RunReport>;
  /** Live events for this process; what they remember keeps resyncs out of their way, and them from deleting too much. */
  live(memory: LiveMemory): Live;
  /** How both sides are doing now, for progress lines. */
  traffic(): { readonly komodor: GovernorState; readonly port: GovernorState };
  close(): void;
}

/** Who wants to know what the adapters do, for metrics; and the time they live in, for simulations. */
export interface Probes extends JqProbes {
  readonly requestDone?: (side: Side, answer: AttemptOutcome) => void;
  /** The system's when absent. */
  readonly clock?: Clock;
  /** How long a network is waited for that is not there yet, and who is told; absent: it is not. */
  readonly network?: { readonly patienceMs: number; readonly onWait: (why: string, leftMs: number) => void };
}

/**
 * The composition root: the one place where settings become adapters and adapters meet the engine.
 * @param env the process environment, for the proxies that it names and for mappings that may read it
 * @throws AppError when a file or jq cannot be used
 */
export async function createApplication(
  settings: Settings,
  env: NodeJS.Dict<string>,
  probes: Probes = {},
): Promise<Application> {
  const { mapper, jq } = await createJqMapper(settings, env, probes);
  const files = loadDefaults(settings);
  const secrets = secretsOf(settings, env);
  const { requestTimeoutMs: timeoutMs, maxRateLimitWaitMs: maxWaitMs } = settings;
  const { clock = systemClock } = probes;
  const governorFor = (side: Side, concurrency: number) =>
    createGovernor({
      side,
      concurrency,
      maxWaitMs,
      networkWaitMs: probes.network?.patienceMs ?? 0,
      clock,
      onOutcome: (answer) => probes.requestDone?.(side, answer),
    });
  const onNetworkWait = probes.network?.onWait;
  const komodor = governorFor('komodor', settings.komodorConcurrency);
  const port = governorFor('port', settings.portConcurrency);
  const source = createKomodorSource({
    baseUrl: settings.komodorBaseUrl,
    apiKey: settings.komodorApiKey,
    governor: komodor,
    timeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    userAgent: `komodor-port/${VERSION}`,
    secrets,
    onNetworkWait,
    env,
    now: () => clock.now(),
    pageSizes: {
      komodorService: settings.komodorServicesPageSize,
      komodorHealthMonitoring: settings.komodorRisksPageSize,
    },
  });
  const http = createHttpClient({
    side: 'port',
    baseUrl: settings.portBaseUrl,
    timeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    governor: port,
    secrets,
    onNetworkWait,
    env,
  });
  const userAgent = userAgentOf(VERSION, settings.integrationIdentifier);
  const credentials = { clientId: settings.portClientId, clientSecret: settings.portClientSecret };
  const tokens = new TokenProvider(http, credentials, userAgent);
  const api = new PortApi(http, tokens, userAgent);

  const catalogFor = (runId: string | null, setup: 'write' | 'note') =>
    new PortCatalog(api, {
      runId,
      setup,
      identifier: settings.integrationIdentifier,
      version: VERSION,
      changelogDestination: changelogDestinationOf(settings),
      mappingSource: settings.mappingSource,
      initialize: settings.initializePortResources,
      batchesInFlight: settings.portBatchesInFlight,
      parseMapping: (config, origin) => parseMapping(config, origin, KOMODOR_KINDS),
      ...files,
    });
  const underWay = { resync: new WritesInProgress(), live: new WritesInProgress() };
  const traffic = () => ({ komodor: komodor.state(), port: port.state() });
  const ports: Omit<Ports, 'catalog'> = {
    kinds: source.kinds,
    mapper,
    now: () => new Date(clock.now()),
    traffic: { snapshot: () => countsOf(traffic()) },
  };

  async function plan(request: ResyncRequest, signal: AbortSignal, observer: RunObserver): Promise<RunReport> {
    const catalog = new RecordingCatalog(catalogFor(request.runId, 'note'));
    const both = combineObservers([observer, catalog.observer]);
    const report = await resync({ ...ports, catalog }, request, signal, both);
    const setup = catalog.setup.map(({ what, identifier, before, after }) => ({
      what,
      identifier,
      diff: documentDiff(before, after),
    }));
    return { ...report, changes: await catalog.changes(), setup };
  }

  async function carryOut(request: ResyncRequest, signal: AbortSignal, observer: RunObserver, marks?: LiveMarks) {
    const catalog = catalogFor(request.runId, 'write');
    const guarded = marks ? catalogSkippingMarked(catalog, marks, await currentMark(marks), underWay) : catalog;
    return resync({ ...ports, catalog: guarded }, request, signal, observer);
  }

  return {
    jq,
    port: { api, tokens, userAgent, env },
    traffic,
    async run(order, signal, { observer = {}, marks } = {}) {
      const request = { ...order, runId: order.runId ?? randomUUID() };
      return runWithoutSecrets(secrets, observer, (told) =>
        order.mode === 'plan' ? plan(request, signal, told) : carryOut(request, signal, told, marks),
      );
    },
    live(memory) {
      const rules = { marks: memory, guard: new LiveGuard(memory, settings.resyncIntervalMs) };
      const sessions = new LiveSessions(() => ({
        ...ports,
        catalog: catalogMarkingWrites(catalogFor(null, 'write'), memory, underWay),
      }));
      return {
        async prepare() {
          await sessions.get();
        },
        async refresh(subject, signal) {
          const session = await sessions.get();
          const reports: RefreshReport[] = [];
          for (const each of await locateSubjects(source.kinds, subject, signal)) {
            reports.push(await refreshSubject(session.ports, session.mapping, each, rules, signal));
          }
          return reports;
        },
      };
    },
    close() {
      http.close();
      source.close();
    },
  };
}

/** Where Port is told to send its "Resync" clicks: to our own address, if that is what we listen to. */
function changelogDestinationOf({ eventListener, publicUrl }: OfflineSettings): JsonObject {
  return eventListener === 'WEBHOOK' && publicUrl !== undefined ? { type: 'WEBHOOK', url: `${publicUrl}/resync` } : {};
}

function countsOf({ komodor, port }: { komodor: GovernorState; port: GovernorState }) {
  return {
    komodor: komodor.requests,
    port: port.requests,
    retries: komodor.retries + port.retries,
    rateLimitWaitMs: komodor.rateLimitWaitMs + port.rateLimitWaitMs,
  };
}
