import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startKubernetes } from '../../src/sandbox/kubernetes/start-kubernetes.ts';
import { readRecorded, record } from './kubernetes/recording.ts';
import { READER, READER_RULE, SHOP } from './kubernetes/requests.ts';

// What a real API server (1.36.3) answered; `K8S_LAB=1 npx vitest run test/lab/kubernetes-stand-in.test.ts -u` records it anew.
const RECORDED = new URL('kubernetes/recorded.jsonl', import.meta.url);

it('answers as the real API server did', async () => {
  const { objects, answers } = readRecorded(await readFile(RECORDED, 'utf8'));
  const admin = await startKubernetes({ objects, token: 'admin' });
  const reader = await startKubernetes({
    objects,
    token: 'reader',
    user: READER,
    rights: [{ ...READER_RULE, namespaces: [SHOP] }],
  });
  onTestFinished(async () => {
    await Promise.all([admin.close(), reader.close()]);
  });
  const own = await record({
    admin: { url: admin.baseUrl, token: admin.token },
    reader: { url: reader.baseUrl, token: reader.token },
  });
  expect(own.length).toBe(answers.length);
  const differing = own.flatMap((answer, at) => {
    const real = answers[at];
    return JSON.stringify(answer) === JSON.stringify(real) ? [] : [{ request: answer.request, own: answer, real }];
  });
  expect(differing.map((one) => one.own)).toEqual(differing.map((one) => one.real));
});
