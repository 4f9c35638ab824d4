import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { environmentOf } from '../../src/cli/stand-ins.ts';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { startPort } from '../../src/sandbox/port/server.ts';
import { changeWorld } from '../../src/sandbox/world/change-world.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import type { WorldService } from '../../src/sandbox/world/model.ts';
import { expectedCatalog } from '../resync/oracle.ts';
import { answerQuestions } from './messages.ts';

/** The world around the service: both APIs, what changes in them, whoever calls the service. */

const SECRETS = { apiKey: 'soak-komodor-key', clientId: 'soak-client', clientSecret: 'soak-client-secret' };
const API_TOKEN = 'soak-api-token';
const WEBHOOK_SECRET = 'soak-webhook-secret';
const IDENTIFIER = 'soak';
const EVENTS_A_MINUTE = 60;
const CALLS_IN_FLIGHT = 20;
/** Every few minutes something goes wrong, and heals. */
const FAULT_EVERY_MINUTES = 7;
const BUTTON_EVERY_MINUTES = 10;
const FAULTS = [
  ['komodor', 'services -> 500 twice'],
  ['port', 'bulk -> 503 twice'],
  ['komodor', 'risks -> cut once'],
  ['port', 'search -> reset once'],
  ['komodor', 'services -> half-page once'],
  ['port', 'bulk -> refuse-item 0 422 once'],
  ['komodor', 'risks -> garbage once'],
  ['port', 'ingest -> 500 x3'],
  ['komodor', 'services-scoped -> empty once'],
  ['port', 'token -> 401 once'],
  ['port', 'integration -> 500 twice'],
] as const;

const questionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), services: z.number(), seed: z.number(), redisUrl: z.string().optional() }),
  z.object({ type: z.literal('live'), url: z.string(), minutes: z.number(), minuteMs: z.number() }),
  z.object({ type: z.literal('count-keys') }),
  z.object({ type: z.literal('settle'), url: z.string() }),
]);

const counts = { events: 0, refused: 0, faults: 0, buttons: 0 };
let minute = 0;
let stage: Awaited<ReturnType<typeof openStage>> | undefined;

answerQuestions(async (question) => {
  const asked = questionSchema.parse(question);
  if (asked.type === 'open') {
    stage = await openStage(asked);
    return { env: stage.env };
  }
  if (stage === undefined) throw new Error('Nothing is open');
  if (asked.type === 'settle') return settle(stage, asked.url);
  if (asked.type === 'count-keys') return { redisKeys: await countKeys(stage) };
  for (let at = 0; at < asked.minutes; at += 1) await liveOneMinute(stage, asked.url, asked.minuteMs);
  return counts;
});

interface Size {
  readonly services: number;
  readonly seed: number;
  readonly redisUrl?: string | undefined;
}

