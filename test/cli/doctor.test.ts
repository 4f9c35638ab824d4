import { describe, expect } from 'vitest';
import { it } from '../resync/harness.ts';
import { documentOf, runCli } from './run-cli.ts';

const BASE = { REDIS_URL: '', HTTP_HOST: '127.0.0.1', HTTP_PORT: '0' };

describe.concurrent('doctor', () => {
  it('ends with 0 where nothing failed, with a sign and a word for each check', async ({ start }) => {
    const harness = await start({ services: 2 });
    const { code, stdout, stderr } = await runCli(['doctor'], { env: { ...harness.env, ...BASE } });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^✓ ok +komodor-key +Komodor takes KOMODOR_API_KEY$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^All \d+ checks are well\.$/);
    expect(harness.portWrites()).toEqual([]);
  });

  it('ends with 2 where something failed, and says on the next line what to do', async ({ start }) => {
    const harness = await start({ services: 2 });
    const env = { ...harness.env, ...BASE, KOMODOR_API_KEY: 'canary-wrong-key' };
    const { code, stdout } = await runCli(['doctor'], { env });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^✗ failed +komodor-key .+\n +→ Check that the key is right/m);
    expect(stdout).toMatch(/^! warning +kind:komodorService +not checked/m);
    expect(stdout).toMatch(/^\d+ checks: 1 failed, 2 warnings, \d+ ok\.$/m);
  });

  it('ends with 1 where the settings cannot be used, with a document all the same', async () => {
    const outcome = await runCli(['doctor', '--json'], { env: { ...BASE, HTTP_PORT: 'eighty' } });
    expect(outcome.code).toBe(1);
    expect(documentOf(outcome).checks).toEqual([
      {
        name: 'settings',
        status: 'failed',
        detail: 'HTTP_PORT must be a whole number from 0 to 65535',
        advice: expect.stringContaining('docs/configuration.md'),
      },
    ]);
  });
});
