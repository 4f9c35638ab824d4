import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { buildOverlay, OVERLAYS } from '../deploy/kustomize.ts';
import { kustomize, type Manifest, template } from '../deploy/manifests.ts';
import { installDefinitions, whyNoDefinitions } from './definitions.ts';
import { describeLab, Namespace } from './lab.ts';

const CI = 'deploy/helm/komodor-port/ci';
/** What Argo CD does with hooks is not to compare them. */
const isHook = ({ metadata }: Manifest): boolean =>
  Object.keys(metadata.annotations ?? {}).some((name) => name === 'helm.sh/hook' || name === 'argocd.argoproj.io/hook');

/** Not in this cluster: no pod has to run for it. */
const stopped = (manifest: Manifest): Manifest => {
  const spec = z.looseObject({ replicas: z.number().optional() }).parse(manifest.spec ?? {});
  return spec.replicas === undefined ? manifest : { ...manifest, spec: { ...spec, replicas: 0 } };
};

const CASES: readonly (readonly [string, (namespace: string) => Promise<readonly Manifest[]>])[] = [
  ...['minimal', 'everything', 'split-redis', 'cronjob', 'external-secret'].map(
    (name) =>
      [`chart-${name}`, (namespace: string) => template({ files: [`${CI}/${name}-values.yaml`], namespace })] as const,
  ),
  ...OVERLAYS.map((name) => [`overlay-${name}`, () => kustomize(`deploy/kustomize/overlays/${name}`)] as const),
  ['components', () => buildOverlay({ components: ['ingress', 'mapping-files', 'tracing', 'once-job', 'cronjob'] })],
];

describeLab(whyNoDefinitions ? `drift (${whyNoDefinitions})` : 'what was applied', () => {
  beforeAll(async () => {
    if (!whyNoDefinitions) await installDefinitions();
  });

  it.skipIf(whyNoDefinitions).each(CASES)(
    'differs in nothing from what Git says, the second time too: %s',
    async (name, build) => {
      const space = await Namespace.create(`drift-${name}`);
      const list = async () => {
        const manifests = (await build(space.name)).filter(
          (manifest) => !isHook(manifest) && manifest.kind !== 'Namespace',
        );
        const here = manifests.map((manifest) => ({
          ...stopped(manifest),
          metadata: { ...manifest.metadata, namespace: space.name },
        }));
        return { apiVersion: 'v1', kind: 'List', items: here };
      };
      const sync = ['--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-'];
      for (const _ of ['first', 'second']) {
        await space.must('kubectl', ['apply', ...sync], await list());
        const { code, stdout, stderr } = await space.run('kubectl', ['diff', ...sync], await list());
        expect(stdout + stderr).toBe('');
        expect(code).toBe(0);
      }
    },
  );

  it.skipIf(whyNoDefinitions)('and a change is seen', async () => {
    const space = await Namespace.create('drift-changed');
    const [service] = (await template({ namespace: space.name })).filter(({ kind }) => kind === 'Service');
    const sync = ['--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-'];
    await space.must('kubectl', ['apply', ...sync], service);
    await space.must('kubectl', [
      'patch',
      'service',
      'komodor-port',
      '--patch',
      '{"spec":{"ports":[{"port":8000,"name":"mine"}]}}',
    ]);
    const { code, stdout } = await space.run('kubectl', ['diff', ...sync], service);
    expect(code).toBe(1);
    expect(stdout).toContain('mine');
  });
});
