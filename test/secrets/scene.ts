import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it as bareIt, expect } from 'vitest';
import { FaultBook } from '../../src/sandbox/fault-book.ts';
import { type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import type { World } from '../../src/sandbox/world/model.ts';
import { type Canary, canary, canaryOf, echoed, leaksIn } from './canaries.ts';
import { type Mirror, type Received, startMirror } from './mirror.ts';

export const SECRETS = {
  komodorKey: canary('Komodor API key'),
  clientId: canary('Port client id', '-'),
  clientSecret: canary('Port client secret'),
  apiToken: canary('API token'),
  webhookSecret: canary('webhook secret'),
  redisPassword: canary('Redis password'),
  proxyPassword: canary('proxy password'),
  collectorToken: canary('token of the trace collector', '-'),
  notifyPath: canary('path of a hook', '-'),
  notifySecret: canary('secret that signs notifications'),
};
const ALL = Object.values(SECRETS);
/** A token in somebody else's message: no setting of ours, but nothing to be passed on either. */
export const STRANGER = canary('token in a webhook');

/** Both stand-ins behind a proxy that can say everything back, with a secret in every setting that takes one. */
export interface Scene {
  readonly world: World;
  readonly komodor: KomodorSandbox;
  readonly port: PortSandbox;
  readonly mirror: Mirror;
  /** Receives traces. */
  readonly collector: Mirror;
  /** Receives notifications. */
  readonly chat: Mirror;
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
  /** A module that makes a process fail with a message full of secrets when it gets a SIGUSR2. */
  readonly crashModule: string;
  /** Fails when a text tells a secret. */
  expectClean(where: string, text: string, except?: readonly Canary[]): void;
  /** Fails when a secret was sent to somebody whom it does not belong to. */
  expectSentClean(): void;
}

/** `it` with a `scene` that is taken down when the test is over. */
export const it = bareIt.extend<{ scene: Scene }>({
  // The first parameter must be written as a pattern, for vitest reads from it what the fixture needs.
  scene: async ({ task: _ }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    const world = createWorld({ seed: 23, services: 24, risksPerService: 1, clusters: 2 });
    hideInRawData(world);
    const { komodorKey, clientId, clientSecret } = SECRETS;
    const komodor = await startKomodor({ world, apiKey: komodorKey.value, faults: new FaultBook() });
    const port = await startPort({ clientId: clientId.value, clientSecret: clientSecret.value });
    const mirror = await startMirror(ALL.map((each) => echoed([each])));
    const collector = await startMirror([]);
    const chat = await startMirror([]);
    await use({
      world,
      komodor,
      port,
      mirror,
      collector,
      chat,
      folder,
      env: settings({ komodor, port, mirror, collector, chat }),
      crashModule: writeCrashModule(folder),
      expectClean(where, text, except = []) {
        expect(text.length, `${where} says something`).toBeGreaterThan(0);
        const sought = [...ALL, STRANGER, ...tokensIn(mirror)].filter((each) => !except.includes(each));
        expect(leaksIn(text, sought), where).toEqual([]);
      },
      expectSentClean() {
        expectSentClean({ mirror, komodor, port, chat });
        expect(leaksIn(collector.received.map(({ body }) => body).join('\n'), ALL), 'traces').toEqual([]);
      },
    });
    await Promise.all([komodor, port, mirror, collector, chat].map((each) => each.close()));
    rmSync(folder, { recursive: true, force: true });
  },
});

/** What Komodor knows of a workload may hold anything; the shipped mapping does not read annotations. */
function hideInRawData({ services }: World): void {
  const all = echoed(ALL);
  const annotations = { note: all, deep: JSON.stringify({ env: [{ name: 'X', value: all }] }) };
  for (const [at, service] of services.entries()) services[at] = { ...service, annotations };
}

type Others = Pick<Scene, 'komodor' | 'port' | 'mirror' | 'chat'>;

function settings({ komodor, port, mirror, collector, chat }: Others & Pick<Scene, 'collector'>) {
  const { komodorKey, clientId, clientSecret, apiToken, webhookSecret, redisPassword, proxyPassword, collectorToken } =
    SECRETS;
  const { notifyPath, notifySecret } = SECRETS;
  const proxy = `http://proxy-user:${encodeURIComponent(proxyPassword.value)}@127.0.0.1:${mirror.port}`;
  return {
    KOMODOR_BASE_URL: komodor.apiUrl,
    KOMODOR_API_KEY: komodorKey.value,
    PORT_BASE_URL: port.url,
    PORT_CLIENT_ID: clientId.value,
    PORT_CLIENT_SECRET: clientSecret.value,
    API_TOKEN: apiToken.value,
    WEBHOOK_SECRET: webhookSecret.value,
    REDIS_URL: `redis://:${encodeURIComponent(redisPassword.value)}@127.0.0.1:1/0`,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${collectorToken.value}`,
    NOTIFY_URL: `${chat.url}/services/${notifyPath.value}`,
    NOTIFY_SECRET: notifySecret.value,
    INTEGRATION_IDENTIFIER: 'with-secrets',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    LOG_LEVEL: 'trace',
    LOG_FORMAT: 'json',
    DEBUG: '*',
    NODE_DEBUG: 'axios',
  };
}

function writeCrashModule(folder: string): string {
  const words = join(folder, 'last-words.txt');
  writeFileSync(words, `It failed with ${echoed(ALL)}`);
  const path = join(folder, 'crash.mjs');
  writeFileSync(
    path,
    `import { readFileSync } from 'node:fs';
process.on('SIGUSR2', () => {
  const error = new Error(readFileSync(${JSON.stringify(words)}, 'utf8'));
  throw Object.assign(error, { config: { headers: { authorization: error.message } } });
});
`,
  );
  return path;
}

/** The tokens that Port has given out. */
function tokensIn({ received }: Mirror): readonly Canary[] {
  const headers = received.flatMap(({ headers }) => (headers.authorization ?? '').replace('Bearer ', '') || []);
  // Every such token begins in the same way.
  return [...new Set(headers)].map((token) => canaryOf('access token', token.slice(-24)));
}

function expectSentClean({ mirror, komodor, port, chat }: Others): void {
  const { received } = mirror;
  const { komodorKey, clientId, clientSecret, proxyPassword } = SECRETS;
  const tokens = tokensIn({ received } as Mirror);
  for (const request of received) {
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const allowed = allowedIn(request);
    const sought = [...ALL, STRANGER, ...tokens].filter((each) => !allowed.includes(each));
    expect(leaksIn(JSON.stringify({ ...request, headers }), sought), `${request.method} ${request.url}`).toEqual([]);
  }
  // Every secret did pass where it belongs, or all this shows nothing.
  const text = JSON.stringify(received);
  for (const each of [komodorKey, clientId, clientSecret, proxyPassword]) {
    expect(leaksIn(text, [each]), each.name).not.toEqual([]);
  }

  function allowedIn({ url }: Received): readonly Canary[] {
    if (url.startsWith(komodor.url)) return [komodorKey];
    if (url.startsWith(chat.url)) return [SECRETS.notifyPath];
    if (url === `${port.url}/v1/auth/access_token`) return [clientId, clientSecret];
    return url.startsWith(port.url) ? tokens : [];
  }
}
