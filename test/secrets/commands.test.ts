import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { type Outcome, runCli } from '../cli/run-cli.ts';
import { echoed } from './canaries.ts';
import { it, type Scene, SECRETS } from './scene.ts';

const REFUSALS = [
  { place: '/services/search', status: 400, as: 'komodor' },
  { place: '/health/risks', status: 403, as: 'komodor' },
  { place: '/auth/access_token', status: 401, as: 'json' },
  { place: '/blueprints/', status: 422, as: 'json' },
  { place: '/entities', status: 422, as: 'json' },
  { place: '/integration', status: 302, as: 'text' },
] as const;
const { komodorKey, clientSecret, proxyPassword } = SECRETS;

describe('the commands, with secrets in every setting and both APIs saying back what they were told,', () => {
  it('tell none: resync and plan, as text and as JSON, with a plan file', async ({ scene }) => {
    const file = join(scene.folder, 'plan.json');
    const env = { ...scene.env, LOG_FORMAT: 'pretty', MAX_RATE_LIMIT_WAIT_SECONDS: '1' };
    const codes: unknown[] = [];
    for (const [index, { place, status, as }] of REFUSALS.entries()) {
      scene.mirror.echo(place, status, as);
      const json = index % 2 === 0 ? ['--json'] : [];
      const command = index % 3 === 0 ? ['plan', '--out', file] : ['resync'];
      codes.push((await checked(scene, runCli([...command, ...json], { env }))).code);
      scene.mirror.forget();
    }
    expect(codes).not.toContain(null);
    expect(codes).toContain(1);
    await checked(scene, runCli(['plan', '--out', file], { env }));
    scene.expectClean('plan file', readFileSync(file, 'utf8'));
    scene.expectSentClean();
  });

  it('tell none: start with ONCE, validate, demo, mistakes', async ({ scene }) => {
    const { env } = scene;
    scene.mirror.echo('/health/risks', 400, 'komodor');
    await checked(scene, runCli(['start'], { env: { ...env, EVENT_LISTENER: 'ONCE' } }));
    await checked(scene, runCli(['validate', '--json'], { env }));
    await checked(scene, runCli(['demo', '--once', '--services', '20', '--json'], { env }));
    await checked(scene, runCli(['resync', '--kind', komodorKey.value], { env }));
    await checked(scene, runCli(['resync', '--approve-deletions', clientSecret.value, '--json'], { env }));
  });

  it('tell none when addresses have credentials in them', async ({ scene }) => {
    for (const name of ['KOMODOR_BASE_URL', 'PORT_BASE_URL', 'PUBLIC_URL']) {
      const address = `http://user:${encodeURIComponent(komodorKey.value)}@127.0.0.1:1/x`;
      const outcome = await checked(scene, runCli(['resync', '--json'], { env: { ...scene.env, [name]: address } }));
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toContain(name);
    }
  });

  it('tell none when a proxy refuses a tunnel and says back who asked', async ({ scene }) => {
    const env = { ...scene.env, KOMODOR_BASE_URL: 'https://127.0.0.1:1', PORT_BASE_URL: 'https://127.0.0.1:1' };
    const outcome = await checked(scene, runCli(['resync', '--json'], { env }));
    expect(outcome.code).toBe(1);
    expect(scene.mirror.tunnels.join('\n')).toContain('proxy-authorization');
  });

  it('tell none that stands in a .env file or in a setting that is JSON, also when they crash', async ({ scene }) => {
    const { KOMODOR_API_KEY = '', PORT_CLIENT_ID: clientId, PORT_CLIENT_SECRET: secret, ...env } = scene.env;
    const OCEAN__PORT = JSON.stringify({ clientId, clientSecret: secret });
    scene.komodor.faults.add('services -> hang');
    const outcome = await checked(
      scene,
      runCli(['resync'], {
        env: { ...env, OCEAN__PORT, NODE_OPTIONS: `--import=${scene.crashModule}` },
        dotenv: { KOMODOR_API_KEY },
        async meanwhile(child) {
          while (!scene.komodor.log.some(({ route }) => route === 'services')) await sleep(50);
          child.kill('SIGUSR2');
        },
      }),
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('It failed with');
  });

  it('give none to a mapping that may read the environment', async ({ scene }) => {
    const path = join(scene.folder, 'mapping.yaml');
    writeFileSync(path, MAPPING_THAT_LOOKS_AROUND);
    const own = { MAPPING_PATH: path, MAPPING_SOURCE: 'file', HARMLESS: 'a harmless value' };
    for (const allowed of ['false', 'true']) {
      const env = { ...scene.env, ...own, ALLOW_ENV_IN_MAPPING: allowed };
      await checked(scene, runCli(['resync', '--json'], { env }));
      const [entity] = scene.port.store.entitiesOf('komodorService');
      // Port itself says in its own fields who has written.
      const text = JSON.stringify({ title: entity?.title, properties: entity?.properties });
      scene.expectClean('an entity', text);
      expect(text.includes('a harmless value')).toBe(allowed === 'true');
    }
  });

  it('leave a secret in the catalog that Komodor itself shows there, and in a plan, and nowhere else', async ({
    scene,
  }) => {
    const [service] = scene.world.services;
    if (service === undefined) throw new Error('An empty world');
    const { env, world } = scene;
    world.services[0] = { ...service, labels: { pasted: komodorKey.value } };
    await checked(scene, runCli(['resync', '--json'], { env }));
    const kept = scene.port.store.entitiesOf('komodorService').map(({ properties }) => properties.labels);
    expect(kept).toContainEqual({ pasted: komodorKey.value });

    world.services[0] = { ...service, labels: { pasted: `${komodorKey.value}, and more` } };
    const plan = await runCli(['plan', '--json'], { env, tells: ['KOMODOR_API_KEY'] });
    scene.expectClean('log of the plan', plan.stderr);
    const { changes, ...report } = JSON.parse(plan.stdout);
    scene.expectClean('report of the plan', JSON.stringify(report));
    expect(JSON.stringify(changes)).toContain(JSON.stringify(komodorKey.value).slice(1, -1));
  });
});

const MAPPING_THAT_LOOKS_AROUND = `
resources:
  - kind: komodorService
    selector: { query: 'true' }
    port:
      entity:
        mappings:
          identifier: '[.kind, .cluster, .namespace, .service] | join("-")'
          title: '[$ENV[]] | join(" ")'
          blueprint: '"komodorService"'
          properties:
            labels: '{ all: env, name: (env | keys | join(" ")), file: (try input_filename catch "none") }'
            service_name: '.service + (env.KOMODOR_API_KEY // "") + ($ENV.PORT_CLIENT_SECRET // "")'
            status: 'error("\\(env) \\($ENV)")'
`;

async function checked(scene: Scene, running: Promise<Outcome>): Promise<Outcome> {
  const outcome = await running;
  scene.expectClean('output', `${outcome.stdout}\n${outcome.stderr}`);
  expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(echoed([proxyPassword]));
  return outcome;
}
