import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { documentOf, runCli } from '../cli/run-cli.ts';
import { withoutOwnRedis } from '../queue/redis-server.ts';
import { until } from './caller.ts';
import { type Env, IDENTIFIER, it, type RunningService, type Stage } from './stage.ts';

const SHIPPED = readFileSync(new URL('../../mappings/komodor.yaml', import.meta.url), 'utf8');
const UPPER = SHIPPED.replace('title: .service', 'title: .service | ascii_upcase');
const SERVICE = { kind: 'Deployment', cluster: 'prod', namespace: 'shop', service: 'my cart', status: 'odd' };
/** A resync that Port asks for does not come in between. */
const QUIET = { EVENT_LISTENER: 'WEBHOOKS_ONLY' };

async function json(answer: Promise<{ readonly status: number; readonly text: string }>) {
  const { status, text } = await answer;
  return { status, body: JSON.parse(text) };
}

/** A service after one resync. */
async function ready(stage: Stage, env: Env = {}): Promise<RunningService> {
  const service = await stage.service({ ...QUIET, ...env });
  await service.ended((await service.request()).runId);
  return service;
}

function configOf(stage: Stage) {
  return stage.store.integrations.get(IDENTIFIER)?.config;
}

describe.concurrent('the routes for mappings', () => {
  it('map items as the command does', async ({ open }) => {
    const stage = await open();
    const service = await ready(stage);
    const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
    const file = join(folder, 'upper.yaml');
    writeFileSync(file, UPPER);
    const big = '{"kind":"Deployment","cluster":"c","namespace":"n","service":"s","labels":{"n":9007199254740993}}';
    const items = `[${JSON.stringify(SERVICE)},{"service":5},${big}]`;
    const commands = { default: [], given: ['--mapping', file] };
    for (const [name, args] of Object.entries(commands)) {
      const command = await runCli(['map', '--kind', 'komodorService', '--json', ...args], {
        env: stage.env,
        meanwhile: async (child) => void child.stdin?.end(items),
      });
      const given = name === 'given' ? `,"mapping":${JSON.stringify(UPPER)}` : '';
      const route = await service.call('POST', '/v1/map', `{"kind":"komodorService","items":${items}${given}}`);
      expect(route.status, route.text).toBe(200);
      const document = documentOf(command);
      expect(document.items).toHaveLength(3);
      expect(command.code).toBe(2);
      expect(JSON.parse(route.text).items).toEqual(document.items);
      if (name === 'default') expect(JSON.parse(route.text)).toEqual(document);
    }
    rmSync(folder, { recursive: true });
  });

  it('take a mapping as an object, and refuse what is no mapping, no kind or too much', async ({ open }) => {
    const service = await ready(await open());
    const mapping = {
      resources: [
        {
          kind: 'komodorService',
          selector: { query: 'true' },
          port: { entity: { mappings: { identifier: 'env.HOME', blueprint: '"x"' } } },
        },
      ],
    };
    const items = [SERVICE];
    const map = (body: object) => json(service.call('POST', '/v1/map', { kind: 'komodorService', items, ...body }));
    // The environment is not to be read.
    expect((await map({ mapping })).body.items[0].rows[0]).toMatchObject({ result: 'rejected' });
    const wrong = [
      { mapping: 'resources: [' },
      { mapping: { nothing: true } },
      { mapping: 5 },
      { mapping: 'a'.repeat(200_000) },
      { kind: 'komodorServise' },
      { items: Array.from({ length: 201 }, () => 1) },
      { items: 5 },
    ];
    for (const body of wrong) {
      const answer = await map(body);
      expect([answer.status, answer.body.code], JSON.stringify(body).slice(0, 80)).toEqual([400, 'invalid_request']);
      expect(answer.body.errors.length).toBeGreaterThan(0);
    }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => service.call('POST', '/v1/map', { kind: 'komodorService', items })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('write a mapping to Port only after a plan of exactly it', async ({ open }) => {
    const stage = await open();
    const service = await ready(stage);
    const before = await json(service.call('GET', '/v1/mapping'));
    expect(before).toMatchObject({ status: 200, body: { source: 'port', origin: `Port's integration ${IDENTIFIER}` } });
    const put = (body: object) => json(service.call('PUT', '/v1/mapping', body));

    const { runId } = await service.request({ mode: 'plan', mapping: UPPER });
    const plan = await service.ended(runId);
    expect(plan).toMatchObject({ mode: 'plan', status: 'completed', mapping: { replaces: before.body.digest } });
    expect(plan.changes?.length).toBe(30);
    expect(plan.setup?.map(({ what }) => what)).toEqual(['mapping']);
    expect(JSON.stringify(configOf(stage))).not.toContain('ascii_upcase');

    const plain = await service.request({ mode: 'plan' });
    await service.ended(plain.runId);
    expect(await put({ mapping: SHIPPED, plan: runId })).toMatchObject({ status: 409, body: { code: 'plan_unfit' } });
    expect(await put({ mapping: UPPER, plan: plain.runId })).toMatchObject({
      status: 409,
      body: { code: 'plan_unfit' },
    });
    expect(await put({ mapping: UPPER, plan: 'no-such-run' })).toMatchObject({ status: 404 });
    expect(await put({ mapping: 'resources: [', plan: runId })).toMatchObject({ status: 400 });
    expect(JSON.stringify(configOf(stage))).not.toContain('ascii_upcase');

    const written = await put({ mapping: UPPER, plan: plan.mapping?.plan });
    expect(written).toEqual({ status: 200, body: { digest: plan.mapping?.digest } });
    expect(JSON.stringify(configOf(stage))).toContain('ascii_upcase');
    expect(await json(service.call('GET', '/v1/mapping'))).toMatchObject({ body: { digest: plan.mapping?.digest } });
    // What Port holds is another one than the plan saw.
    expect(await put({ mapping: UPPER, plan: runId })).toMatchObject({
      status: 409,
      body: { code: 'mapping_changed' },
    });

    const resync = await service.ended((await service.request()).runId);
    expect(resync.blueprints).toContainEqual(expect.objectContaining({ blueprint: 'komodorService', updated: 30 }));
  });

  it('refuse to write what the files hold', async ({ open }) => {
    const service = await ready(await open(), { MAPPING_SOURCE: 'file' });
    const { runId } = await service.request({ mode: 'plan', mapping: UPPER });
    await service.ended(runId);
    const answer = await json(service.call('PUT', '/v1/mapping', { mapping: UPPER, plan: runId }));
    expect(answer).toMatchObject({ status: 409, body: { code: 'mapping_in_files' } });
    expect(await json(service.call('GET', '/v1/mapping'))).toMatchObject({ body: { source: 'file' } });
  });

  it('take a mapping for a plan only, and need the token', async ({ open }) => {
    const service = await ready(await open());
    const refused = await json(service.call('POST', '/v1/runs', { mapping: UPPER }));
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: '/mapping' }] } });
    expect(refused.body.errors[0].message).toContain('plan');
    const unreadable = await json(service.call('POST', '/v1/runs', { mode: 'plan', mapping: 'resources: [' }));
    expect(unreadable).toMatchObject({ status: 400, body: { errors: [{ path: '/mapping' }] } });
    for (const [method, path] of [
      ['POST', '/v1/map'],
      ['PUT', '/v1/mapping'],
      ['GET', '/v1/mapping'],
    ] as const) {
      expect((await fetch(`${service.url}${path}`, { method })).status).toBe(401);
    }
  });
});

