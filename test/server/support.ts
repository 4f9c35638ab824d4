import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { MappingAnswers } from '../../src/answers/mapping-answers.ts';
import { createRunAnswers } from '../../src/answers/run-answers.ts';
import { type ApiState, describeStatus } from '../../src/answers/status.ts';
import { kindNames } from '../../src/core/kinds.ts';
import { redactor } from '../../src/core/redact.ts';
import type { RunReport } from '../../src/core/report.ts';
import type { LiveEvent, RunOrder, RunQueue, RunWorker } from '../../src/core/run-queue.ts';
import { createInlineFields } from '../../src/queue/inline-fields.ts';
import { createInlineJournal } from '../../src/queue/inline-journal.ts';
import { createInlineQueue } from '../../src/queue/inline-queue.ts';
import { createInlineTimeline } from '../../src/queue/inline-timeline.ts';
import type { ServerDependencies } from '../../src/server/dependencies.ts';
import { buildServer, listen } from '../../src/server/server.ts';
import { createFreshnessReader } from '../../src/service/freshness-reader.ts';
import type { Document } from './openapi-schemas.ts';

export const API_TOKEN = 'the-api-token-0123456789';
export const WEBHOOK_SECRET = 'the-webhook-secret-0123456789';
export const CLIENT_SECRET = 'the-port-client-secret-0123456789';
export const bearer = { authorization: `Bearer ${API_TOKEN}` };
export const hook = { 'x-webhook-token': WEBHOOK_SECRET };

/** test/service asks the real ones. */
export const NO_MAPPINGS: MappingAnswers = {
  map: async (kind) => ({ kind, mapping: 'none', items: [], problems: [] }),
  items: async ({ kind, from }) => ({ kind, from, items: [], more: false, problem: null }),
  test: async () => ({ files: [], problems: [], updated: [], passed: 0, failed: 0 }),
  check: () => undefined,
  read: async () => ({ origin: 'none', source: 'file', digest: '0123456789abcdef', mapping: 'resources: []\n' }),
  write: async () => ({ type: 'written', digest: '0123456789abcdef' }),
};

const NO_TRAFFIC: ApiState = {
  ...{ requests: 0, retries: 0, rateLimitWaitMs: 0, waitingUntil: undefined, waitingFor: undefined },
  ...{ lastSuccessAt: undefined, lastFailure: undefined, allowance: undefined },
};

/** A run in the hands of a test. */
interface Held {
  readonly runId: string;
  readonly order: RunOrder;
  progress(items: number): void;
  finish(): void;
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly queue: RunQueue;
  /** Every run that was begun; none finishes by itself. */
  readonly runs: Held[];
  readonly liveEvents: LiveEvent[];
  /** Everything that was logged, as text. */
  log(): string;
}

export async function startServer(changes: Partial<ServerDependencies> = {}): Promise<TestServer> {
  const { server, close } = await makeServer(changes);
  onTestFinished(close);
  return server;
}

/** The OpenAPI document, for tables of tests. */
export async function openApiDocument(): Promise<Document> {
  const { server, close } = await makeServer({});
  const answer = await server.app.inject('/openapi.json');
  await close();
  return answer.json();
}

/** Nothing leads to anything. */
export const noIncoming: Parameters<typeof createRunAnswers>[0]['askIncoming'] = () => async () => ({
  incoming: [],
  incomingProblem: null,
});

/** Knows no entity. */
const noEntities: ServerDependencies['entities'] = {
  find: async (q) => ({ q, entities: [], more: false, unknown: [] }),
  explain: async () => {
    throw new Error('no test asks for this');
  },
  recall: async () => ({ history: [], heldBack: null, hindrances: [], problems: [] }),
};