async function openStage({ services, seed, redisUrl }: Size) {
  const world = createWorld({ seed, services, risksPerService: 1, clusters: 3 });
  const komodor = await startKomodor({ world, apiKey: SECRETS.apiKey, faults: new FaultBook() });
  const { clientId, clientSecret } = SECRETS;
  const port = await startPort({ clientId, clientSecret });
  const env = {
    ...environmentOf(komodor, port, SECRETS),
    INTEGRATION_IDENTIFIER: IDENTIFIER,
    API_TOKEN,
    WEBHOOK_SECRET,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    LOG_FORMAT: 'json',
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  };
  return { world, komodor, port, env, redis: redisUrl === undefined ? undefined : new Redis(redisUrl) };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

async function liveOneMinute(stage: Stage, url: string, minuteMs: number): Promise<void> {
  minute += 1;
  changeWorld(stage.world, minute);
  if (minute % FAULT_EVERY_MINUTES === 0) breakSomething(stage);
  if (minute % BUTTON_EVERY_MINUTES === 0) {
    counts.buttons += 1;
    stage.port.store.integrations.requestResync(IDENTIFIER);
  }
  const calls = new Set<Promise<unknown>>();
  const startedAt = performance.now();
  void watchTheRun(url);
  for (let event = 0; event < EVENTS_A_MINUTE; event += 1) {
    await sleep(Math.max(0, startedAt + (event * minuteMs) / EVENTS_A_MINUTE - performance.now()));
    while (calls.size >= CALLS_IN_FLIGHT) await Promise.race(calls);
    const call: Promise<unknown> = sendEvent(stage, url, event).finally(() => calls.delete(call));
    calls.add(call);
    if (event % 15 === 0) await read(url, event % 2 === 0 ? '/metrics' : '/v1/runs');
  }
  await Promise.all(calls);
  await sleep(Math.max(0, startedAt + minuteMs - performance.now()));
  forget(stage);
}

function breakSomething({ komodor, port }: Stage): void {
  const [side, text] = FAULTS[counts.faults % FAULTS.length] ?? FAULTS[0];
  counts.faults += 1;
  (side === 'komodor' ? komodor : port).faults.add(text);
}

/** Komodor tells of a workload: of one that changed, or of one that did not. */
async function sendEvent({ world }: Stage, url: string, event: number): Promise<void> {
  const at = (minute * 7 + event * 13) % world.services.length;
  const service = world.services[at];
  if (service === undefined) return;
  if (event % 2 === 0) world.services[at] = { ...service, labels: { ...service.labels, soak: `${minute}-${event}` } };
  counts.events += 1;
  const body = JSON.stringify(addressOf(service));
  const headers = { 'content-type': 'application/json', 'x-webhook-token': WEBHOOK_SECRET };
  const answer = await fetch(`${url}/webhooks/komodor`, { method: 'POST', headers, body });
  if (answer.status !== 202) counts.refused += 1;
  await answer.text();
}

function addressOf({ cluster, namespace, service, kind }: WorldService) {
  return { cluster, namespace, resourceName: service, resourceKind: kind, monitorType: 'availability' };
}

async function read(url: string, path: string, signal?: AbortSignal): Promise<string> {
  const authorization = `Bearer ${API_TOKEN}`;
  return (await fetch(url + path, { headers: { authorization }, ...(signal ? { signal } : {}) })).text();
}

const runsSchema = z.object({ runs: z.array(z.object({ runId: z.string(), status: z.string() })) });

/** Somebody looks at the latest run's progress for a while, and goes away at the end of the minute or before. */
async function watchTheRun(url: string): Promise<void> {
  const found = runsSchema.safeParse(JSON.parse(await read(url, '/v1/runs?limit=1')));
  const runId = found.data?.runs[0]?.runId;
  if (runId !== undefined)
    await read(url, `/v1/runs/${runId}/events`, AbortSignal.timeout(2_000)).catch(() => undefined);
}

/** Without those of the runs that are remembered: there may be two hundred of them, and it takes hours until there are. */
async function countKeys({ redis }: Stage): Promise<number | null> {
  if (redis === undefined) return null;
  const keys: string[] = [];
  for await (const some of redis.scanStream()) keys.push(...z.array(z.string()).parse(some));
  return keys.filter((key) => !/:(runs|state:run):[0-9a-f-]{36}$/.test(key)).length;
}

/** What the stand-ins note for tests would be a leak here. */
function forget({ komodor, port }: Stage): void {
  komodor.log.length = 0;
  port.log.length = 0;
  port.store.ingested.length = 0;
  port.store.deletions.length = 0;
}

/** Lets everything come to rest; one clean run must then be enough. @returns whether Port is as the world says */
async function settle({ world, port, komodor, redis }: Stage, url: string) {
  port.faults.clear();
  komodor.faults.clear();
  for (let round = 0; round < 50; round += 1) {
    const headers = { authorization: `Bearer ${API_TOKEN}` };
    await (await fetch(`${url}/v1/runs`, { method: 'POST', headers })).text();
    await sleep(200);
    if (JSON.stringify(port.store.snapshot()) === JSON.stringify(expectedCatalog(world))) break;
  }
  redis?.disconnect();
  return { isTrue: JSON.stringify(port.store.snapshot()) === JSON.stringify(expectedCatalog(world)) };
}
