import { randomUUID } from 'node:crypto';
import { connectPort, createGovernors } from './compose/connections.ts';
import { loadDefaults } from './compose/defaults.ts';
import type { GivenMapping } from './compose/given-mapping.ts';
import { createJqMapper, type JqProbes } from './compose/jq-mapper.ts';
import { kindsOf, offlineKinds } from './compose/kinds.ts';
import { createPortCatalog } from './compose/port-catalog.ts';
import { documentWithoutSecrets, runWithoutSecrets } from './compose/secrets.ts';
import { connectSources, noSources } from './compose/sources.ts';
import { createWaitWatch } from './compose/wait-watch.ts';
import { createTellingAuthors } from './compose/write-back.ts';
import { documentDiff } from './config/document-diff.ts';
import { secretsOf } from './config/secrets.ts';
import type { Settings } from './config/settings.ts';
import {
  catalogMarkingWrites,
  catalogSkippingMarked,
  currentMark,
  type LiveMarks,
  type LiveMemory,
  WritesInProgress,
} from './core/catalog-guards.ts';
import type { Kinds } from './core/kinds.ts';
import { type ItemChanges, refreshItems } from './core/live-changes.ts';
import { LiveGuard } from './core/live-guard.ts';
import type { RefreshReport } from './core/live-run.ts';
import { LiveSessions } from './core/live-session.ts';
import { plannedMapping } from './core/mapping-digest.ts';
import { combineObservers } from './core/observers.ts';
import { RecordingCatalog } from './core/plan.ts';
import type { Catalog, Mapper, Ports, RunObserver } from './core/ports.ts';
import type { Recording } from './core/recorder.ts';
import { redactor } from './core/redact.ts';
import { locateSubjects, refreshSubject } from './core/refresh.ts';
import type { RunReport } from './core/report.ts';
import { type ResyncRequest, resync } from './core/resync.ts';
import { mapSides, type PerSide } from './core/sides.ts';
import type { Subject } from './core/source.ts';
import type { WatchedCluster } from './kubernetes/watch.ts';
import { type WatchedKind, watchedKinds } from './kubernetes/watched-kinds.ts';
import type { FolderSource } from './manifests/source.ts';
import type { JqBinary } from './mapping/resolve-jq.ts';
import { type Clock, systemClock } from './net/clock.ts';
import type { AttemptOutcome, GovernorState } from './net/governor.ts';
import type { Side } from './net/http-failure.ts';
import type { PortApi } from './port/api.ts';
import type { OurNames } from './port/ownership.ts';
import type { TokenProvider } from './port/token.ts';

export type RunRequest = Omit<ResyncRequest, 'runId'> & {
  readonly runId?: string;
  /** For a plan: the mapping that counts as if Port held it. */
  readonly mapping?: GivenMapping | undefined;
};

export interface RunOptions {
  readonly observer?: RunObserver;
  /** The marks of live events; missing where there are none (the CLI). */
  readonly marks?: LiveMarks;
  /** Takes the rows of a resync. The caller ends it. */
  readonly journal?: JournalTarget;
}

/** Where rows go, and how much they keep. */
export type JournalTarget = Omit<Recording, 'redact'>;

/** The functions for live events. */
export interface Live {
  /** Prepares Port and the mapping, so that the first event does not wait. @throws AppError */
  prepare(): Promise<void>;
  /**
   * Refreshes the subject of an event. @throws AppError
   * @param journal takes the rows of the event. The caller ends it.
   */
  refresh(subject: Subject, signal: AbortSignal, journal?: JournalTarget): Promise<readonly RefreshReport[]>;
  /** What of the cluster the mapping in use reads. @throws AppError */
  watchedKinds(): Promise<readonly WatchedKind[]>;
  /** Refreshes the entities of changed items, as a watch gives them. @throws AppError @param journal as above */
  refreshItems(changes: ItemChanges, signal: AbortSignal, journal?: JournalTarget): Promise<RefreshReport>;
}

/** The parts of the program that map. */
export interface MappingParts {
  readonly kinds: Kinds;
  readonly mapper: Mapper;
  /** The mapping and blueprint files. */
  readonly files: ReturnType<typeof loadDefaults>;
}

