import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { DoctorCheck } from '../../src/answers/doctor/check.ts';
import { memoryFinding } from '../../src/answers/doctor/machine-checks.ts';
import { runDoctor } from '../../src/compose/doctor.ts';
import { loadOfflineSettings } from '../../src/config/settings.ts';
import { readProjectFile } from '../house/files.ts';
import { startTlsHost } from '../net/local-proxy.ts';
import { portOf } from '../net/local-server.ts';
import { freePort, ownRedis, withoutOwnRedis } from '../queue/redis-server.ts';
import { type Harness, it } from '../resync/harness.ts';

type Env = { readonly [name: string]: string | undefined };

const BASE = { HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', REQUEST_TIMEOUT_SECONDS: '5' };

async function examined({ env: own }: Pick<Harness, 'env'>, changes: Env = {}) {
  const env = Object.fromEntries(
    Object.entries({ ...BASE, ...own, ...changes }).filter(([, value]) => value !== undefined),
  );
  const settings = loadOfflineSettings(env, { dotenvPath: '/dev/null' });
  return (await runDoctor(settings, env, false, new AbortController().signal)).checks;
}

const named = (checks: readonly DoctorCheck[], name: string): DoctorCheck => {
  const found = checks.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no check ${name} among ${checks.map((one) => one.name)}`);
  return found;
};

/** The checks that are not ok, without those that only could not be done. */
const troubles = (checks: readonly DoctorCheck[]) =>
  checks.filter(({ status, detail }) => status !== 'ok' && !detail.startsWith('not checked')).map(({ name }) => name);

/** A gateway before a stand-in whose clock is wrong by so many seconds. */
async function withClock(target: string, seconds: number): Promise<string> {
  const server = createServer((incoming, answer) => {
    const { method, headers } = incoming;
    const onward = forward(new URL(incoming.url ?? '/', target), { method, headers }, (theirs) => {
      const date = new Date(Date.now() + seconds * 1000).toUTCString();
      answer.writeHead(theirs.statusCode ?? 500, { ...theirs.headers, date });
      theirs.pipe(answer);
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server.address())}`;
}

async function listenSomewhere(): Promise<number> {
  const server = createServer((_request, answer) => answer.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server.address());
}

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'file'), text);
  return join(folder, 'file');
}

interface Case {
  readonly title: string;
  readonly spoil: (harness: Harness) => Env | Promise<Env>;
  readonly check: string;
  readonly status: DoctorCheck['status'];
  readonly detail: RegExp;
  readonly advice: RegExp | null;
  /** What else is wrong then; nothing when absent. */
  readonly others?: readonly string[];
}

const noChange = {};
/** A cluster that does not answer, and a folder that is not there. */
const SOURCES = {
  CATALOG_PATH: '/nowhere',
  get KUBERNETES() {
    return fileWith(KUBECONFIG);
  },
};
const KUBECONFIG =
  'current-context: x\ncontexts: [{name: x, context: {cluster: x}}]\nclusters: [{name: x, cluster: {server: "http://127.0.0.1:1"}}]';

