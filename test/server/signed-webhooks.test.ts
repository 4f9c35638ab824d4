import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { API_TOKEN, CLIENT_SECRET, startServer, WEBHOOK_SECRET } from './support.ts';

const MINUTE = 60_000;
const OURS = { action: 'RESYNC', context: { integrationId: 'my-komodor-integration' } };

function portRequest(options: { body?: unknown; text?: string; at?: string; secret?: string; headers?: object } = {}) {
  const payload = options.text ?? JSON.stringify(options.body ?? OURS);
  const at = options.at ?? String(Date.now());
  const signature = createHmac('sha256', options.secret ?? CLIENT_SECRET)
    .update(`${at}.${payload}`)
    .digest('base64');
  const headers = {
    'content-type': 'application/json',
    'x-port-timestamp': at,
    'x-port-signature': `v1,${signature}`,
    ...options.headers,
  };
  return { method: 'POST', url: '/resync', payload, headers } as const;
}

describe("Port's changelog webhook on POST /resync", () => {
  it('asks for a run that begins after it, without the API token', async () => {
    const { app, runs } = await startServer();
    const first = await app.inject(portRequest());
    expect(first.statusCode).toBe(202);
    const second = (await app.inject(portRequest({ text: JSON.stringify(OURS, null, 2) }))).json();
    expect(second.runId).not.toBe(first.json().runId);
    expect(runs[0]?.order).toEqual({ mode: 'resync', trigger: 'port', kinds: [], approveDeletions: [] });
  });

  it.each([
    ['a timestamp in seconds', { at: String(Math.floor(Date.now() / 1000)) }],
    ['a clock that is a little off', { at: String(Date.now() + 4 * MINUTE) }],
    [
      'an edited mapping',
      {
        body: {
          diff: { after: { identifier: 'my-komodor-integration', updatedAt: 'b', resyncState: { updatedAt: 'a' } } },
        },
      },
    ],
  ])('takes %s', async (_name, options) => {
    const { app, runs } = await startServer();
    expect((await app.inject(portRequest(options))).statusCode).toBe(202);
    expect(runs).toHaveLength(1);
  });

  it.each([
    ['another secret', { secret: 'wrong' }, 'signature_invalid'],
    ['an empty signature', { headers: { 'x-port-signature': '' } }, 'signature_invalid'],
    ['a signature without its version', { headers: { 'x-port-signature': 'abc' } }, 'signature_invalid'],
    [
      'another time than the signed one',
      { headers: { 'x-port-timestamp': String(Date.now() - 1) } },
      'signature_invalid',
    ],
    ['no timestamp', { headers: { 'x-port-timestamp': '' } }, 'signature_invalid'],
    ['a timestamp that is no number', { at: 'now' }, 'signature_invalid'],
    ['an old one', { at: String(Date.now() - 6 * MINUTE) }, 'signature_expired'],
    ['one from the future', { at: String(Date.now() + 6 * MINUTE) }, 'signature_expired'],
    ['an unsigned body that is no JSON', { text: '{', secret: 'wrong' }, 'signature_invalid'],
  ])('refuses %s with 401', async (_name, options, code) => {
    const { app, runs } = await startServer();
    const answer = await app.inject(portRequest(options));
    expect([answer.statusCode, answer.json().code]).toEqual([401, code]);
    expect(runs).toHaveLength(0);
  });

  it('refuses a body that was altered, even in its white space', async () => {
    const { app, runs } = await startServer();
    const request = portRequest();
    expect((await app.inject({ ...request, payload: `${request.payload} ` })).json().code).toBe('signature_invalid');
    expect(runs).toHaveLength(0);
  });

  it('refuses a replay', async () => {
    const { app, queue } = await startServer();
    const request = portRequest();
    expect((await app.inject(request)).statusCode).toBe(202);
    expect((await app.inject(request)).json().code).toBe('signature_replayed');
    expect((await queue.counts()).runsWaiting).toBe(0);
  });

  it('is answered with 503 while the queue is away', async () => {
    const { app, queue } = await startServer();
    await queue.close();
    expect((await app.inject(portRequest())).json().code).toBe('queue_unavailable');
  });

  it.each([
    ['another integration', { context: { integrationId: 'somebody-else' } }],
    ['a blueprint', { action: 'CREATE', resourceType: 'blueprint', context: {}, diff: { after: { identifier: 'x' } } }],
    ['a deletion', { action: 'DELETE', diff: { before: { identifier: 'my-komodor-integration' }, after: null } }],
    [
      'the state that we reported',
      { diff: { after: { identifier: 'my-komodor-integration', updatedAt: 'a', resyncState: { updatedAt: 'a' } } } },
    ],
    ['nothing', []],
  ])('ignores %s', async (_name, body) => {
    const { app, runs } = await startServer();
    const answer = await app.inject(portRequest({ body }));
    expect([answer.statusCode, answer.json().status]).toEqual([202, 'ignored']);
    expect(runs).toHaveLength(0);
  });

  it('refuses a signed body that is no JSON or too large', async () => {
    const { app } = await startServer();
    expect((await app.inject(portRequest({ text: '{' }))).json().code).toBe('malformed_json');
    expect((await app.inject(portRequest({ text: `"${'x'.repeat(1_048_576)}"` }))).json().code).toBe('body_too_large');
  });
});

