import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listSettings } from '../../src/config/settings-schema.ts';
import { buildOverlay, objectOf } from './kustomize.ts';
import { describeWith, ROOT } from './tools.ts';

const FOLDER = 'deploy/secrets/components';
const components = readdirSync(join(ROOT, FOLDER));
const stores = components.filter((name) => name.startsWith('store-'));
const keys = components.filter((name) => name.startsWith('keys-'));

const externalSecretSchema = z.looseObject({
  apiVersion: z.string(),
  spec: z.looseObject({
    secretStoreRef: z.object({ kind: z.string(), name: z.string() }),
    target: z.looseObject({ name: z.string() }),
    data: z.array(
      z.object({ secretKey: z.string(), remoteRef: z.looseObject({ key: z.string(), property: z.string() }) }),
    ),
  }),
});

/** The base with External Secrets and these components of deploy/secrets, as an overlay lists them. */
async function built(...names: readonly string[]) {
  const manifests = await buildOverlay({
    components: ['external-secrets', ...names.map((name) => `${FOLDER}/${name}`)],
  });
  return { manifests, secret: externalSecretSchema.parse(objectOf(manifests, 'ExternalSecret', 'komodor-port')) };
}

const namesOf = ({ spec }: z.infer<typeof externalSecretSchema>) => spec.data.map(({ secretKey }) => secretKey);

describeWith(['kubectl'], 'the ExternalSecret', () => {
  it('asks for exactly the required settings, under their names, and fills the Secret that the pods read', async () => {
    const { secret } = await built();
    expect(namesOf(secret).sort()).toEqual(['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'PORT_CLIENT_SECRET']);
    expect(secret.spec.target.name).toBe('komodor-port');
    expect(secret.apiVersion).toBe('external-secrets.io/v1');
    for (const { secretKey, remoteRef } of secret.spec.data)
      expect(remoteRef).toEqual({ key: 'komodor-port', property: secretKey });
  });

  it('with all optional keys asks for every secret setting, and nothing else', async () => {
    const { secret } = await built(...keys);
    const secretSettings = listSettings().flatMap(({ name, secret: isSecret }) => (isSecret ? [name] : []));
    expect(namesOf(secret).sort()).toEqual(secretSettings.sort());
  });

  it('for an operator before 0.17 is v1beta1, and so is its store', async () => {
    const { manifests } = await built('store-vault', 'v1beta1');
    const versions = manifests.filter(({ apiVersion }) => apiVersion.startsWith('external-secrets.io'));
    expect(versions.map(({ apiVersion }) => apiVersion)).toEqual(Array(2).fill('external-secrets.io/v1beta1'));
  });
});

describeWith(['kubectl'], 'each store', () => {
  it('of the page on FluxCD is there', () =>
    expect(stores.sort()).toEqual(
      ['akeyless', 'aws', 'azure', 'gcp', 'infisical', 'vault'].map((name) => `store-${name}`),
    ));

  it.each(stores)('%s is what the ExternalSecret reads, and has what it logs in with', async (store) => {
    const { manifests, secret } = await built(store);
    expect(secret.spec.secretStoreRef).toEqual({ kind: 'SecretStore', name: 'komodor-port' });
    const text = JSON.stringify(objectOf(manifests, 'SecretStore', 'komodor-port'));
    const account = /"serviceAccountRef":\{"name":"([^"]+)"\}/.exec(text)?.[1];
    if (account !== undefined) expect(objectOf(manifests, 'ServiceAccount', account)).toBeDefined();
    else expect(text).toMatch(/"name":"[a-z]+-auth"/);
  });
});

describe('what Git holds', () => {
  /** Every file below a folder, from the root of the checkout. */
  const filesIn = (folder: string): readonly string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it('is no Secret, in no file of deploy/ but the chart’s templates', () => {
    const secrets = filesIn('deploy')
      .filter((path) => /\.ya?ml$/.test(path) && !path.includes('/templates/'))
      .filter((path) => /^kind: Secret$|^\s*secretGenerator:/m.test(readFileSync(path, 'utf8')));
    expect(secrets).toEqual([]);
  });

  it('waits for no variable of Flux, where Argo CD and Kustomize read it too', () => {
    const plain = ['deploy/secrets', 'deploy/argocd', 'deploy/kustomize/base', 'deploy/kustomize/overlays'].flatMap(
      filesIn,
    );
    expect(plain.filter((path) => readFileSync(path, 'utf8').includes('${'))).toEqual([]);
  });
});

describeWith(['kubectl'], 'with Flux', () => {
  const SECRETS = 'deploy/flux/secrets';
  const build = (base: string, folder: string, name: string) =>
    buildOverlay({ base, components: name === 'none' ? [] : [`${folder}/${name}`] });

  it.each(['none', ...components])('and no variable set, %s is the same', async (name) => {
    const [plain, flux] = await Promise.all([
      build('deploy/secrets/base', FOLDER, name),
      build(`${SECRETS}/base`, `${SECRETS}/components`, name),
    ]);
    expect(JSON.stringify(flux)).toMatch(/\$\{SECRET_PATH:=komodor-port\}/);
    expect(JSON.parse(JSON.stringify(flux).replaceAll(/\$\{\w+:=([^}]*)\}/g, '$1'))).toEqual(plain);
  });

  it.each([...stores, ...keys])('every value of %s that is a place somewhere else is a variable', async (name) => {
    const flux = JSON.stringify(await build(`${SECRETS}/base`, `${SECRETS}/components`, name));
    expect(flux.replaceAll(/\$\{[^}]*\}/g, '')).not.toMatch(/https?:\/\/|example|0000|arn:|"key":"komodor-port"/);
  });
});
