import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it as bareIt, expect } from 'vitest';
import { environmentOf } from '../../src/cli/stand-ins.ts';
import { type Application, createApplication, type JournalTarget, type RunRequest } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import type { Code } from '../../src/core/errors.ts';
import type { RefreshReport } from '../../src/core/live-run.ts';
import type { Kind } from '../../src/core/model.ts';
import type { RunObserver } from '../../src/core/ports.ts';
import type { BlueprintReport, Problem, RunMode, RunReport } from '../../src/core/report.ts';
import type { Subject } from '../../src/core/source.ts';
import { systemClock } from '../../src/net/clock.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import type { RequestRecord } from '../../src/sandbox/http.ts';
import { type KomodorOptions, type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { type PortOptions, type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import type { World } from '../../src/sandbox/world/model.ts';
import { expectedCatalog } from './oracle.ts';

export interface HarnessOptions {
  readonly services?: number;
  readonly risksPerService?: number;
  readonly clusters?: number;
  /** A world of the test's own; wins over the numbers. */
  readonly world?: World;
  readonly komodor?: Partial<Omit<KomodorOptions, 'world' | 'faults'>>;
  readonly port?: Partial<PortOptions>;
  /** A mapping as YAML or JSON text; the shipped one when absent. */
  readonly mapping?: string;
  readonly env?: { readonly [name: string]: string };
  /** What time it is for the program and for Komodor, in milliseconds since 1970; the real one when absent. */
  readonly now?: () => number;
}

interface RunOptions {
  readonly kinds?: readonly Kind[];
  readonly approve?: readonly string[];
  readonly signal?: AbortSignal;
  readonly observer?: RunObserver;
  readonly journal?: JournalTarget;
}

/** The whole program between two stand-ins. */
export interface Harness {
  readonly world: World;
  readonly komodor: KomodorSandbox;
  readonly port: PortSandbox;
  readonly store: PortStore;
  /** The parts of the program, for answers. */
  parts(): Application['parts'];
  /** Settings that lead a program of its own, such as the CLI, to the stand-ins. */
  readonly env: { readonly [name: string]: string };
  run(mode?: RunMode, options?: RunOptions): Promise<RunReport>;
  /** Works off a live event, as the service does. */
  refresh(subject: Subject, journal?: JournalTarget): Promise<readonly RefreshReport[]>;
  /** Starts the program anew against the same stand-ins, with other settings or another mapping. */
  reopen(changes: Pick<HarnessOptions, 'mapping' | 'env'>): Promise<void>;
  /** Requests to Port that may change something, since the log was last cut. */
  portWrites(): readonly RequestRecord[];
  /** Forgets the requests so far. */
  cutLogs(): void;
  /** Fails unless Port holds exactly what the shipped mapping makes of the world as it is now. */
  expectTruth(): void;
  close(): Promise<void>;
}

const CREDENTIALS = {
  apiKey: 'komodor-key-of-the-tests',
  clientId: 'client-of-the-tests',
  clientSecret: 'secret-of-the-tests',
};
/** How Port is to know the program under test. */
export const IDENTIFIER = 'under-test';

/** `it` with a `start` that opens harnesses and closes them when the test is over; fit for tests that run side by side. */
export const it = bareIt.extend<{ start: (options?: HarnessOptions) => Promise<Harness> }>({
  // The first parameter must be written as a pattern, for vitest reads from it what the fixture needs.
  start: async ({ task: _ }, use) => {
    const open: Harness[] = [];
    await use(async (options) => {
      const harness = await openHarness(options);
      open.push(harness);
      return harness;
    });
    await Promise.all(open.map((harness) => harness.close()));
  },
});

/** For a harness that several tests share; they close it. */
export async function openHarness(options: HarnessOptions = {}): Promise<Harness> {
  const { services = 40, risksPerService = 1, clusters = 2 } = options;
  const world = options.world ?? createWorld({ seed: 7, services, risksPerService, clusters });
  const { apiKey, clientId, clientSecret } = CREDENTIALS;
  const { now = Date.now } = options;
  const komodor = await startKomodor({
    now: () => Math.floor(now() / 1000),
    ...options.komodor,
    world,
    apiKey,
    faults: new FaultBook(),
  });
  const port = await startPort({ ...options.port, clientId, clientSecret });
  const folder = mkdtempSync(join(tmpdir(), 'resync-'));
  const addresses = {
    ...environmentOf(komodor, port, CREDENTIALS),
    INTEGRATION_IDENTIFIER: IDENTIFIER,
  };

  async function open({ mapping, env }: Pick<HarnessOptions, 'mapping' | 'env'>): Promise<Application> {
    const file = join(folder, 'mapping.yaml');
    if (mapping !== undefined) writeFileSync(file, mapping);
    const own = mapping === undefined ? {} : { MAPPING_PATH: file, MAPPING_SOURCE: 'file' };
    const all = { ...addresses, ...own, ...env };
    return createApplication(loadSettings(all, { dotenvPath: '/dev/null' }), all, { clock: { ...systemClock, now } });
  }

  let application = await open(options);
  const memory = createInlineMarks();
  return {
    world,
    komodor,
    port,
    store: port.store,
    env: addresses,
    parts: () => application.parts,
    run(mode = 'resync', { kinds, approve, signal, observer, journal } = {}) {
      const order: RunRequest = {
        mode,
        trigger: 'cli',
        ...(kinds === undefined ? {} : { kinds }),
        ...(approve === undefined ? {} : { approvedDeletions: approve }),
      };
      return application.run(order, signal ?? new AbortController().signal, {
        ...(observer === undefined ? {} : { observer }),
        ...(journal === undefined ? {} : { journal }),
      });
    },
    refresh: (subject, journal) => application.live(memory).refresh(subject, new AbortController().signal, journal),
    async reopen(changes) {
      application.close();
      application = await open(changes);
    },
    portWrites: () => port.log.filter(isWrite),
    cutLogs() {
      komodor.log.length = 0;
      port.log.length = 0;
    },
    expectTruth() {
      expect(port.store.snapshot()).toEqual(expectedCatalog(world));
    },
    async close() {
      application.close();
      await Promise.all([komodor.close(), port.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isWrite({ method, route }: RequestRecord): boolean {
  return method !== 'GET' && route !== 'token' && route !== 'search';
}

/** The problems of one code. */
export function problemsOf({ problems }: RunReport, code: Code): readonly Problem[] {
  return problems.filter((problem) => problem.code === code);
}

/** The report of one blueprint. */
export function blueprintOf({ blueprints }: RunReport, name: string): BlueprintReport {
  const found = blueprints.find(({ blueprint }) => blueprint === name);
  if (found === undefined) throw new Error(`The report says nothing about ${name}`);
  return found;
}

/** A text that names what went wrong, for assertions that would otherwise only say "degraded". */
export function explain({ status, problems }: RunReport): string {
  return [status, ...problems.map(({ code, severity, message }) => `${severity} ${code}: ${message}`)].join('\n');
}
