import { expect, it } from 'vitest';
import { z } from 'zod';
import { listSettings } from '../../src/config/settings-schema.ts';
import { CI_FILES, containerOf, dataOf, find, kindsOf } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith } from './tools.ts';

const secretNames = listSettings()
  .filter(({ secret }) => secret)
  .map(({ name }) => name);
const external = z.looseObject({
  apiVersion: z.string(),
  spec: z.looseObject({
    target: z.looseObject({ name: z.string() }),
    secretStoreRef: z.looseObject({ name: z.string(), kind: z.string() }),
    data: z.array(z.looseObject({ secretKey: z.string(), remoteRef: z.looseObject({ key: z.string() }) })),
  }),
});

async function secretsOf(values: object): Promise<readonly (string | undefined)[]> {
  const { envFrom } = containerOf(await template({ values }));
  return envFrom.flatMap(({ secretRef }) => (secretRef ? [secretRef.name] : []));
}

describeWith(['helm4'], 'credentials in the chart', () => {
  it.each<[string, object, readonly string[]]>([
    ['none', {}, []],
    ['a Secret that exists', { existingSecret: 'mine' }, ['mine']],
    ['several', { existingSecret: ['one', 'two'] }, ['one', 'two']],
    ['with a template', { existingSecret: '{{ .Release.Name }}-credentials' }, ['komodor-port-credentials']],
    ["the stock chart's way", { secret: { create: false, name: 'mine' } }, ['mine']],
    ["the stock chart's list", { secret: { create: false, name: ['one', 'two'] } }, ['one', 'two']],
    ['only a name, as people forget secret.create', { secret: { name: 'mine' } }, ['mine']],
    ['in the values', { port: { clientId: 'x' } }, ['komodor-port']],
    ['in the values, under a name', { port: { clientId: 'x' }, secret: { name: 'named' } }, ['named']],
    ['both', { port: { clientId: 'x' }, existingSecret: 'mine' }, ['komodor-port', 'mine']],
    ['from a store', { externalSecret: { enabled: true, storeRef: { name: 's' } } }, ['komodor-port']],
  ])('%s', async (_, values, names) => {
    expect(await secretsOf(values)).toEqual(names);
  });

  it('makes no Secret when the values hold no credentials', async () => {
    expect(kindsOf(await template({ values: { existingSecret: 'x' } }))).not.toContain('Secret/komodor-port');
  });

  it.each(secretNames)('puts settings.%s into the Secret and not into the ConfigMap', async (name) => {
    const manifests = await template({ values: { settings: { [name]: 'very-secret' } } });
    expect(dataOf(manifests, 'Secret')).toEqual({ [name]: 'very-secret' });
    expect(JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'))).not.toContain('very-secret');
  });

  it('puts every secret value into the Secret, under the name that the service reads', async () => {
    const manifests = await template({
      values: {
        port: { clientId: 'very-secret-1', clientSecret: 'very-secret-2' },
        integration: { secrets: { komodorApiKey: 'very-secret-3', apiToken: 'very-secret-4', other: 'very-secret-5' } },
        notify: { url: 'https://hooks.example.com/very-secret-6' },
        redis: { url: 'rediss://:very-secret-7@redis:6380/0' },
      },
    });
    expect(dataOf(manifests, 'Secret')).toEqual({
      PORT_CLIENT_ID: 'very-secret-1',
      PORT_CLIENT_SECRET: 'very-secret-2',
      KOMODOR_API_KEY: 'very-secret-3',
      API_TOKEN: 'very-secret-4',
      OCEAN__INTEGRATION__CONFIG__OTHER: 'very-secret-5',
      NOTIFY_URL: 'https://hooks.example.com/very-secret-6',
      REDIS_URL: 'rediss://:very-secret-7@redis:6380/0',
    });
    expect(JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'))).not.toContain('very-secret');
  });

  it('reads an address of Redis and of notifications from Secrets of their own', async () => {
    const values = { redis: { existingSecret: { name: 'r' } }, notify: { existingSecret: { name: 'n', key: 'k' } } };
    expect(containerOf(await template({ values })).env).toEqual(
      expect.arrayContaining([
        { name: 'REDIS_URL', valueFrom: { secretKeyRef: { name: 'r', key: 'REDIS_URL' } } },
        { name: 'NOTIFY_URL', valueFrom: { secretKeyRef: { name: 'n', key: 'k' } } },
      ]),
    );
  });

  it('restarts the pods when its own Secret or ConfigMap changes, and only then', async () => {
    const checksums = async (values: object) => {
      const { podOf } = await import('./chart.ts');
      return podOf(find(await template({ values }), 'Deployment'))?.metadata.annotations ?? {};
    };
    const before = await checksums({ port: { clientId: 'a' } });
    const secret = await checksums({ port: { clientId: 'b' } });
    const config = await checksums({ port: { clientId: 'a' }, settings: { LOG_LEVEL: 'debug' } });
    const mapping = await checksums({ port: { clientId: 'a' }, mapping: { files: { 'a.yaml': 'x' } } });
    const service = await checksums({ port: { clientId: 'a' }, service: { port: 80 } });
    expect(secret['checksum/secret']).not.toBe(before['checksum/secret']);
    expect(secret['checksum/config']).toBe(before['checksum/config']);
    expect(config['checksum/config']).not.toBe(before['checksum/config']);
    expect(config['checksum/secret']).toBe(before['checksum/secret']);
    expect(mapping['checksum/config']).not.toBe(config['checksum/config']);
    expect(service).toEqual(before);
  });

  it('asks a store for settings that the service has, by the current API', async () => {
    const files = CI_FILES.filter((file) => file.includes('external-secret'));
    const { apiVersion, spec } = external.parse(find(await template({ files }), 'ExternalSecret'));
    const names = listSettings().map(({ name }) => name);
    expect(apiVersion).toBe('external-secrets.io/v1');
    expect(spec.target.name).toBe('komodor-port');
    expect(spec.secretStoreRef).toEqual({ name: 'platform', kind: 'SecretStore' });
    for (const { secretKey } of spec.data) expect(names).toContain(secretKey);
    expect(spec.data.map(({ secretKey }) => secretKey)).toEqual(
      expect.arrayContaining(['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'PORT_CLIENT_SECRET']),
    );
  });
});
