import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsOf } from '../../src/config/secrets.ts';
import { loadOfflineSettings, loadSettings, SettingsError } from '../../src/config/settings.ts';
import { listSettings } from '../../src/config/settings-schema.ts';

const REQUIRED = { KOMODOR_API_KEY: 'kk', PORT_CLIENT_ID: 'pi', PORT_CLIENT_SECRET: 'ps' };
let folder = '';
let noDotenv = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
  noDotenv = join(folder, 'none');
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(env: Record<string, string>) {
  return loadSettings({ ...REQUIRED, ...env }, { dotenvPath: noDotenv });
}

function problemsOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it.each([
    ['true', true],
    ['off', false],
    ['1', true],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.1, 10.1.0.0/16,::1', ['10.0.0.1', '10.1.0.0/16', '::1']],
  ])('takes TRUST_PROXY=%s', (text, trustProxy) => {
    expect(load({ TRUST_PROXY: text })).toMatchObject({ trustProxy });
  });

  it.each(['nginx', '10.0.0.1/33', '::1/129', '0.0.0.0/0', '10.0.0.1/8/8', '10.0.0.1,,'])(
    'refuses TRUST_PROXY=%s',
    (text) => {
      expect(problemsOf(() => load({ TRUST_PROXY: text })).map(({ name }) => name)).toEqual(['TRUST_PROXY']);
    },
  );

  it('needs nothing but the credentials', () => {
    expect(load({})).toMatchObject({
      komodorApiKey: 'kk',
      komodorBaseUrl: 'https://api.komodor.com/api/v2',
      portBaseUrl: 'https://api.port.io/v1',
      integrationIdentifier: 'my-komodor-integration',
      resyncIntervalMs: 3_600_000,
      eventListener: 'POLLING',
      httpPort: 8000,
      addOns: [],
      warnings: [],
    });
    expect(load({}).redisUrl).toBeUndefined();
  });

  it('puts the password of Redis into its address, whatever characters it has, and knows it as a secret', () => {
    const password = 'p@ss/w:o#r?d%40 "ü';
    for (const address of ['redis://redis:6379/0', 'redis://:other@redis:6379/0']) {
      const settings = load({ REDIS_URL: address, REDIS_PASSWORD: password });
      const url = new URL(settings.redisUrl ?? '');
      expect([decodeURIComponent(url.password), url.host, url.pathname]).toEqual([password, 'redis:6379', '/0']);
      expect(secretsOf(settings, {})).toEqual(expect.arrayContaining([password, url.password, settings.redisUrl]));
    }
    expect(load({ REDIS_PASSWORD: password }).redisUrl).toBeUndefined();
  });

  it('is frozen', () => {
    expect(Object.isFrozen(load({}))).toBe(true);
  });

  it('reports every problem at once, by name', () => {
    const env = { OCEAN__PORT__CLIENT_ID: 'a b', APPLICATION__PORT: '70000', ROLE: 'boss', RESYNC_INTERVAL: '1w' };
    const names = problemsOf(() => loadSettings(env, { dotenvPath: noDotenv })).map((problem) => problem.name);
    expect(names.sort()).toEqual(
      [
        'APPLICATION__PORT',
        'KOMODOR_API_KEY',
        'OCEAN__PORT__CLIENT_ID',
        'PORT_CLIENT_SECRET',
        'RESYNC_INTERVAL',
        'ROLE',
      ].sort(),
    );
  });

  it('names what is required and its other name', () => {
    expect(problemsOf(() => loadSettings({}, { dotenvPath: noDotenv }))[0]).toEqual({
      name: 'KOMODOR_API_KEY',
      message:
        'is required (OCEAN__INTEGRATION__CONFIG__KOMODOR_API_KEY works too): set it in the environment or in .env, in Kubernetes as a key of the Secret',
    });
  });

  it('never repeats a value, whatever it is', () => {
    const names = listSettings().map((info) => info.name);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ minLength: 6 }), (name, noise) => {
        const value = `\u0001zq${noise}qz`;
        const text = problemsOf(() => load({ [name]: value }))
          .map((problem) => problem.message)
          .join();
        return !text.includes('zq') && !text.includes('qz');
      }),
    );
  });

  it('asks for PUBLIC_URL when Port has to call us', () => {
    expect(problemsOf(() => load({ EVENT_LISTENER: 'webhook' })).map((problem) => problem.name)).toEqual([
      'PUBLIC_URL',
    ]);
    expect(load({ EVENT_LISTENER: 'webhook', OCEAN__BASE_URL: 'https://me.example/' }).publicUrl).toBe(
      'https://me.example',
    );
  });

  it('finds the shipped mapping when the folder is not here', () => {
    const here = process.cwd();
    try {
      process.chdir(folder);
      expect(load({}).mappingPath).toBe(join(here, 'mappings'));
      expect(load({ MAPPING_PATH: 'mappings' }).mappingPath).toBe('mappings');
    } finally {
      process.chdir(here);
    }
  });

  it('does without credentials where nobody signs in', () => {
    const settings = loadOfflineSettings({ KOMODOR_API_KEY: 'kk' }, { dotenvPath: noDotenv });
    expect(settings.komodorApiKey).toBe('kk');
    expect(settings.portClientId).toBeUndefined();
    expect(problemsOf(() => loadOfflineSettings({ ROLE: 'x' }, { dotenvPath: noDotenv }))).toHaveLength(1);
  });
});