describe.concurrent('plan --mapping', () => {
  it('plans as if Port held the mapping, and says so', async ({ open }) => {
    const stage = await open();
    await ready(stage);
    const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
    const file = join(folder, 'upper.yaml');
    writeFileSync(file, UPPER);
    const env = { ...stage.env, COLUMNS: '200' };
    const outcome = await runCli(['plan', '--mapping', file], { env });
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout).toContain(`As if Port held the mapping ${file}`);
    expect(outcome.stdout).toContain('30 to update');
    expect(outcome.stdout).toMatch(/^ {2}\+.*ascii_upcase/m);
    const document = documentOf(await runCli(['plan', '--mapping', file, '--json'], { env }));
    expect(document.mapping).toMatchObject({ origin: file });
    expect(JSON.stringify(configOf(stage))).not.toContain('ascii_upcase');

    writeFileSync(file, 'resources: [');
    const refused = await runCli(['plan', '--mapping', file], { env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${file}:1`);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(withoutOwnRedis !== undefined)('a plan with a mapping on Redis', () => {
  it('is made with that mapping', async ({ open }) => {
    const stage = await open();
    const redis = await stage.redis();
    await redis.start();
    const service = await ready(stage, { REDIS_URL: redis.url });
    const { runId, joined } = await service.request({ mode: 'plan', mapping: UPPER });
    expect(joined).toBe(false);
    const plan = await service.ended(runId);
    expect(plan.changes?.length).toBe(30);
    expect(plan.mapping?.origin).toBe('the given mapping');
    await until(async () => (await service.runs()).length === 2);
  });
});