/** The parts of the program, for answers. */
export interface ApplicationParts extends MappingParts {
  /** A catalog that never writes. */
  catalog(): Catalog;
  readonly portApi: PortApi;
  readonly ourNames: OurNames;
  now(): Date;
  /** The document without our secrets, which it may quote. */
  withoutSecrets<T>(document: T): T;
}

/** The program, ready to run. All runs of the process share its adapters. */
export interface Application {
  readonly jq: JqBinary;
  readonly parts: ApplicationParts;
  /** Port's API, and what sending to its ingest URLs needs. */
  readonly port: {
    readonly api: PortApi;
    readonly tokens: TokenProvider;
    readonly userAgent: string;
    /** For the proxies that it names. */
    readonly env: NodeJS.Dict<string>;
  };
  /** The cluster of KUBERNETES. */
  readonly cluster?: WatchedCluster;
  /** The folder of CATALOG_PATH. */
  readonly folder?: FolderSource;
  /** Executes a resync or a plan. Never throws; every failure is in the report. */
  run(order: RunRequest, signal: AbortSignal, options?: RunOptions): Promise<RunReport>;
  /** Starts live events. `memory` has their marks and deletion counts, which all replicas share. */
  live(memory: LiveMemory): Live;
  /** The state of the requests to each system, for progress lines. */
  traffic(): PerSide<GovernorState>;
  close(): void;
}

/** Callbacks of the adapters, for metrics; and the clock, for simulations. */
export interface Probes extends JqProbes {
  readonly requestDone?: (side: Side, answer: AttemptOutcome) => void;
  /** Default: the system clock. */
  readonly clock?: Clock;
  /** Gets what of a folder is passed over (links, other kinds), each sentence once. */
  readonly sourceNote?: (text: string) => void;
  /** Reads no source, so that only Port need be reached: all kinds are known, and none can be read. */
  readonly offline?: boolean;
  /** Asks Port for a token at once: connecting and the answer take a while, in which files are read and jq is tried. */
  readonly asksAhead?: boolean;
  /** How long to wait for a network that is not ready, and what to call then. Missing: do not wait. */
  readonly network?: { readonly patienceMs: number; readonly onWait: (why: string, leftMs: number) => void };
}

/**
 * The composition root: creates the adapters from the settings and connects them with the engine.
 * @param env the process environment, for its proxies, and for mappings that may read it
 * @throws AppError when a file or jq cannot be used
 */