describe('where a value comes from', () => {
  it.each([
    ['the short name beats the Ocean name', { HTTP_PORT: '1', APPLICATION__PORT: '2' }, 1],
    ['an empty value is no value', { HTTP_PORT: '', APPLICATION__PORT: '2' }, 2],
    ['Ocean names in any case', { application__port: '3' }, 3],
    ['blanks around it', { HTTP_PORT: ' 4\n' }, 4],
    ['nothing', {}, 8000],
  ])('%s', (_, env, port) => {
    expect(load(env).httpPort).toBe(port);
  });

  it('the environment beats .env, in any name', () => {
    const dotenvPath = join(folder, '.env');
    writeFileSync(dotenvPath, 'HTTP_PORT=5\nHTTP_HOST="from.file" # comment\n');
    const settings = loadSettings({ ...REQUIRED, APPLICATION__PORT: '6' }, { dotenvPath });
    expect([settings.httpPort, settings.httpHost]).toEqual([6, 'from.file']);
  });

  it("reads Ocean's JSON forms; one variable beats the same value in JSON, the narrower branch the wider", () => {
    const settings = loadSettings(
      {
        OCEAN__EVENT_LISTENER: '{"type":"ONCE","interval":30}',
        OCEAN__EVENT_LISTENER__TYPE: 'WEBHOOKS_ONLY',
        OCEAN__INTEGRATION: '{"identifier":"mine","config":{"komodorApiKey":"wide"}}',
        ocean__integration__config: '{"komodorApiKey":"narrow","komodor_base_url":null}',
        OCEAN__PORT: '{"clientId":"i","clientSecret":"s"}',
      },
      { dotenvPath: noDotenv },
    );
    expect(settings).toMatchObject({
      eventListener: 'WEBHOOKS_ONLY',
      eventListenerIntervalMs: 30_000,
      integrationIdentifier: 'mine',
      komodorApiKey: 'narrow',
      portClientId: 'i',
      portClientSecret: 's',
    });
  });

  it('reports JSON that is none', () => {
    expect(problemsOf(() => load({ OCEAN__EVENT_LISTENER: '{type: POLLING}' }))).toEqual([
      { name: 'OCEAN__EVENT_LISTENER', message: 'must be a JSON object' },
    ]);
  });

  it('reports a .env that cannot be read', () => {
    expect(problemsOf(() => loadSettings(REQUIRED, { dotenvPath: folder }))[0]?.name).toBe(folder);
  });
});

describe('values', () => {
  it.each([
    ['https://api.komodor.com', 'https://api.komodor.com/api/v2'],
    ['https://api.komodor.com/', 'https://api.komodor.com/api/v2'],
    ['https://api.komodor.com/api/v2//', 'https://api.komodor.com/api/v2'],
    ['http://127.0.0.1:9/gate', 'http://127.0.0.1:9/gate/api/v2'],
  ])('Komodor at %s', (given, used) => {
    expect(load({ KOMODOR_BASE_URL: given }).komodorBaseUrl).toBe(used);
  });

  it.each(['ftp://x', 'komodor', 'https://u:p@host', 'https://host?x=1'])('no address: %s', (given) => {
    expect(problemsOf(() => load({ PORT_BASE_URL: given }))).toHaveLength(1);
  });

  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2H', 7_200_000],
    ['1d', 86_400_000],
    ['15', 900_000],
    ['off', null],
  ])('every %s', (given, ms) => {
    expect(load({ RESYNC_INTERVAL: given }).resyncIntervalMs).toBe(ms);
    expect(load({ OCEAN__SCHEDULED_RESYNC_INTERVAL: given }).resyncIntervalMs).toBe(ms);
  });

  it.each(['0', '5s', '30d', '-1', '1.5h', 'never'])('not every %s', (given) => {
    expect(problemsOf(() => load({ RESYNC_INTERVAL: given }))).toHaveLength(1);
  });

  it('runs KAFKA as POLLING and says so', () => {
    const settings = load({ OCEAN__EVENT_LISTENER__TYPE: 'KAFKA' });
    expect(settings.eventListener).toBe('POLLING');
    expect(settings.warnings).toEqual([expect.stringContaining('OCEAN__EVENT_LISTENER__TYPE')]);
  });

  it.each([
    ['WARNING', 'warn'],
    ['CRITICAL', 'fatal'],
    ['DEBUG', 'debug'],
  ])("knows Ocean's log level %s", (given, level) => {
    expect(load({ APPLICATION__LOG_LEVEL: given }).logLevel).toBe(level);
  });

  it('reads flags and lists', () => {
    const settings = load({ SEND_RAW_DATA_EXAMPLES: 'False', ADD_ONS: 'k8s-workloads, b,,b' });
    expect(settings.sendRawDataExamples).toBe(false);
    expect(settings.addOns).toEqual(['k8s-workloads', 'b']);
  });

  it("leaves the schedule of the stock chart's CronJob to Kubernetes", () => {
    const once = {
      ...REQUIRED,
      OCEAN__SCHEDULED_RESYNC_INTERVAL: '0 */1 * * *',
      OCEAN__EVENT_LISTENER: '{"type":"ONCE"}',
    };
    expect(loadSettings(once, { dotenvPath: noDotenv })).toMatchObject({ resyncIntervalMs: null, warnings: [] });
    const polling = { ...REQUIRED, OCEAN__SCHEDULED_RESYNC_INTERVAL: '0 */1 * * *' };
    expect(loadSettings(polling, { dotenvPath: noDotenv }).warnings).toEqual([
      expect.stringContaining('cron expression'),
    ]);
  });
});
