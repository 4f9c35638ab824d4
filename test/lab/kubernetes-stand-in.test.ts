import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { prepare } from '../sandbox/kubernetes/prepare.ts';
import { record, recordedText } from '../sandbox/kubernetes/recording.ts';
import { MAIL, SHOP } from '../sandbox/kubernetes/requests.ts';
import { installDefinitions, whyNoDefinitions } from './definitions.ts';
import { describeLab, mustOnCluster } from './lab.ts';

const RECORDED = fileURLToPath(new URL('../sandbox/kubernetes/recorded.jsonl', import.meta.url));
const KubeconfigSchema = z.looseObject({
  users: z.tuple([z.looseObject({ user: z.looseObject({ token: z.string() }) })]),
});

describeLab('the stand-in of the API of Kubernetes', () => {
  // The stand-in itself answers the same in test/sandbox/kubernetes.test.ts. With -u the answers are recorded anew.
  it.skipIf(whyNoDefinitions !== undefined)('was compared with answers that the real server still gives', async () => {
    const { url, authority, kubeconfig } = inject('lab');
    const { users } = KubeconfigSchema.parse(JSON.parse(await readFile(kubeconfig, 'utf8')));
    await installDefinitions();
    onTestFinished(async () => {
      await mustOnCluster('kubectl', ['delete', 'namespace', SHOP, MAIL, '--wait=false']);
    });
    const admin = { url, authority, token: users[0].user.token };
    const { objects, reader } = await prepare(admin);
    const answers = await record({ admin, reader });
    await expect(recordedText(objects, answers)).toMatchFileSnapshot(RECORDED);
  });
});