const CASES: readonly Case[] = [
  {
    title: 'a key that is not set',
    spoil: () => ({ KOMODOR_API_KEY: undefined }),
    ...{ check: 'settings', status: 'failed', detail: /^KOMODOR_API_KEY is not set$/, advice: /^Set KOMODOR_API_KEY/ },
    others: ['komodor-key'],
  },
  {
    title: 'a setting that does not exist',
    spoil: () => ({ KOMODOR_APIKEY: 'x' }),
    ...{
      check: 'settings',
      status: 'warning',
      detail: /KOMODOR_APIKEY is no setting.*KOMODOR_API_KEY/,
      advice: /^Remove or correct/,
    },
  },
  {
    title: 'a mapping that is not there',
    spoil: () => ({ MAPPING_PATH: '/nowhere/mapping.yaml' }),
    ...{ check: 'files', status: 'failed', detail: /\/nowhere\/mapping\.yaml cannot be read/, advice: /MAPPING_PATH/ },
  },
  {
    title: 'a mapping with a mistake',
    spoil: () => ({ MAPPING_PATH: fileWith('resources:\n  - kind: komodorServices\n') }),
    ...{ check: 'files', status: 'failed', detail: /komodorServices/, advice: /komodor-port lint/ },
    others: ['mapping'],
  },
  {
    title: 'a jq that is none',
    spoil: () => ({ JQ_PATH: '/bin/true' }),
    ...{ check: 'jq', status: 'failed', detail: /^JQ_PATH names \/bin\/true, which cannot be used/, advice: /jq 1\.8/ },
  },
  {
    title: 'a port that another program has',
    spoil: async () => ({ HTTP_PORT: String(await listenSomewhere()) }),
    ...{
      check: 'http-port',
      status: 'failed',
      detail: /^another program listens on 127\.0\.0\.1, port/,
      advice: /HTTP_PORT/,
    },
  },
  {
    title: 'no token on an address that others reach',
    spoil: () => ({ HTTP_HOST: '0.0.0.0' }),
    ...{ check: 'access', status: 'warning', detail: /^API_TOKEN is not set: .* 403/, advice: /^Set API_TOKEN/ },
  },
  {
    title: 'one secret for two purposes',
    spoil: () => ({ API_TOKEN: 'one-secret-for-both-0123', WEBHOOK_SECRET: 'one-secret-for-both-0123' }),
    ...{ check: 'access', status: 'warning', detail: /are the same/, advice: /WEBHOOK_SECRET/ },
  },
  {
    title: 'an address that Port cannot reach',
    spoil: () => ({ EVENT_LISTENER: 'WEBHOOK', PUBLIC_URL: 'http://localhost:8000' }),
    ...{ check: 'webhooks', status: 'warning', detail: /^PUBLIC_URL is an address of this machine/, advice: /POLLING/ },
  },
  {
    title: 'webhooks without encryption',
    spoil: () => ({ PUBLIC_URL: 'http://port.example.com', WEBHOOK_SECRET: 'a-secret-0123456789' }),
    ...{ check: 'webhooks', status: 'warning', detail: /unencrypted/, advice: /https:\/\// },
  },
  {
    title: 'a proxy that is none',
    spoil: () => ({ HTTP_PROXY: 'socks5://127.0.0.1:1080' }),
    ...{
      check: 'proxy',
      status: 'failed',
      detail: /^HTTP_PROXY names no proxy that can be used: socks5/,
      advice: /^Set HTTP_PROXY/,
    },
    others: ['komodor-reachable', 'port-reachable'],
  },
  {
    title: 'certificates that are not there',
    spoil: () => ({ NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' }),
    ...{ check: 'proxy', status: 'failed', detail: /^NODE_EXTRA_CA_CERTS: ENOENT/, advice: /PEM/ },
  },
  {
    title: 'certificates that are none',
    spoil: () => ({ NODE_EXTRA_CA_CERTS: fileWith('hello') }),
    ...{ check: 'proxy', status: 'failed', detail: /holds no certificate/, advice: /PEM/ },
  },
  {
    title: 'certificates that nobody checks',
    spoil: () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    ...{ check: 'proxy', status: 'warning', detail: /are not checked/, advice: /NODE_EXTRA_CA_CERTS/ },
  },
  {
    title: 'a dead Komodor',
    spoil: () => ({ KOMODOR_BASE_URL: 'http://127.0.0.1:1' }),
    ...{
      check: 'komodor-reachable',
      status: 'failed',
      detail: /^127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)$/,
      advice: /^Check KOMODOR_BASE_URL/,
    },
  },
  {
    title: 'a name without an address',
    spoil: () => ({ KOMODOR_BASE_URL: 'https://nowhere.invalid' }),
    ...{
      check: 'komodor-reachable',
      status: 'failed',
      detail: /^nowhere\.invalid cannot be reached \((ENOTFOUND|EAI_AGAIN)\)$/,
      advice: /^Check KOMODOR_BASE_URL/,
    },
  },
  {
    title: 'a dead proxy',
    spoil: () => ({ KOMODOR_BASE_URL: 'https://api.example', HTTPS_PROXY: 'http://user:canary@127.0.0.1:1' }),
    ...{
      check: 'komodor-reachable',
      status: 'failed',
      detail: /^the proxy 127\.0\.0\.1:1 cannot be reached/,
      advice: /^Check HTTPS_PROXY/,
    },
  },
  {
    title: 'a certificate that nobody signed',
    spoil: async () => ({ KOMODOR_BASE_URL: `https://localhost:${await startTlsHost()}` }),
    ...{
      check: 'komodor-reachable',
      status: 'failed',
      detail: /^the certificate of localhost:\d+ is not trusted/,
      advice: /NODE_EXTRA_CA_CERTS/,
    },
  },
  {
    title: 'a Komodor that never answers',
    spoil({ komodor }) {
      komodor.faults.add('* -> hang');
      return { REQUEST_TIMEOUT_SECONDS: '1' };
    },
    ...{
      check: 'komodor-reachable',
      status: 'failed',
      detail: /^Komodor did not answer GET \/apikey\/validate within 1 s$/,
      advice: /network/,
    },
  },
  {
    title: 'a gateway before a Komodor that is away',
    spoil({ komodor }) {
      komodor.faults.add('* -> 503');
      return noChange;
    },
    ...{ check: 'komodor-reachable', status: 'failed', detail: /answers 503, directly/, advice: /status page/ },
  },
  {
    title: 'a web page in place of the API',
    spoil({ komodor }) {
      komodor.faults.add('validate -> garbage');
      return noChange;
    },
    ...{
      check: 'komodor-reachable',
      status: 'failed',
      detail: /is not the API of Komodor/,
      advice: /KOMODOR_BASE_URL/,
    },
  },
  {
    title: 'a wrong key',
    spoil: () => ({ KOMODOR_API_KEY: 'canary-wrong' }),
    ...{ check: 'komodor-key', status: 'failed', detail: /refuses KOMODOR_API_KEY$/, advice: /expired.*region/ },
  },
  {
    title: 'a rate limit that is used up',
    spoil({ komodor }) {
      komodor.faults.add('validate -> 429 retry-after 1 once');
      return noChange;
    },
    ...{ check: 'komodor-key', status: 'warning', detail: /^not checked: Komodor answered 429/, advice: /rate limit/ },
  },
  {
    title: 'a kind that the key may not read',
    spoil({ komodor }) {
      komodor.faults.add('risks -> 403');
      return noChange;
    },
    ...{
      check: 'kind:komodorHealthMonitoring',
      status: 'failed',
      detail: /403.*its user may not read this$/,
      advice: /^In Komodor, give .* allows view:all/,
    },
  },
  {
    title: 'a kind that fails',
    spoil({ komodor }) {
      komodor.faults.add('services -> 400');
      return noChange;
    },
    ...{ check: 'kind:komodorService', status: 'failed', detail: /400/, advice: null },
  },
  {
    title: 'a dead Port',
    spoil: () => ({ PORT_BASE_URL: 'http://127.0.0.1:1' }),
    ...{
      check: 'port-reachable',
      status: 'failed',
      detail: /^127\.0\.0\.1:1 cannot be reached/,
      advice: /^Check PORT_BASE_URL/,
    },
  },
  {
    title: 'a Port that never answers',
    spoil({ port }) {
      port.faults.add('* -> hang');
      return { REQUEST_TIMEOUT_SECONDS: '1' };
    },
    ...{
      check: 'port-reachable',
      status: 'failed',
      detail: /^Port did not answer GET \/blueprints within 1 s$/,
      advice: /PORT_BASE_URL/,
    },
  },
  {
    title: 'a wrong secret',
    spoil: () => ({ PORT_CLIENT_SECRET: 'canary-wrong' }),
    ...{
      check: 'port-credentials',
      status: 'failed',
      detail: /^Port refused the client id or secret/,
      advice: /^Check PORT_CLIENT_ID/,
    },
  },
  {
    title: 'credentials that may not read entities',
    spoil({ port }) {
      port.faults.add('search -> 403');
      return noChange;
    },
    ...{ check: 'port-permissions', status: 'failed', detail: /may not read entities \(403\)$/, advice: /Admin/ },
  },
  {
    title: 'an identifier that another integration has',
    async spoil(harness) {
      await harness.run();
      harness.store.integrations.change('under-test', { installationAppType: 'gitlab' });
      return noChange;
    },
    ...{ check: 'integration', status: 'failed', detail: /of the type gitlab/, advice: /^Set INTEGRATION_IDENTIFIER/ },
  },
  {
    title: 'a resync of somebody else',
    async spoil(harness) {
      await harness.run();
      const resyncState = { status: 'running', lastResyncStart: new Date().toISOString() };
      harness.store.integrations.change('under-test', { resyncState });
      return noChange;
    },
    ...{
      check: 'integration',
      status: 'warning',
      detail: /a resync is in progress since 2/,
      advice: /Port Ocean uses the same identifier/,
    },
  },
  {
    title: 'Ocean on the same identifier',
    async spoil(harness) {
      await harness.run();
      harness.store.integrations.change('under-test', { version: '0.9.9-ocean', resyncState: { status: 'completed' } });
      return noChange;
    },
    ...{
      check: 'integration',
      status: 'warning',
      detail: /version 0\.9\.9-ocean\).*this is version/,
      advice: /Port Ocean still runs/,
    },
  },
  {
    title: 'an empty mapping that nobody may fill',
    spoil(harness) {
      harness.store.integrations.add(
        { installationId: 'under-test', installationAppType: 'komodor', config: {} },
        { baseUrl: harness.port.url, clientId: 'x' },
      );
      return { INITIALIZE_PORT_RESOURCES: 'false' };
    },
    ...{ check: 'mapping', status: 'failed', detail: /holds an empty mapping/, advice: /^Write one in Port/ },
  },
  {
    title: 'a blueprint that is not there and that nobody makes',
    async spoil(harness) {
      await harness.run();
      harness.store.removeBlueprint('komodorHealthMonitoring');
      return { INITIALIZE_PORT_RESOURCES: 'false' };
    },
    ...{
      check: 'blueprints',
      status: 'failed',
      detail: /^Port has no blueprint komodorHealthMonitoring/,
      advice: /BLUEPRINTS_PATH/,
    },
  },
  {
    title: 'a blueprint that went away',
    async spoil(harness) {
      await harness.run();
      harness.store.removeBlueprint('komodorHealthMonitoring');
      return noChange;
    },
    ...{
      check: 'blueprints',
      status: 'warning',
      detail: /^the next resync creates komodorHealthMonitoring$/,
      advice: /komodor-port plan/,
    },
  },
  {
    title: 'a property that the blueprint has not',
    async spoil(harness) {
      await harness.run();
      const blueprint = harness.store.blueprint('komodorService');
      if (blueprint) Reflect.deleteProperty(blueprint.schema.properties, 'namespace_name');
      return { INITIALIZE_PORT_RESOURCES: 'false' };
    },
    ...{
      check: 'blueprints',
      status: 'warning',
      detail: /do not have: komodorService\.namespace_name$/,
      advice: /^Add them/,
    },
  },
  {
    title: 'a clock that is wrong',
    spoil: async ({ komodor, port }) => ({
      KOMODOR_BASE_URL: `${await withClock(komodor.url, 90)}/api/v2`,
      PORT_BASE_URL: await withClock(port.url, 90),
    }),
    ...{
      check: 'clock',
      status: 'warning',
      detail: /^this clock is (89|90) s behind (Port|Komodor)'s and (89|90) s behind/,
      advice: /NTP/,
    },
  },
];

describe('the doctor', () => {
  it('finds nothing to say where all is well, before the first resync and after it, and writes nothing', async ({
    start,
  }) => {
    const harness = await start({ services: 3 });
    const checks = await examined(harness);
    expect(troubles(checks)).toEqual([]);
    expect(checks.filter(({ detail }) => detail.startsWith('not checked'))).toEqual([]);
    expect(named(checks, 'integration').detail).toContain('the first resync makes it');
    expect(named(checks, 'kind:komodorService').detail).toBe('can be read; 3 items on the first page');
    await harness.run();
    harness.cutLogs();
    expect(troubles(await examined(harness))).toEqual([]);
    expect(harness.portWrites()).toEqual([]);
    expect(harness.komodor.log.filter(({ route }) => route === 'services')).toHaveLength(1);
  });

  it.for(CASES.map((one) => [one.title, one] as const))('finds %s', async ([, one], { start }) => {
    const harness = await start({ services: 3 });
    const env = await one.spoil(harness);
    harness.cutLogs();
    const before = JSON.stringify(harness.store.snapshot());
    const checks = await examined(harness, env);
    expect(named(checks, one.check)).toEqual({
      name: one.check,
      status: one.status,
      detail: expect.stringMatching(one.detail),
      advice: one.advice === null ? null : expect.stringMatching(one.advice),
    });
    expect(troubles(checks).filter((name) => name !== one.check)).toEqual(one.others ?? []);
    expect(JSON.stringify(checks)).not.toContain('canary');
    expect(harness.portWrites()).toEqual([]);
    expect(JSON.stringify(harness.store.snapshot())).toBe(before);
  });

  it.skipIf(withoutOwnRedis !== undefined)(
    'looks at Redis: away, evicting, forgetful, and as it should be',
    async ({ start }) => {
      const harness = await start({ services: 1 });
      const ports = await Promise.all([freePort(), freePort(), freePort()]);
      const [evicting, forgetful, good] = await Promise.all(
        [['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'], ['--appendonly', 'no'], []].map((more, index) =>
          ownRedis(['--port', String(ports[index]), ...more]),
        ),
      );
      const all = [evicting, forgetful, good].filter((one) => one !== undefined);
      onTestFinished(() => Promise.all(all.map((one) => one.remove())).then(() => undefined));
      const look = async (index: number) =>
        named(await examined(harness, { REDIS_URL: `redis://127.0.0.1:${ports[index]}` }), 'redis');
      expect(await look(2)).toMatchObject({ status: 'failed', advice: expect.stringContaining('REDIS_URL') });
      await Promise.all(all.map((one) => one.start()));
      expect(await look(0)).toMatchObject({ status: 'failed', detail: expect.stringContaining('noeviction') });
      expect(await look(1)).toMatchObject({ status: 'warning', advice: expect.stringContaining('appendonly') });
      expect(await look(2)).toMatchObject({ status: 'ok', advice: null });
    },
  );

  it('says what is wrong with the memory', () => {
    const mib = (limit: number | undefined, heap: number) =>
      memoryFinding({ limit: limit && limit * 1024 * 1024, heap: heap * 1024 * 1024 });
    expect(mib(undefined, 4000).status).toBe('ok');
    expect(mib(512, 384).status).toBe('ok');
    expect(mib(128, 96)).toMatchObject({ status: 'warning', advice: expect.stringContaining('512 MiB') });
    expect(mib(512, 2000)).toMatchObject({ status: 'warning', advice: expect.stringContaining('=384,') });
    expect(mib(undefined, 64)).toMatchObject({ status: 'warning', advice: expect.stringContaining('NODE_OPTIONS') });
  });

  it('has its checks explained in docs/doctor.md', async ({ start }) => {
    const harness = await start({ services: 1 });
    const names = (await examined(harness, { REDIS_URL: 'redis://127.0.0.1:1', ...SOURCES })).map(({ name }) =>
      name.replace(/:.*/, ':KIND'),
    );
    const rows = [...readProjectFile('docs/doctor.md').text.matchAll(/^\| `([a-zA-Z:-]+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(rows.sort()).toEqual([...new Set(names)].sort());
  });
});
