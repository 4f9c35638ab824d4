import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadSettings, SettingsError } from '../../src/config/settings.ts';
import { listSettings } from '../../src/config/settings-schema.ts';
import { applied, CLUSTERS, FLUX, fluxKustomizations, inCopy } from './flux.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { describeWith } from './tools.ts';

const keySchema = z.object({
  secretKey: z.string(),
  remoteRef: z.object({ key: z.string(), property: z.string() }),
});
const externalSchema = z.looseObject({
  apiVersion: z.string(),
  spec: z.looseObject({
    secretStoreRef: z.object({ kind: z.string(), name: z.string() }),
    target: z.looseObject({ name: z.string() }),
    data: z.array(keySchema),
  }),
});
const externalSecret = (manifests: readonly Manifest[], name = 'komodor-port') =>
  externalSchema.parse(manifests.find(({ kind, metadata }) => kind === 'ExternalSecret' && metadata.name === name));
const keysOf = (manifests: readonly Manifest[]) =>
  externalSecret(manifests).spec.data.map(({ secretKey }) => secretKey);

const SECRET = listSettings()
  .filter(({ secret }) => secret)
  .map(({ name }) => name);
const BACKENDS = ['akeyless', 'infisical', 'aws', 'gcp', 'azure', 'vault'];
const KEYS = ['keys-http', 'keys-redis', 'keys-redis-password', 'keys-notify', 'keys-metrics'];

/** The settings that the service does not start without. */
function required(): readonly string[] {
  try {
    loadSettings({}, { dotenvPath: '/nowhere' });
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ name }) => name);
    throw error;
  }
  return [];
}

const withComponents = (...components: readonly string[]) =>
  inCopy((deploy) => {
    const folder = join(deploy, 'flux/secrets/overlays/dev');
    const paths = components.map((name) => `../../components/${name}`);
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources: ['../../base'], components: paths }));
    return kustomize(folder);
  });

describeWith(['kubectl'], 'the Secret of the service', () => {
  it('has by itself exactly the keys that the service does not start without', async () => {
    expect(required().length).toBeGreaterThan(2);
    expect(keysOf(await kustomize(`${FLUX}/secrets/base`)).sort()).toEqual([...required()].sort());
  });

  it('has with all components exactly the secret settings of the service, each by its name', async () => {
    const manifests = await withComponents(...KEYS);
    expect(keysOf(manifests).sort()).toEqual([...SECRET].sort());
    for (const { secretKey, remoteRef } of externalSecret(manifests).spec.data) {
      expect(remoteRef).toEqual({ key: expect.stringContaining('SECRET_PATH:='), property: secretKey });
    }
  });

  it.each(CLUSTERS)(
    'of %s comes from the store and the document of the cluster, and has a name that the chart reads',
    async (cluster) => {
      const manifests = await kustomize(`${FLUX}/clusters/${cluster}`);
      const part = fluxKustomizations(manifests).find(({ metadata }) => metadata.name === 'komodor-port-secrets');
      if (!part) throw new Error('There is no komodor-port-secrets');
      const settings = { SECRET_STORE: 'platform', SECRET_STORE_KIND: 'ClusterSecretStore' };
      const { spec } = externalSecret(await applied(part, settings));
      expect(spec.secretStoreRef).toEqual({ kind: 'ClusterSecretStore', name: 'platform' });
      expect(new Set(spec.data.map(({ remoteRef }) => remoteRef.key))).toEqual(new Set([`komodor-port-${cluster}`]));
      expect(spec.target.name).toBe('komodor-port');
      const values = (await kustomize(`${FLUX}/app/overlays/${cluster}`)).find(({ kind }) => kind === 'ConfigMap');
      expect(JSON.stringify(values)).toContain('existingSecret: komodor-port\\n');
    },
  );
});

describeWith(['kubectl'], 'a store', () => {
  it.each(BACKENDS)('of %s is the one that the Secret comes from', async (backend) => {
    const manifests = await withComponents(`store-${backend}`);
    const store = manifests.find(({ kind }) => kind === 'SecretStore');
    expect(store).toMatchObject({
      apiVersion: 'external-secrets.io/v1',
      metadata: { name: 'komodor-port', namespace: 'komodor-port' },
    });
    expect(externalSecret(manifests).spec.secretStoreRef).toEqual({ kind: 'SecretStore', name: 'komodor-port' });
    const account = /"serviceAccountRef":\{"name":"([^"]+)"/.exec(JSON.stringify(store))?.[1];
    expect(manifests.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name)).toEqual(
      account ? [account] : [],
    );
  });
});

describeWith(['kubectl'], 'for an operator before 0.17', () => {
  let manifests: readonly Manifest[];
  beforeAll(async () => {
    manifests = await withComponents(...KEYS, 'store-vault', 'v1beta1');
  });

  it('everything of the operator is v1beta1, and nothing else differs', async () => {
    const old = JSON.stringify(manifests);
    expect(old).not.toContain('external-secrets.io/v1"');
    const now = JSON.stringify(await withComponents(...KEYS, 'store-vault'));
    expect(old.replaceAll('external-secrets.io/v1beta1', 'external-secrets.io/v1')).toBe(now);
  });
});

describeWith(['kubectl'], 'the notification to the service', () => {
  it('is signed with the WEBHOOK_SECRET of the same document', async () => {
    const manifests = await kustomize(`${FLUX}/notifications/komodor-port`);
    const provider = manifests.find(({ kind }) => kind === 'Provider');
    expect(provider?.spec).toEqual({
      type: 'generic-hmac',
      address: 'http://komodor-port.komodor-port.svc:8000/integration/webhook/flux',
      secretRef: { name: 'komodor-port-webhook' },
    });
    const { spec } = externalSecret(manifests, 'komodor-port-webhook');
    expect(spec.target.name).toBe('komodor-port-webhook');
    expect(spec.data).toEqual([
      { secretKey: 'token', remoteRef: { key: expect.stringContaining('SECRET_PATH:='), property: 'WEBHOOK_SECRET' } },
    ]);
    const document = (name: string) => {
      const part = fluxKustomizations(cluster).find(({ metadata }) => metadata.name === name);
      return part?.spec.postBuild?.substitute.SECRET_PATH;
    };
    const cluster = await inCopy((deploy) => {
      const folder = join(deploy, 'flux/clusters/dev');
      writeFileSync(
        join(folder, 'kustomization.yaml'),
        JSON.stringify({ resources: ['komodor-port-secrets.yaml'], components: ['../components/notifications'] }),
      );
      return kustomize(folder);
    });
    expect(document('komodor-port-notifications')).toBe(document('komodor-port-secrets'));
  });
});

describe('the tests', () => {
  it('know all backends and keys', () => {
    expect(readdirSync(`${FLUX}/secrets/components`).sort()).toEqual(
      [...BACKENDS.map((each) => `store-${each}`), ...KEYS, 'v1beta1'].sort(),
    );
  });
});