async function makeServer(changes: Partial<ServerDependencies>) {
  const lines: string[] = [];
  const runs: Held[] = [];
  const liveEvents: LiveEvent[] = [];
  const queue = createInlineQueue({ liveQuietMs: 1 });
  const work: RunWorker = (runId, order, signal, onProgress) =>
    new Promise((resolve) => {
      const finish = (status: RunReport['status']) => resolve(reportOf(runId, order, status));
      signal.addEventListener('abort', () => finish('aborted'), { once: true });
      runs.push({
        runId,
        order,
        finish: () => finish('completed'),
        progress: (items) => onProgress({ kind: 'komodorService', pages: 1, items, written: 0, unchanged: 0 }),
      });
    });
  const status = {
    ...{ queue, intervalMs: 3_600_000, baseUrl: 'http://127.0.0.1:8000' },
    freshness: createFreshnessReader({ queue, everyMs: 3_600_000 }),
    traffic: () => ({ komodor: NO_TRAFFIC, port: NO_TRAFFIC }),
    mapping: async () => null,
    service: {
      ...{ version: '1.2.3', role: 'all', integrationIdentifier: 'my-komodor-integration' },
      startedAt: '2026-01-02T03:04:05.678Z',
    },
  };
  await queue.start({ run: work, live: async (event) => void liveEvents.push(event) });
  const journal = changes.journal ?? createInlineJournal({ log: () => undefined });
  const app = await buildServer({
    queue,
    journal,
    runAnswers: createRunAnswers({
      ...{ queue, journal, detail: 'values', keptRuns: 20 },
      askIncoming: noIncoming,
    }),
    mappings: NO_MAPPINGS,
    lint: async () => ({ status: 'completed', mapping: 'none', samples: null, findings: [] }),
    kinds: kindNames(['komodorService', 'komodorHealthMonitoring']),
    version: '1.2.3',
    host: '0.0.0.0',
    apiToken: API_TOKEN,
    webhookSecret: WEBHOOK_SECRET,
    portClientSecret: CLIENT_SECRET,
    integrationIdentifier: 'my-komodor-integration',
    redact: redactor([API_TOKEN, WEBHOOK_SECRET, CLIENT_SECRET]),
    checks: async () => [{ name: 'queue', ok: true, detail: 'in process' }],
    timeline: createInlineTimeline(),
    fields: createInlineFields(),
    entities: noEntities,
    status: () => describeStatus(status),
    doctor: async () => ({ checks: [{ name: 'jq', status: 'ok', detail: 'works', advice: null }] }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' }),
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    ...changes,
  });
  const server: TestServer = { app, queue, runs, liveEvents, log: () => lines.join('') };
  async function close(): Promise<void> {
    await queue.close();
    await app.close();
  }
  return { server, close };
}

/** The same on a free loopback port; returns its address. */
export async function listening(server: TestServer): Promise<{ readonly port: number; readonly url: string }> {
  const port = await listen(server.app, '127.0.0.1', 0);
  return { port, url: `http://127.0.0.1:${port}` };
}

/** Sends bytes over a fresh connection, piece by piece, and returns all that comes back until it is closed. */
export function sendRaw(port: number, pieces: readonly string[], pauseMs = 0): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => {
      received += String(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    const rest = [...pieces];
    let timer: NodeJS.Timeout | undefined;
    function sendNext(): void {
      const piece = rest.shift();
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece);
      timer = setTimeout(sendNext, pauseMs);
    }
    sendNext();
  });
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function reportOf(runId: string, order: RunOrder, status: RunReport['status']): RunReport {
  const at = '2026-01-02T03:04:05.678Z';
  return {
    runId,
    mode: order.mode,
    trigger: order.trigger,
    status,
    startedAt: at,
    finishedAt: at,
    durationMs: 1,
    kinds: [
      {
        kind: 'komodorService',
        status,
        complete: true,
        pages: 1,
        extracted: 2,
        selected: 2,
        filtered: 0,
        duplicates: 0,
        rejected: 0,
      },
    ],
    blueprints: [
      {
        blueprint: 'komodorService',
        status,
        created: 1,
        updated: 0,
        unchanged: 1,
        failed: 0,
        deleted: 0,
        stale: 1,
        deletionBlocked: { reason: 'threshold', count: 1, digest: 'd1', sample: ['a'] },
      },
    ],
    problems: [{ code: 'field_failed', severity: 'warning', message: 'x', count: 1, samples: ['a'] }],
    requests: { komodor: 1, port: 2, retries: 0, rateLimitWaitMs: 0 },
    changes: [
      {
        action: 'update',
        blueprint: 'komodorService',
        identifier: 'a',
        title: { from: 'a', to: 'b' },
        properties: { status: { from: null, to: 'healthy' } },
      },
    ],
  };
}
