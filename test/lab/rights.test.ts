import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../deploy/tools.ts';
import { Api, ApiRefusal } from './api.ts';
import { describeLab, Namespace } from './lab.ts';
import { useOutside } from './stand-ins.ts';

const VolumesSchema = z.looseObject({
  items: z.array(
    z.looseObject({ spec: z.looseObject({ volumes: z.array(z.looseObject({ name: z.string() })).default([]) }) }),
  ),
});

describeLab('the service account of the chart', () => {
  const outside = useOutside();

  it('may do nothing, and no pod gets its token', async () => {
    const namespace = await Namespace.create('rights');
    await outside.giveCredentials(namespace, 'credentials');
    const values = outside.values('credentials');
    const chart = join(ROOT, 'deploy/helm/komodor-port');
    await namespace.must('helm4', ['install', 'komodor-port', chart, '--values', '-', '--wait'], values);

    const { items } = await namespace.get(VolumesSchema, 'pods');
    expect(items.flatMap(({ spec }) => spec.volumes.map(({ name }) => name))).not.toContainEqual(
      expect.stringContaining('token'),
    );
    expect(items.flatMap(({ spec }) => spec.volumes.map(({ name }) => name))).not.toContainEqual(
      expect.stringContaining('kube-api-access'),
    );

    const token = await namespace.must('kubectl', ['create', 'token', 'komodor-port', '--duration=10m']);
    const { url, authority } = inject('lab');
    const api = new Api({ url, authority, token: token.trim() });
    const paths = ['secrets', 'secrets/credentials', 'configmaps', 'pods', 'events', 'services'];
    const inNamespace = paths.map((path) => `/api/v1/namespaces/rights/${path}`);
    const others = [
      '/api/v1/secrets',
      '/api/v1/nodes',
      '/apis/apps/v1/deployments',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    ];
    for (const path of [...inNamespace, ...others]) {
      const answer = await api.get(path).catch((error: unknown) => error);
      expect(answer, path).toBeInstanceOf(ApiRefusal);
      expect(answer, path).toMatchObject({ status: 403 });
    }
    api.close();
  });
});
