import { expect, it } from 'vitest';
import { buildOverlay } from '../deploy/kustomize.ts';
import { describeLab, Namespace } from './lab.ts';
import { until } from './processes.ts';
import { useOutside } from './stand-ins.ts';

describeLab('an overlay of the Kustomize base', () => {
  const outside = useOutside();

  it('with Redis and the split comes up, fills the catalog, and ends well', async () => {
    const namespace = await Namespace.create('kustomize');
    await outside.giveCredentials(namespace, 'komodor-port');
    const literals = Object.entries(outside.settings()).map(([name, value]) => `${name}=${value}`);
    const items = await buildOverlay({
      components: ['redis', 'split', 'pdb', 'networkpolicy'],
      rest: { namespace: namespace.name, configMapGenerator: [{ name: 'komodor-port', behavior: 'merge', literals }] },
    });
    await namespace.apply(...items.filter(({ kind }) => kind !== 'Namespace'));
    for (const workload of [
      'deployment/komodor-port',
      'deployment/komodor-port-worker',
      'statefulset/komodor-port-redis',
    ]) {
      await namespace.must('kubectl', ['rollout', 'status', workload, '--timeout=200s']);
    }
    await until('all services in Port', async () => outside.entitiesOf('komodorService') === 30 || undefined);
    await namespace.must('kubectl', ['delete', 'deployments,statefulsets', '--all']);
    await until('no pods', async () => ((await namespace.pods()).length === 0 ? true : undefined));
    expect((await namespace.endings()).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });
});
