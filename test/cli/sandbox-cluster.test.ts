import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { send } from '../sandbox/kubernetes/send.ts';
import { documentOf, runCli } from './run-cli.ts';

const PrintedSchema = z.object({
  kubernetes: z.string(),
  kubeconfig: z.string(),
  environment: z.looseObject({ KUBERNETES: z.string(), CLUSTER_NAME: z.string(), KOMODOR_BASE_URL: z.string() }),
});
const KubeconfigSchema = z.looseObject({
  users: z.tuple([z.looseObject({ user: z.looseObject({ token: z.string() }) })]),
});

it('starts a stand-in for a cluster with a kubeconfig that leads to it, and takes the file away at the end', async () => {
  let kubeconfig = '';
  const outcome = await runCli(
    [
      'sandbox',
      '--json',
      '--services',
      '9',
      '--pods',
      '20',
      '--kubernetes-port',
      '0',
      '--fault',
      'list-nodes -> 403',
      ...['--fault', 'list-services -> revoke once'],
    ],
    {
      async meanwhile(child) {
        const text = await new Promise<string>((resolve) => {
          let all = '';
          child.stdout?.on('data', (chunk: string) => {
            all += chunk;
            if (all.trimEnd().endsWith('}')) resolve(all);
          });
        });
        const printed = PrintedSchema.parse(JSON.parse(text));
        kubeconfig = printed.kubeconfig;
        expect(printed.environment).toMatchObject({ KUBERNETES: kubeconfig, CLUSTER_NAME: 'production-eu' });
        expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600);
        const { users } = KubeconfigSchema.parse(JSON.parse(await readFile(kubeconfig, 'utf8')));
        const access = { url: printed.kubernetes, token: users[0].user.token };
        expect(await send(access, { path: '/api/v1/pods?limit=1' })).toMatchObject({ status: 200 });
        expect(await send(access, { path: '/api/v1/nodes' })).toMatchObject({ status: 403 });
        expect(await send(access, { path: '/api/v1/services' })).toMatchObject({ status: 401 });
        const renewed = KubeconfigSchema.parse(JSON.parse(await readFile(kubeconfig, 'utf8'))).users[0].user.token;
        expect(await send({ ...access, token: renewed }, { path: '/api/v1/services' })).toMatchObject({ status: 200 });
        child.kill('SIGINT');
      },
    },
  );
  expect(outcome.code).toBe(0);
  expect(documentOf(outcome)).toHaveProperty('kubernetes');
  expect(existsSync(kubeconfig)).toBe(false);
});
