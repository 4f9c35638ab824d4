/**
 * Stand-ins for accounts of any size, in a process of their own. Pages of lists and searches are templates with running
 * numbers, copied into buffers; writes are counted. Everything else (tokens, blueprints, the integration, small searches) is
 * passed on to the ordinary stand-ins, which hold as many rows as there are templates.
 */

import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { environmentOf } from '../src/cli/stand-ins.ts';
import { startKomodor } from '../src/sandbox/komodor/start-komodor.ts';
import { startPort } from '../src/sandbox/port/server.ts';
import { createWorld } from '../src/sandbox/world/create-world.ts';
import type { World } from '../src/sandbox/world/model.ts';
import { numbered, numbersIn, RunningRows } from './running-rows.ts';
import { type Holding, type SizeAnswer, type SizeRequest, type SizeSetup, sizeRequest } from './size-calls.ts';

const TEMPLATES = 40;
const CREDENTIALS = { apiKey: 'key-of-the-benchmark', clientId: 'client', clientSecret: 'secret-of-the-benchmark' };

interface Incoming {
  readonly url: URL;
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/** Bytes of an answer; undefined: the ordinary stand-in answers. */
type Answering = (incoming: Incoming) => Buffer | undefined | Promise<Buffer | undefined>;

let holding: Holding = 'templates';
let latencyMs = 0;
const use = { answers: 0, cpu: process.cpuUsage(), makingMs: 0, bytes: 0 };
const written = new Map<string, { count: number; sum: number }>();

async function start({ rows, ballast }: SizeSetup): Promise<SizeAnswer> {
  const world = createWorld({ seed: 1, services: TEMPLATES, risksPerService: 1, clusters: 5 });
  number(world, ballast);
  const komodor = await startKomodor({ world, apiKey: CREDENTIALS.apiKey, port: 0 });
  const port = await startPort({ ...CREDENTIALS, port: 0 });
  const komodorUrl = await startFront(komodor.url, komodorAnswers(world, rows));
  const portUrl = await startFront(port.url, portAnswers(port.url, rows));
  const urls = environmentOf(
    { apiUrl: komodor.apiUrl.replace(komodor.url, komodorUrl) },
    { url: portUrl },
    CREDENTIALS,
  );
  return { environment: urls };
}

/** Gives each service its running number, and each risk that of the service that it is about. */
function number(world: World, ballast: number): void {
  const lines = Object.fromEntries(
    Array.from({ length: ballast / 100 }, (_, at) => [`line-${at}`, `${'x'.repeat(80)}${numbered(0)}`]),
  );
  for (const [at, service] of world.services.entries()) {
    const name = `${service.service}${numbered(at)}`;
    const labels = ballast === 0 ? service.labels : { ...service.labels, ...lines };
    const link = service.link.replace(encodeURIComponent(service.service), encodeURIComponent(name));
    world.services[at] = { ...service, service: name, uid: `uid${numbered(at)}`, link, ...(labels && { labels }) };
  }
  world.risks.length = world.services.length;
  for (const [at, risk] of world.risks.entries()) {
    const service = world.services[at];
    if (service === undefined) continue;
    const { kind, cluster, namespace } = service;
    const komodorUid = [kind, cluster, namespace, service.service].join('|');
    const supportingData = ballast === 0 ? risk.supportingData : { ...risk.supportingData, lines };
    world.risks[at] = { ...risk, id: `${risk.id}${numbered(at)}`, komodorUid, supportingData };
  }
}

const searchBody = z
  .object({ pagination: z.object({ pageSize: z.number(), token: z.string().nullish() }).strict() })
  .strict();

function komodorAnswers(world: World, rows: number): Answering {
  const services = new RunningRows(world.services.map((row) => JSON.stringify(row)));
  const risks = new RunningRows(world.risks.map((row) => JSON.stringify(row)));
  return ({ url, body }) => {
    if (holding === 'templates') return undefined;
    if (url.pathname.endsWith('/services/search')) {
      const asked = searchBody.safeParse(JSON.parse(body.toString()));
      if (!asked.success) return undefined;
      const { pageSize, token } = asked.data.pagination;
      const from = Number(token ?? 0);
      const to = Math.min(rows, from + pageSize);
      const next = to < rows ? `"${to}"` : 'null';
      return services.page(from, to, '{"data":{"services":[', `]},"meta":{"pageSize":${pageSize},"token":${next}}}`);
    }
    if (url.pathname.endsWith('/health/risks') && !url.searchParams.has('komodorUid')) {
      const from = Number(url.searchParams.get('offset'));
      const to = Math.min(rows, from + Number(url.searchParams.get('pageSize')));
      return risks.page(from, to, '{"violations":[', `],"hasMoreResults":${to < rows},"totalResults":${rows}}`);
    }
    return undefined;
  };
}

const entitySearch = z.looseObject({ limit: z.number(), from: z.string().optional() });
const found = z.looseObject({ entities: z.array(z.looseObject({ identifier: z.string() })) });

function portAnswers(behind: string, rows: number): Answering {
  /** By search: what the ordinary stand-in finds is what there is of each template. */
  const searches = new Map<string, RunningRows | undefined>();

  async function templatesOf({ url, message }: Incoming, question: string): Promise<RunningRows | undefined> {
    const known = searches.get(url.pathname + question);
    if (known !== undefined) return known;
    const asked = { ...message.headers, 'content-length': String(Buffer.byteLength(question)) };
    const answer = await passOn(behind, message.method, url, asked, Buffer.from(question));
    const { entities } = found.parse(JSON.parse(answer.body.toString()));
    if (entities.length !== TEMPLATES) return undefined;
    entities.sort((a, b) => (numbersIn(a.identifier)[0] ?? 0) - (numbersIn(b.identifier)[0] ?? 0));
    const templates = new RunningRows(entities.map((entity) => JSON.stringify(entity)));
    searches.set(url.pathname + question, templates);
    return templates;
  }

  return async (incoming) => {
    const [, , , blueprint = '', , verb] = incoming.url.pathname.split('/');
    if (holding === 'templates' || !incoming.url.pathname.startsWith('/v1/blueprints/')) return undefined;
    if (verb === 'bulk') return countWrites(blueprint, incoming.body.toString());
    if (verb !== 'search') return undefined;
    const { limit, from, ...question } = entitySearch.parse(JSON.parse(incoming.body.toString()));
    const templates = await templatesOf(incoming, JSON.stringify({ ...question, limit: 1000 }));
    if (holding === 'nothing') return Buffer.from('{"ok":true,"entities":[]}');
    if (templates === undefined) return undefined;
    const begin = Number(from ?? 0);
    const end = Math.min(rows, begin + Math.min(limit, 1000));
    return templates.page(begin, end, '{"ok":true,"entities":[', end < rows ? `],"next":"${end}"}` : ']}');
  };
}

function countWrites(blueprint: string, body: string): Buffer {
  const count = written.get(blueprint) ?? { count: 0, sum: 0 };
  written.set(blueprint, count);
  const results = Array.from(body.matchAll(/"identifier":"([^"]*)"/g), ([, identifier = ''], index) => {
    count.count += 1;
    count.sum += numbersIn(identifier)[0] ?? 0;
    return `{"created":true,"identifier":"${identifier}","index":${index},"additionalData":{}}`;
  });
  return Buffer.from(`{"ok":true,"entities":[${results.join(',')}],"errors":[]}`);
}

