import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { freePort, withoutOwnRedis } from '../queue/redis-server.ts';
import { until } from '../service/caller.ts';
import { it } from '../service/stage.ts';
import { containerOf, envOf, find, podOf } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith } from './tools.ts';

/** With what would break an address, a shell, a list of arguments or a file of settings. */
const PASSWORDS = ['p@ss/w:o#r?d%40', `"x" 'y' \\ $(HOME) {z} ü+&=`];

const execProbe = z.looseObject({ exec: z.object({ command: z.array(z.string()) }) });

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describeWith(['helm4'], 'the Redis of the chart, run as the chart says,', () => {
  describe.skipIf(withoutOwnRedis !== undefined)('with a password of any characters', () => {
    it.for(PASSWORDS)('opens to the service and to its own probe: %s', async (password, { open }) => {
      const manifests = await template({ values: { redis: { enabled: true, auth: { existingSecret: 'redis' } } } });
      const container = containerOf(manifests, 'StatefulSet', 'komodor-port-redis');
      const [program = '', ...args] = container.args;
      const [client = '', errors = '', ...ping] = execProbe.parse(container.readinessProbe).exec.command;
      const folder = mkdtempSync(join(tmpdir(), 'chart-redis-'));
      const port = String(await freePort());
      const given = args.map((arg) => (arg === '/data' ? folder : arg.replace('$(REDISCLI_AUTH)', () => password)));
      const redis = spawn(program, [...given, '--port', port], { stdio: 'ignore' });
      try {
        const cli = (auth: string, ...words: readonly string[]) =>
          spawnSync(client, ['-p', port, errors, ...words], {
            env: { PATH: process.env.PATH ?? '', REDISCLI_AUTH: auth },
            encoding: 'utf8',
          });
        await until(() => cli(password, ...ping).stdout === 'PONG\n', 10_000);
        expect(cli('wrong', ...ping).status).not.toBe(0);
        expect(cli(password, 'config', 'get', '*').stdout).toMatch(/^maxmemory-policy\nnoeviction\n/m);
        expect(cli(password, 'config', 'get', 'appendonly').stdout).toBe('appendonly\nyes\n');

        const { REDIS_URL = '' } = envOf(containerOf(manifests));
        const stage = await open();
        const service = await stage.service({
          REDIS_URL: REDIS_URL.replace('komodor-port-redis:6379', `127.0.0.1:${port}`),
          REDIS_PASSWORD: password,
        });
        const [run] = await service.settled();
        expect(run?.status).toBe('completed');
        expect((await service.call('GET', '/health/ready')).status).toBe(200);
        await service.stop();
      } finally {
        await endOf(redis);
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

describeWith(['helm4'], 'helm test', () => {
  const probe = z.looseObject({ command: z.array(z.string()), args: z.array(z.string()) });

  it('succeeds against a service that works, and else says what it got', async ({ open }) => {
    const container = podOf(find(await template(), 'Pod'))?.spec.containers[0];
    const { command, args } = probe.parse(container);
    const [program, ...options] = command;
    expect(program).toBe('node');
    const stage = await open();
    const service = await stage.service();

    async function test(url: string) {
      const env = { SERVICE: url, ATTEMPTS: url === service.url ? '20' : '1' };
      const child = spawn(process.execPath, [...options, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code, output, errors };
    }
    expect(await test(service.url)).toEqual({
      code: 0,
      output: `right: ${service.url}/health/ready answered 200\nright: ${service.url}/metrics answered 200\n`,
      errors: '',
    });
    // The stand-in of Komodor answers, but is no komodor-port.
    const other = await test(new URL(stage.env.KOMODOR_BASE_URL ?? '').origin);
    expect(other).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^WRONG: \S+\/health\/ready answered 4\d\d\n/),
    });
    const nobody = await test(`http://127.0.0.1:${await freePort()}`);
    expect(nobody).toMatchObject({ code: 1, output: expect.stringMatching(/answered 0\n.*ECONNREFUSED/s) });
  });
});
