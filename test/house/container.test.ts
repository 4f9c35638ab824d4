import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startStandIns } from '../../src/cli/stand-ins.ts';

const root = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
const read = (path: string): string => readFileSync(root(path), 'utf8');
const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
const SECRET = /KEY|SECRET|TOKEN|PASSWORD/;

describe('docker-compose.yml', () => {
  const service = z.object({
    command: z.array(z.string()).default([]),
    profiles: z.array(z.string()).default([]),
    read_only: z.boolean(),
    cap_drop: z.array(z.string()),
    security_opt: z.array(z.string()),
    user: z.string(),
    restart: z.string().optional(),
    stop_grace_period: z.string(),
    env_file: z.array(z.object({ path: z.string(), required: z.boolean() })).default([]),
    environment: z.record(z.string(), z.string()).default({}),
    ports: z.array(z.string()).default([]),
    volumes: z.array(z.string()).default([]),
    networks: z.array(z.string()).default([]),
    network_mode: z.string().optional(),
    healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }),
    depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  });
  const file = z.object({
    services: z.object({ 'komodor-port': service, redis: service, sandbox: service, demo: service, once: service }),
    networks: z.object({ queue: z.object({ internal: z.boolean() }) }),
    volumes: z.record(z.string(), z.unknown()),
  });
  const { services, networks, volumes } = file.parse(parse(read('docker-compose.yml'), { merge: true }));

  it.each(Object.entries(services))('%s is confined', (_name, { read_only, cap_drop, security_opt, user }) => {
    expect({ read_only, cap_drop, security_opt }).toEqual({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(user).toMatch(/^[1-9]\d*:\d+$/);
  });

  it('publishes on this machine only', () => {
    for (const { ports } of Object.values(services)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has a Redis that loses nothing, which only the service reaches', () => {
    const command = services.redis.command.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(services.redis.volumes).toEqual(['redis-data:/data']);
    expect(volumes).toHaveProperty('redis-data');
    expect(services.redis).toMatchObject({ ports: [], networks: ['queue'] });
    expect(networks.queue.internal).toBe(true);
    expect(services.redis.healthcheck.test).toEqual(['CMD', 'redis-cli', 'ping']);
  });

  it('starts the service without a profile and the rest with one', () => {
    const profiles = Object.entries(services).map(([name, { profiles }]) => [name, profiles]);
    expect(Object.fromEntries(profiles)).toEqual({
      'komodor-port': [],
      redis: [],
      sandbox: ['demo'],
      demo: ['demo'],
      once: ['once'],
    });
  });

  it('waits for a healthy Redis, asks whether the service is ready, and gives it time to stop', () => {
    for (const { depends_on, healthcheck, stop_grace_period } of [services['komodor-port'], services.demo]) {
      expect(depends_on.redis).toEqual({ condition: 'service_healthy' });
      expect(healthcheck.test?.slice(-2)).toEqual(['/app/scripts/image/health.mjs', 'ready']);
      expect(stop_grace_period).toBe('30s');
    }
    expect(services['komodor-port'].environment.REDIS_URL).toBe('redis://redis:6379/0');
    expect(services['komodor-port'].restart).toBe('unless-stopped');
  });

  it('does one resync without Redis in `once`', () => {
    expect(services.once).toMatchObject({
      environment: { EVENT_LISTENER: 'ONCE', REDIS_URL: '' },
      restart: 'no',
      depends_on: {},
    });
  });

  it('takes secrets from an optional .env, and holds none but those of the stand-ins', () => {
    for (const name of ['komodor-port', 'once'] as const) {
      expect(services[name].env_file).toEqual([{ path: '.env', required: false }]);
      expect(Object.keys(services[name].environment).filter((key) => SECRET.test(key))).toEqual([]);
    }
    expect(services.demo.env_file).toEqual([]);
  });

  it('sets nothing but settings that exist', () => {
    const known = new Set([...read('.env.example').matchAll(/^(?:# )?([A-Z0-9_]+)=/gm)].map(([, name]) => name));
    const used = Object.values(services).flatMap(({ environment }) => Object.keys(environment));
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  it('leads the demo to its stand-ins, with a queue of its own', async () => {
    const standIns = await startStandIns({
      ...{
        seed: 1,
        services: 1,
        risksPerService: 1,
        clusters: 1,
        latencyMs: 0,
        komodorPort: 0,
        portPort: 0,
        faults: [],
      },
    });
    await standIns.close();
    const { KOMODOR_API_KEY, PORT_CLIENT_ID, PORT_CLIENT_SECRET } = standIns.environment;
    const { demo, sandbox } = services;
    expect(demo.environment).toMatchObject({ KOMODOR_API_KEY, PORT_CLIENT_ID, PORT_CLIENT_SECRET });
    const flag = (name: string): string | undefined => sandbox.command[sandbox.command.indexOf(name) + 1];
    expect(demo.environment.KOMODOR_BASE_URL).toBe(`http://127.0.0.1:${flag('--komodor-port')}`);
    expect(demo.environment.PORT_BASE_URL).toBe(`http://127.0.0.1:${flag('--port-port')}`);
    expect(demo.network_mode).toBe('service:sandbox');
    expect(demo.environment.REDIS_URL).not.toBe(services['komodor-port'].environment.REDIS_URL);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const instructions = lines(text.replaceAll(/\\\n(?:\s*#.*\n)*/g, ' ')).map((line) => {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    return { name: name.toUpperCase(), value: rest.join(' ') };
  });
  const values = (name: string): string[] => instructions.filter((one) => one.name === name).map(({ value }) => value);
  const array = z.array(z.string());

  it('can be built without a frontend from a registry, and fetches nothing from addresses', () => {
    expect(text).not.toMatch(/^#\s*syntax=/m);
    expect(values('ADD')).toEqual([]);
    expect(text).not.toMatch(/https?:\/\/|curl|wget/);
  });

  it('names base images by version', () => {
    const images = values('ARG').filter((value) => /_IMAGE=/.test(value));
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/=docker\.io\/library\/[a-z]+:(?!latest)[\w.-]+$/);
    for (const base of values('FROM')) expect(base).toMatch(/^(--platform=\S+ )?\$\{(NODE|RUNTIME)_IMAGE\}/);
  });

  it('holds no secret in its arguments, environment and labels', () => {
    const names = [...values('ARG'), ...values('ENV'), ...values('LABEL')];
    expect(names.filter((value) => SECRET.test(value.toUpperCase()))).toEqual([]);
  });

  it('runs as a number that is not root, in group 0, under an init, by the exec form', () => {
    expect(values('USER')).toEqual(['1000:0']);
    const [entrypoint = '', command = ''] = [...values('ENTRYPOINT'), ...values('CMD')];
    expect(array.parse(JSON.parse(entrypoint))).toEqual([
      ...['/usr/bin/tini', '--', 'node', '--enable-source-maps', '/app/dist/cli.js'],
    ]);
    expect(array.parse(JSON.parse(command))).toEqual(['start']);
  });

  it('checks its health with a script that is in the image', () => {
    const [check = ''] = values('HEALTHCHECK');
    const command = array.parse(JSON.parse(check.slice(check.indexOf('CMD') + 3)));
    expect(command[0]).toBe('node');
    expect(existsSync(root(command[1]?.replace('/app/', '') ?? ''))).toBe(true);
  });

  it('copies only what exists and what .dockerignore lets in', () => {
    const [first, ...rest] = lines(read('.dockerignore'));
    expect(first).toBe('*');
    const allowed = rest.map((line) => line.replace(/^!/, ''));
    expect(rest.every((line) => line.startsWith('!'))).toBe(true);
    const sources = values('COPY')
      .filter((value) => !value.startsWith('--from='))
      .flatMap((value) => value.split(' ').slice(0, -1));
    const isLetIn = (source: string): boolean =>
      allowed.some((path) => path === source || path.startsWith(`${source}/`));
    expect(sources.filter((source) => !isLetIn(source))).toEqual([]);
    expect(allowed.filter((path) => !existsSync(root(path)))).toEqual([]);
    // The page tells from docs/errors.md what to do about a problem.
    const unneeded = /^(\.env|\.git|node_modules|dist|test|deploy|docs(?!\/errors\.md$))/;
    expect(allowed.filter((path) => unneeded.test(path))).toEqual([]);
  });
});

describe('scripts/image/health.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'health-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is content when the service answers, and says what it answered', async () => {
    await withService(
      (path) => (path === '/health/live' ? 200 : 503),
      async (port) => {
        expect(await ask(folder, { HTTP_PORT: port })).toEqual({ code: 0, output: '200 {"path":"/health/live"}\n' });
        expect(await ask(folder, { HTTP_PORT: port }, 'ready')).toEqual({
          code: 1,
          output: '503 {"path":"/health/ready"}\n',
        });
      },
    );
  });

  it('finds the port as the program does: our name, then the one of Ocean, in the environment or in .env', async () => {
    await withService(
      () => 200,
      async (port) => {
        expect((await ask(folder, { APPLICATION__PORT: port })).code).toBe(0);
        expect((await ask(folder, { HTTP_PORT: port, APPLICATION__PORT: '1', HTTP_HOST: '0.0.0.0' })).code).toBe(0);
        writeFileSync(join(folder, '.env'), `HTTP_PORT=${port}\n`);
        expect((await ask(folder, {})).code).toBe(0);
      },
    );
  });

  it('is not content when nobody answers', async () => {
    const answer = await ask(folder, { HTTP_PORT: '1' });
    expect(answer.code).toBe(1);
    expect(answer.output).toMatch(/^No answer: /);
  });
});

it.each(['build-and-test.sh', 'engine.sh', 'stand-ins.sh'])(
  'scripts/image/%s is a script that bash understands',
  (name) => {
    expect(spawnSync('bash', ['-n', root(`scripts/image/${name}`)]).stderr.toString()).toBe('');
  },
);

/** Runs the image's health check in a folder, with nothing but these variables. */
function ask(cwd: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [root('scripts/image/health.mjs'), ...args], { cwd, env }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout });
    });
  });
}

/** A service that answers its health checks with the given status. */
async function withService(status: (path: string) => number, use: (port: string) => Promise<void>): Promise<void> {
  const server = createServer(({ url = '' }, answer) => {
    answer.writeHead(status(url)).end(JSON.stringify({ path: url }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  try {
    await use(typeof address === 'object' && address !== null ? String(address.port) : '');
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
