import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Application, createApplication } from '../../src/compose.ts';
import { loadSettings } from '../../src/config/settings.ts';
import type { LiveMemory } from '../../src/core/catalog-guards.ts';
import { createJqRunner, type JqRunner } from '../../src/mapping/jq-runner.ts';
import { resolveJq } from '../../src/mapping/resolve-jq.ts';
import type { Clock } from '../../src/net/clock.ts';
import { createInlineMarks } from '../../src/queue/inline-marks.ts';
import type { SandboxServer } from '../../src/sandbox/http.ts';

/** How Port knows the program under test. */
export const IDENTIFIER = 'under-chaos';
export const CREDENTIALS = { apiKey: 'chaos-komodor-key', clientId: 'chaos-client', clientSecret: 'chaos-secret' };
/** Real milliseconds: long enough for a busy machine, short enough for many silent servers. */
const TIMEOUT_MS = 1_500;
/** Simulated milliseconds; see the clock. */
export const LONGEST_WAIT_MS = 60_000;

/** What an incarnation is opened with. */
export interface Opening {
  readonly komodor: SandboxServer;
  readonly port: SandboxServer;
  readonly clock: Clock;
  readonly mapping: string;
  readonly pageSizes: { readonly services: number; readonly risks: number };
  /** Spoils the program, to see that the oracle notices. */
  readonly sabotage?: Sabotage | undefined;
}

export type Sabotage = (application: Application) => Application;

/** One process of the program, as far as anybody outside can tell: it may be killed at any step and is replaced then. */
export interface Incarnation {
  readonly application: Application;
  readonly marks: LiveMemory;
  /** What live events have deleted so far, by blueprint. */
  readonly deletedLive: Map<string, Set<string>>;
  /** Resolves when it is killed; a promise of the dead process never does. */
  readonly death: Promise<'killed'>;
  /** Kills it after so many more steps. */
  killAfter(steps: number): void;
  /** Counts a request that reached a server. Says whether that was the last thing it did. */
  arrived(): boolean;
  /** How many of its requests were not answered in time. */
  readonly timeouts: number;
  /** The longest single wait it asked for, in milliseconds. */
  readonly longestSleepMs: number;
  close(): Promise<void>;
}

let jq: Promise<JqRunner> | undefined;

/** The sleep of the dead. Abort lets go of what a dead run still holds, which a real process would leave to the kernel. */
function foreverUnless(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export async function openIncarnation({
  komodor,
  port,
  clock,
  mapping,
  pageSizes,
  sabotage = (application) => application,
}: Opening): Promise<Incarnation> {
  jq ??= resolveJq().then(createJqRunner);
  const doors = await Promise.all([komodor.openDoor(), port.openDoor()]);
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const file = join(folder, 'mapping.yaml');
  writeFileSync(file, mapping);
  const settings = loadSettings(
    {
      KOMODOR_BASE_URL: `${doors[0].url}/api/v2`,
      KOMODOR_API_KEY: CREDENTIALS.apiKey,
      PORT_BASE_URL: doors[1].url,
      PORT_CLIENT_ID: CREDENTIALS.clientId,
      PORT_CLIENT_SECRET: CREDENTIALS.clientSecret,
      INTEGRATION_IDENTIFIER: IDENTIFIER,
      MAPPING_PATH: file,
      MAPPING_SOURCE: 'file',
      KOMODOR_SERVICES_PAGE_SIZE: String(pageSizes.services),
      KOMODOR_RISKS_PAGE_SIZE: String(pageSizes.risks),
    },
    { dotenvPath: '/dev/null' },
  );

  let stepsLeft = Number.POSITIVE_INFINITY;
  let dead = false;
  let longestSleepMs = 0;
  let timeouts = 0;
  let announce: (how: 'killed') => void = () => undefined;
  const death = new Promise<'killed'>((resolve) => {
    announce = resolve;
  });
  /** Counts a step that leaves the process, or comes back into it. */
  function step(): boolean {
    stepsLeft -= 1;
    if (stepsLeft > 0 || dead) return false;
    dead = true;
    // All at once, as the kernel does it: nothing that the process had open outlives this line.
    void Promise.all(doors.map((door) => door.close()));
    announce('killed');
    return true;
  }
  const ownClock: Clock = {
    now: clock.now,
    sleep(ms, signal) {
      longestSleepMs = Math.max(longestSleepMs, ms);
      step();
      return dead ? foreverUnless(signal) : clock.sleep(ms, signal);
    },
  };
  const application = sabotage(
    await createApplication(
      { ...settings, requestTimeoutMs: TIMEOUT_MS, maxRateLimitWaitMs: LONGEST_WAIT_MS },
      {},
      {
        clock: ownClock,
        jq: await jq,
        requestDone(_side, answer) {
          if (answer.type === 'failed' && answer.problem === 'timeout') timeouts += 1;
          step();
        },
        jqDone: () => void step(),
      },
    ),
  );
  rmSync(folder, { recursive: true, force: true });
  return {
    application,
    marks: createInlineMarks(),
    deletedLive: new Map(),
    death,
    killAfter(steps) {
      stepsLeft = steps;
    },
    arrived: step,
    get timeouts() {
      return timeouts;
    },
    get longestSleepMs() {
      return longestSleepMs;
    },
    async close() {
      application.close();
      await Promise.all(doors.map((door) => door.close()));
    },
  };
}
