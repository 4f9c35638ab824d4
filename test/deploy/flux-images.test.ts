import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CLUSTERS, FLUX } from './flux.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { describeWith, ROOT } from './tools.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Marker {
  readonly path: string;
  readonly value: string;
  readonly policy: string;
}

/** Lines that image automation may change: `tag: 0.1.0 # {"$imagepolicy": "namespace:name:tag"}`. */
const markers: readonly Marker[] = readdirSync(join(ROOT, 'deploy'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) =>
    [...read(`deploy/${file}`).matchAll(/: (\S+) # \{"\$imagepolicy": "([^"]+)"\}$/gm)].map(
      ([, value = '', policy = '']) => ({ path: `deploy/${file}`, value, policy }),
    ),
  );

const automationSchema = z.looseObject({
  spec: z.looseObject({
    sourceRef: z.object({ kind: z.literal('GitRepository'), name: z.string() }),
    git: z.looseObject({
      checkout: z.looseObject({ ref: z.object({ branch: z.string() }) }),
      push: z.looseObject({ branch: z.string() }),
    }),
    update: z.object({ path: z.string(), strategy: z.literal('Setters') }),
  }),
});
const policySchema = z.looseObject({
  spec: z.looseObject({
    imageRepositoryRef: z.object({ name: z.string() }),
    filterTags: z.object({ pattern: z.string() }),
  }),
});

describeWith(['kubectl'], 'image automation', () => {
  let manifests: readonly Manifest[];
  const one = (kind: string) => manifests.find((each) => each.kind === kind);
  beforeAll(async () => {
    manifests = await kustomize(`${FLUX}/image-automation`);
  });

  it('finds a marker in the overlay of each cluster, below the path that it may change', () => {
    const { path } = automationSchema.parse(one('ImageUpdateAutomation')).spec.update;
    expect(markers.map((marker) => marker.path).sort()).toEqual(
      CLUSTERS.map((cluster) => `${FLUX}/app/overlays/${cluster}/values.yaml`),
    );
    for (const marker of markers) expect(`./${marker.path}`.startsWith(`${path}/`)).toBe(true);
  });

  it('has the policy that each marker names, with an image that is there', () => {
    const policy = policySchema.parse(one('ImagePolicy'));
    const { name, namespace } = one('ImagePolicy')?.metadata ?? {};
    expect(new Set(markers.map((marker) => marker.policy))).toEqual(new Set([`${namespace}:${name}:tag`]));
    expect(policy.spec.imageRepositoryRef.name).toBe(one('ImageRepository')?.metadata.name);
    expect(one('ImageRepository')?.spec).toMatchObject({ image: expect.stringMatching(/\/komodor-port-integration$/) });
  });

  it('takes releases only: no moving tag, no candidate, and what stands there now is one', () => {
    const pattern = new RegExp(policySchema.parse(one('ImagePolicy')).spec.filterTags.pattern);
    expect(['0.1', 'latest', '1.0.0-rc.1', 'v1.0.0'].filter((tag) => pattern.test(tag))).toEqual([]);
    for (const tag of ['0.1.0', '10.20.30', ...markers.map(({ value }) => value)]) expect(tag).toMatch(pattern);
  });

  it('pushes to a branch of its own, of which a workflow makes a pull request', () => {
    const { git, sourceRef } = automationSchema.parse(one('ImageUpdateAutomation')).spec;
    expect(sourceRef.name).toBe('komodor-port');
    expect(git.push.branch).not.toBe(git.checkout.ref.branch);
    const { on } = z
      .looseObject({ on: z.object({ push: z.object({ branches: z.array(z.string()) }) }) })
      .parse(parse(read('.github/workflows/image-update-pr.yml')));
    expect(on.push.branches).toEqual([git.push.branch]);
  });
});
