import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it as bareIt, expect } from 'vitest';
import { environmentOf } from '../../src/cli/stand-ins.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import type { JsonObject } from '../../src/sandbox/port/model.ts';
import { type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import type { PortStore } from '../../src/sandbox/port/store.ts';
import { createWorld, type WorldOptions } from '../../src/sandbox/world/create-world.ts';
import type { World } from '../../src/sandbox/world/model.ts';
import { startService } from '../../src/service/service.ts';
import { freePort, type OwnRedis, ownRedis } from '../queue/redis-server.ts';
import { expectedCatalog } from '../resync/oracle.ts';
import { Caller } from './caller.ts';
import { type ServiceProcess, startProcess } from './service-process.ts';

export const IDENTIFIER = 'service-under-test';
export const API_TOKEN = 'canary-api-token-0123456789';
export const WEBHOOK_SECRET = 'canary-webhook-secret-0123456789';
export const CREDENTIALS = {
  apiKey: 'canary-komodor-key-0123456789',
  clientId: 'canary-client-id-0123456789',
  clientSecret: 'canary-client-secret-0123456789',
};
export const CLIENT_SECRET = CREDENTIALS.clientSecret;

export type Env = { readonly [name: string]: string };

export interface RunningService extends Caller {
  stop(): Promise<void>;
}

/** The stand-ins for both APIs, and as many services between them as a test starts. */
export interface Stage {
  readonly world: World;
  readonly komodor: KomodorSandbox;
  readonly port: PortSandbox;
  readonly store: PortStore;
  /** Every resync state that Port was told, oldest first. */
  readonly states: readonly JsonObject[];
  readonly env: Env;
  /** Starts a service in this process. */
  service(env?: Env): Promise<RunningService>;
  /** Starts a service as users do, in a process of its own. */
  process(env?: Env): Promise<ServiceProcess>;
  /** The same with no settings but these. */
  bareProcess(env: Env, args?: readonly string[]): Promise<ServiceProcess>;
  /** A Redis of this stage alone, not started yet. */
  redis(): Promise<OwnRedis>;
  /** What Port's UI shows of the resync now. */
  state(): JsonObject;
  /** Fails unless Port holds exactly what the shipped mapping makes of the world as it is now. */
  expectTruth(): void;
  isTrue(): boolean;
  close(): Promise<void>;
}

/** `it` with a `stage` that is taken down when the test is over; fit for tests that run side by side. */
export const it = bareIt.extend<{ open: () => Promise<Stage> }>({
  // The first parameter must be written as a pattern, for vitest reads from it what the fixture needs.
  open: async ({ task: _ }, use) => {
    const stages: Stage[] = [];
    await use(async () => {
      const stage = await openStage();
      stages.push(stage);
      return stage;
    });
    await Promise.all(stages.map((stage) => stage.close()));
  },
});

const SMALL: WorldOptions = { seed: 11, services: 30, risksPerService: 1, clusters: 2 };

/** Opens a stage that is closed by whoever opens it. */
export async function openStage(options: WorldOptions = SMALL): Promise<Stage> {
  const world = createWorld(options);
  const { apiKey, clientId, clientSecret } = CREDENTIALS;
  const komodor = await startKomodor({ world, apiKey, faults: new FaultBook() });
  const port = await startPort({ clientId, clientSecret });
  const states: JsonObject[] = [];
  listenToStates(port.store, states);
  const folder = mkdtempSync(join(tmpdir(), 'service-'));
  const closing: (() => Promise<void>)[] = [];
  const env: Env = {
    ...environmentOf(komodor, port, { apiKey, clientId, clientSecret }),
    INTEGRATION_IDENTIFIER: IDENTIFIER,
    API_TOKEN,
    WEBHOOK_SECRET,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    EVENT_LISTENER_INTERVAL: '1',
    LOG_LEVEL: 'silent',
  };
  const isTrue = () => JSON.stringify(port.store.snapshot()) === JSON.stringify(expectedCatalog(world));

  async function start(settings: Env, args: readonly string[] = []): Promise<ServiceProcess> {
    const started = await startProcess('start', folder, settings, args);
    closing.push(() => started.kill());
    return started;
  }

  return {
    world,
    komodor,
    port,
    store: port.store,
    states,
    env,
    async service(more = {}) {
      const all = { ...env, ...more };
      const running = await startService(loadSettings(all, { dotenvPath: '/dev/null' }), all);
      let stopping: Promise<void> | undefined;
      const stop = () => {
        stopping ??= running.stop();
        return stopping;
      };
      closing.push(stop);
      return Object.assign(new Caller(`http://127.0.0.1:${running.httpPort}`, API_TOKEN), { stop });
    },
    process: (more = {}) => start({ ...env, LOG_LEVEL: 'info', LOG_FORMAT: 'json', ...more }),
    bareProcess: start,
    async redis() {
      const tcp = await freePort();
      const own = await ownRedis(['--port', String(tcp), '--bind', '127.0.0.1']);
      closing.push(() => own.remove());
      return { ...own, url: `redis://127.0.0.1:${tcp}` };
    },
    state: () => port.store.integrations.get(IDENTIFIER)?.resyncState ?? {},
    expectTruth() {
      expect(port.store.snapshot()).toEqual(expectedCatalog(world));
    },
    isTrue,
    async close() {
      // The last that was opened is closed first: a service before its Redis.
      for (const close of closing.toReversed()) await close();
      await Promise.all([komodor.close(), port.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The stand-in keeps the last state only; tests want to see all of them. */
function listenToStates({ integrations }: PortStore, states: JsonObject[]): void {
  const change = integrations.change.bind(integrations);
  integrations.change = (id, fields) => {
    if (isState(fields.resyncState)) states.push(fields.resyncState);
    return change(id, fields);
  };
}

function isState(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** Only what the states say, one after the other: `running`, `completed`, … */
export function statusesOf(stage: Stage): readonly unknown[] {
  return stage.states.map(({ status }) => status);
}