async function startFront(behind: string, answer: Answering): Promise<string> {
  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = { url: new URL(message.url ?? '/', behind), message, body: await bodyOf(message) };
    if (latencyMs > 0) await sleep(latencyMs);
    const startedAt = performance.now();
    const page = await answer(incoming);
    if (page === undefined) {
      const { status, headers, body } = await passOn(
        behind,
        message.method,
        incoming.url,
        message.headers,
        incoming.body,
      );
      response.writeHead(status, headers).end(body);
      return;
    }
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': page.length })
      .end(page);
    use.answers += 1;
    use.bytes += page.length;
    use.makingMs += performance.now() - startedAt;
  }
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function passOn(
  behind: string,
  method = 'GET',
  { pathname, search }: URL,
  headers: IncomingMessage['headers'],
  body: Buffer,
) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const outgoing = send(behind + pathname + search, { method, headers }, (answer) => {
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function takeUse(): SizeAnswer {
  const { user, system } = process.cpuUsage(use.cpu);
  const { answers, makingMs, bytes } = use;
  const told = { answers, makingMs, bytes, cpuSeconds: (user + system) / 1e6, written: Object.fromEntries(written) };
  Object.assign(use, { answers: 0, makingMs: 0, bytes: 0, cpu: process.cpuUsage() });
  written.clear();
  return { use: told };
}

async function carryOut(call: SizeRequest): Promise<SizeAnswer> {
  switch (call.type) {
    case 'start':
      return start(call.options);
    case 'hold':
      ({ holding, latencyMs } = call);
      return {};
    case 'use':
      return takeUse();
  }
}

process.on('message', (message) => {
  carryOut(sizeRequest.parse(message)).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
// Nobody to answer any more.
process.on('disconnect', () => process.exit());