export async function createApplication(
  settings: Settings,
  env: NodeJS.Dict<string>,
  probes: Probes = {},
): Promise<Application> {
  const secrets = secretsOf(settings, env);
  const { clock = systemClock } = probes;
  const waits = createWaitWatch();
  const governors = createGovernors(settings, probes, clock, waits.tell);
  const shared = { settings, env, secrets, onNetworkWait: probes.network?.onWait };
  const port = connectPort({ ...shared, governor: governors.port });
  const { userAgent, tokens, api } = port;
  const traffic = () => mapSides(governors, (governor) => governor.state());
  // What is asked ahead counts for the first run.
  const earlierCounts = probes.asksAhead ? [countsOf(traffic())] : [];
  if (probes.asksAhead) tokens.askAhead();

  async function openParts() {
    const { mapper, jq } = await createJqMapper(settings, env, probes);
    const files = loadDefaults(settings, probes.offline ? offlineKinds(settings) : kindsOf(settings));
    const sources = probes.offline
      ? noSources(settings)
      : await connectSources({ ...shared, governors, now: () => clock.now(), onNote: probes.sourceNote });
    return { mapper, jq, files, sources };
  }
  const { mapper, jq, files, sources } = await openParts().catch((error: unknown) => {
    // What was asked ahead must not hold up the end.
    port.close();
    throw error;
  });
  const { kinds, liveKinds } = sources;
  const tellingAuthors = createTellingAuthors(settings, sources.cluster);

  const mostInFlight = () => governors.port.state().concurrency;
  const catalogFor = (runId: string | null, setup: 'write' | 'note', given?: GivenMapping) =>
    createPortCatalog(api, settings, files, { runId, setup, given, kinds, mostInFlight });
  const liveCatalog = () =>
    createPortCatalog(port.liveApi, settings, files, { runId: null, setup: 'write', kinds, mostInFlight });
  const redact = redactor(secrets);
  const masked = (journal: JournalTarget | undefined) => journal && { ...journal, redact };
  const underWay = { resync: new WritesInProgress(), live: new WritesInProgress() };
  const ports: Omit<Ports, 'catalog'> = {
    kinds,
    mapper,
    now: () => new Date(clock.now()),
    traffic: { snapshot: () => earlierCounts.pop() ?? countsOf(traffic()), watchWaits: waits.watchWaits },
  };

  async function plan(
    { mapping: given, ...request }: ResyncRequest & Pick<RunRequest, 'mapping'>,
    signal: AbortSignal,
    observer: RunObserver,
  ): Promise<RunReport> {
    const catalog = new RecordingCatalog(catalogFor(request.runId, 'note', given));
    const both = combineObservers([observer, catalog.observer]);
    const report = await resync({ ...ports, catalog }, request, signal, { observer: both });
    const setup = catalog.setup.map(({ what, identifier, before, after }) => ({
      what,
      identifier,
      diff: documentDiff(before, after),
    }));
    const changes = await catalog.changes();
    if (given === undefined) return { ...report, changes, setup };
    const { origin, config } = given;
    const mapping = plannedMapping({ origin, config, setup: catalog.setup, changes, shown: setup });
    return { ...report, changes, setup, mapping };
  }

  async function carryOut(request: ResyncRequest, signal: AbortSignal, { observer = {}, marks, journal }: RunOptions) {
    const catalog = catalogFor(request.runId, 'write');
    const guarded = marks ? catalogSkippingMarked(catalog, marks, await currentMark(marks), underWay) : catalog;
    const recording = masked(journal);
    return tellingAuthors(observer, signal, (both) =>
      resync({ ...ports, catalog: guarded }, request, signal, { observer: both, recording }),
    );
  }

  return {
    jq,
    ...(sources.folder && { folder: sources.folder }),
    parts: {
      ...{ kinds, mapper, files, portApi: api, now: ports.now },
      ourNames: { installation: settings.integrationIdentifier, exporterStateKey: settings.exporterStateKey },
      withoutSecrets: (document) => documentWithoutSecrets(document, secrets),
      catalog: () => new RecordingCatalog(catalogFor(null, 'note')),
    },
    port: { api, tokens, userAgent, env },
    ...(sources.cluster && { cluster: sources.cluster }),
    traffic,
    async run(order, signal, options = {}) {
      const request = { ...order, runId: order.runId ?? randomUUID() };
      return runWithoutSecrets(secrets, options.observer ?? {}, (observer) =>
        order.mode === 'plan' ? plan(request, signal, observer) : carryOut(request, signal, { ...options, observer }),
      );
    },
    live(memory) {
      const rules = { marks: memory, guard: new LiveGuard(memory, settings.resyncIntervalMs) };
      const sessions = new LiveSessions(() => ({
        ...ports,
        kinds: liveKinds,
        catalog: catalogMarkingWrites(liveCatalog(), memory, underWay),
      }));
      return {
        async prepare() {
          await sessions.get();
        },
        async refresh(subject, signal, journal) {
          const session = await sessions.get();
          const reports: RefreshReport[] = [];
          for (const each of await locateSubjects(liveKinds, subject, signal)) {
            reports.push(await refreshSubject(session.ports, session.mapping, each, rules, signal, masked(journal)));
          }
          return reports;
        },
        watchedKinds: async () => watchedKinds((await sessions.get()).mapping.extractions),
        async refreshItems(changes, signal, journal) {
          const session = await sessions.get();
          const recording = masked(journal);
          return tellingAuthors({}, signal, (observer) =>
            refreshItems(session.ports, session.mapping, changes, rules, signal, { observer, recording }),
          );
        },
      };
    },
    close() {
      port.close();
      sources.close();
    },
  };
}

function countsOf(traffic: PerSide<GovernorState>): RunReport['requests'] {
  const all = Object.values(traffic);
  const sumOf = (count: 'retries' | 'rateLimitWaitMs') => all.reduce((sum, state) => sum + state[count], 0);
  return {
    ...mapSides(traffic, ({ requests }) => requests),
    retries: sumOf('retries'),
    rateLimitWaitMs: sumOf('rateLimitWaitMs'),
  };
}
