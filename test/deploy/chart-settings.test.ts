import { expect, it } from 'vitest';
import { loadSettings } from '../../src/config/settings.ts';
import { containerOf, dataOf, envOf } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith } from './tools.ts';

const CREDENTIALS = {
  port: { clientId: 'client', clientSecret: 'secret' },
  integration: { secrets: { komodorApiKey: 'key' } },
};

/** The settings that the service reads from what the chart gives it, for these values on top of credentials. */
async function settingsFor(values: object) {
  const manifests = await template({ values: merge(CREDENTIALS, values) });
  return loadSettings({
    ...dataOf(manifests, 'ConfigMap'),
    ...dataOf(manifests, 'Secret'),
    ...envOf(containerOf(manifests)),
  });
}

function merge(a: object, b: object): object {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const at = (one: object, key: string): unknown => Object.entries(one).find(([name]) => name === key)?.[1];
  return Object.fromEntries(
    keys.map((key) => {
      const [left, right] = [at(a, key), at(b, key)];
      const areObjects = isObject(left) && isObject(right);
      return [key, areObjects ? merge(left, right) : (right ?? left)];
    }),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describeWith(['helm4'], 'what the service makes of the values', () => {
  it.each<[string, object, object]>([
    ['nothing but credentials', {}, { komodorApiKey: 'key', portClientId: 'client', role: 'all' }],
    ['port.baseUrl', { port: { baseUrl: 'https://api.us.port.io' } }, { portBaseUrl: 'https://api.us.port.io/v1' }],
    [
      'integration.config.komodorBaseUrl',
      { integration: { config: { komodorBaseUrl: 'https://komodor.example.com' } } },
      { komodorBaseUrl: 'https://komodor.example.com/api/v2' },
    ],
    ['integration.identifier', { integration: { identifier: 'prod' } }, { integrationIdentifier: 'prod' }],
    [
      'integration.eventListener',
      { integration: { eventListener: { type: 'WEBHOOK', interval: 90, appHost: 'https://me.example.com' } } },
      { eventListener: 'WEBHOOK', eventListenerIntervalMs: 90_000, publicUrl: 'https://me.example.com' },
    ],
    ['KAFKA', { integration: { eventListener: { type: 'KAFKA', brokers: 'b:1' } } }, { eventListener: 'POLLING' }],
    [
      'integration.extraConfig',
      { integration: { extraConfig: { OCEAN__CLIENT_TIMEOUT: 45 } } },
      { requestTimeoutMs: 45_000 },
    ],
    ['scheduledResyncInterval', { scheduledResyncInterval: 90 }, { resyncIntervalMs: 90 * 60_000 }],
    ['scheduledResyncInterval as text', { scheduledResyncInterval: '2h' }, { resyncIntervalMs: 120 * 60_000 }],
    ['scheduledResyncInterval: off', { scheduledResyncInterval: 'off' }, { resyncIntervalMs: null }],
    ['scheduledResyncInterval: off, without quotes', { scheduledResyncInterval: false }, { resyncIntervalMs: null }],
    ['history.mode: off, without quotes', { history: { mode: false } }, { runHistory: 'off' }],
    ['settings: off, without quotes', { settings: { RUN_HISTORY: false } }, { runHistory: 'off' }],
    ['initializePortResources: false', { initializePortResources: false }, { initializePortResources: false }],
    ['sendRawDataExamples: false', { sendRawDataExamples: false }, { sendRawDataExamples: false }],
    ['allowEnvironmentVariablesJqAccess', { allowEnvironmentVariablesJqAccess: true }, { allowEnvInMapping: true }],
    ['clientTimeout', { clientTimeout: 60 }, { requestTimeoutMs: 60_000 }],
    [
      'liveEvents.baseUrl',
      { liveEvents: { baseUrl: 'https://me.example.com' } },
      { publicUrl: 'https://me.example.com' },
    ],
    ['mapping.source', { mapping: { source: 'file' } }, { mappingSource: 'file' }],
    ['mapping.files', { mapping: { files: { 'a.yaml': 'x' } } }, { mappingPath: '/etc/komodor-port/mappings' }],
    ['blueprints', { blueprints: { existingConfigMap: 'b' } }, { blueprintsPath: '/etc/komodor-port/blueprints' }],
    ['history', { history: { mode: 'off', runs: 1000 } }, { runHistory: 'off', runHistoryRuns: 1000 }],
    ['redis.enabled', { redis: { enabled: true } }, { redisUrl: expect.stringContaining('komodor-port-redis:6379') }],
    ['roles.worker', { redis: { enabled: true }, roles: { worker: { enabled: true } } }, { role: 'server' }],
    [
      'settings',
      { settings: { LOG_LEVEL: 'debug', KOMODOR_CONCURRENCY: 8 } },
      { logLevel: 'debug', komodorConcurrency: 8 },
    ],
    ['settings before others', { history: { runs: 5 }, settings: { RUN_HISTORY_RUNS: 7 } }, { runHistoryRuns: 7 }],
    [
      'extraEnv before settings',
      { settings: { LOG_LEVEL: 'debug' }, extraEnv: [{ name: 'LOG_LEVEL', value: 'warn' }] },
      { logLevel: 'warn' },
    ],
    [
      'secret settings',
      { integration: { secrets: { webhookSecret: 'w' } }, settings: { API_TOKEN: 't' } },
      { webhookSecret: 'w', apiToken: 't' },
    ],
  ])('%s', async (_, values, expected) => {
    expect(await settingsFor(values)).toMatchObject(expected);
  });

  it('writes whole numbers as digits, and lists and maps as JSON', async () => {
    const values = {
      settings: { KOMODOR_SERVICES_PAGE_SIZE: 1_000_000, OCEAN__A: [1_000_000], OCEAN__B: { c: false } },
    };
    expect(dataOf(await template({ values }), 'ConfigMap')).toMatchObject({
      KOMODOR_SERVICES_PAGE_SIZE: '1000000',
      OCEAN__A: '[1000000]',
      OCEAN__B: '{"c":false}',
    });
  });

  it('leaves out what is null', async () => {
    const values = { scheduledResyncInterval: null, clientTimeout: null, settings: { ADD_ONS: null } };
    const data = Object.keys(dataOf(await template({ values }), 'ConfigMap'));
    expect(data).not.toEqual(expect.arrayContaining(['RESYNC_INTERVAL']));
    expect(data).not.toEqual(expect.arrayContaining(['REQUEST_TIMEOUT_SECONDS']));
    expect(data).not.toEqual(expect.arrayContaining(['ADD_ONS']));
  });
});