const COMMIT = '4f0c2a9d1e7b8c6a5f4e3d2c1b0a998877665544';
const SUCCEEDED = {
  involvedObject: { kind: 'Kustomization', namespace: 'flux-system', name: 'komodor-port-app' },
  metadata: { revision: `main@sha1:${COMMIT}` },
  severity: 'info',
  reason: 'ReconciliationSucceeded',
};
const UPGRADED = {
  involvedObject: { kind: 'HelmRelease', namespace: 'komodor-port', name: 'komodor-port' },
  metadata: { revision: `0.1.0+${COMMIT.slice(0, 12)}` },
  severity: 'info',
  reason: 'UpgradeSucceeded',
};

function fluxRequest(options: { body?: unknown; algorithm?: string; secret?: string; signature?: string } = {}) {
  const { algorithm = 'sha256', secret = WEBHOOK_SECRET } = options;
  const payload = JSON.stringify(options.body ?? { ...SUCCEEDED, timestamp: new Date().toISOString() });
  const hex = createHmac(algorithm, secret).update(payload).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-signature': options.signature ?? `${algorithm}=${hex}` };
  return { method: 'POST', url: '/integration/webhook/flux', payload, headers } as const;
}

describe('POST /integration/webhook/flux', () => {
  it.each(['sha224', 'sha256', 'sha384', 'sha512'])('takes %s', async (algorithm) => {
    const { app, runs } = await startServer();
    const answer = await app.inject(fluxRequest({ algorithm }));
    expect(answer.statusCode).toBe(202);
    expect(answer.json().runId).toBe(runs[0]?.runId);
    expect(runs[0]?.order.trigger).toBe('webhook');
  });

  it.each([
    ['another secret', { secret: 'wrong' }],
    ['no signature', { signature: '' }],
    ['an unknown algorithm', { algorithm: 'md5' }],
    ['a signature without algorithm', { signature: 'abcdef' }],
    ['an empty digest', { signature: 'sha256=' }],
  ])('refuses %s with 401', async (_name, options) => {
    const { app, runs } = await startServer();
    const answer = await app.inject(fluxRequest(options));
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'signature_invalid']);
    expect(runs).toHaveLength(0);
  });

  it.each([
    ['a failed reconciliation', { ...SUCCEEDED, reason: 'HealthCheckFailed' }],
    ['an event without reason', {}],
    ['an old event', { ...SUCCEEDED, timestamp: '2020-01-01T00:00:00Z' }],
  ])('ignores %s', async (_name, body) => {
    const { app, runs } = await startServer();
    const answer = await app.inject(fluxRequest({ body }));
    expect([answer.statusCode, answer.json().status]).toEqual([202, 'ignored']);
    expect(runs).toHaveLength(0);
  });

  it.each([
    ['the reconciliation of a Kustomization', SUCCEEDED, 'Kustomization/flux-system/komodor-port-app'],
    ['the upgrade of a HelmRelease', UPGRADED, 'HelmRelease/komodor-port/komodor-port'],
    [
      'the installation of a HelmRelease',
      { ...UPGRADED, reason: 'InstallSucceeded' },
      'HelmRelease/komodor-port/komodor-port',
    ],
  ])('keeps with the run which revision asked for it: %s', async (_name, body, object) => {
    const { app, queue } = await startServer();
    const { runId } = (await app.inject(fluxRequest({ body }))).json();
    const { metadata, reason } = body;
    const causes = [{ source: 'flux', object, revision: metadata.revision, reason }];
    expect((await queue.find(runId))?.order.causes).toEqual(causes);
    const headers = { authorization: `Bearer ${API_TOKEN}` };
    expect((await app.inject({ url: `/v1/runs/${runId}`, headers })).json().causes).toEqual(causes);
    expect((await app.inject({ url: '/v1/runs', headers })).json().runs[0].causes).toEqual(causes);
  });

  const elsewhere = { ...SUCCEEDED.involvedObject, name: 'komodor-port-crds' };
  const digest = 'c0ffee5ba5eba11f00d5c0ffee5ba5eba11f00d5c0ffee5ba5eba11f00d51234';
  it.each<[string, readonly object[], number]>([
    ['an event that is sent twice', [SUCCEEDED, SUCCEEDED], 1],
    ['twice at other times', [SUCCEEDED, { ...SUCCEEDED, timestamp: new Date(Date.now() - 1_000).toISOString() }], 1],
    ['all events of a commit', [{ ...SUCCEEDED, involvedObject: elsewhere }, UPGRADED, SUCCEEDED, UPGRADED], 1],
    [
      'an OCI artifact and its chart',
      [
        { ...SUCCEEDED, metadata: { revision: `latest@sha256:${digest}` } },
        { ...UPGRADED, metadata: { revision: `1.2.3+${digest.slice(0, 12)}` } },
      ],
      1,
    ],
    [
      'the revision as the first versions of Flux 2 wrote it',
      [{ ...SUCCEEDED, metadata: { 'kustomize.toolkit.fluxcd.io/revision': `main/${COMMIT}` } }],
      1,
    ],
    ['two commits', [SUCCEEDED, { ...SUCCEEDED, metadata: { revision: `main@sha1:${'b'.repeat(40)}` } }], 2],
    [
      'two upgrades with one version of a chart',
      [
        { ...UPGRADED, metadata: { revision: '1.2.3' }, message: 'Helm upgrade succeeded for release a/b.v2' },
        { ...UPGRADED, metadata: { revision: '1.2.3' }, message: 'Helm upgrade succeeded for release a/b.v3' },
      ],
      2,
    ],
    [
      'events without a revision',
      [{ reason: 'ReconciliationSucceeded', message: 'a' }, { reason: 'UpgradeSucceeded' }],
      2,
    ],
  ])('asks for one resync for each commit: %s', async (_name, bodies, expected) => {
    const { app, queue } = await startServer();
    const answers = [];
    for (const body of bodies) {
      const timestamp = new Date().toISOString();
      answers.push((await app.inject(fluxRequest({ body: { timestamp, ...body } }))).json());
    }
    expect(answers.filter(({ runId }) => runId !== undefined)).toHaveLength(expected);
    expect(answers.filter(({ status }) => status === 'ignored')).toHaveLength(bodies.length - expected);
    // One is running, and at most one waits.
    expect((await queue.list(10)).length).toBe(Math.min(expected, 2));
  });
});
