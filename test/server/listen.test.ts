import { get } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadOfflineSettings, SettingsError } from '../../src/config/settings.ts';
import { listen } from '../../src/server/server.ts';

function hostOf(text: string | undefined): string {
  const env = text === undefined ? {} : { HTTP_HOST: text };
  return loadOfflineSettings(env, { dotenvPath: '/dev/null' }).httpHost;
}

function application(): FastifyInstance {
  const app = Fastify();
  app.get('/', async () => 'here');
  onTestFinished(() => app.close());
  return app;
}

/** Whether somebody answers there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host, port, path: '/', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).once('error', () => resolve(false));
  });
}

const hasIpv6 = await (async () => {
  const app = Fastify();
  return app.listen({ host: '::1', port: 0 }).then(
    () => app.close().then(() => true),
    () => false,
  );
})();

describe('HTTP_HOST', () => {
  it.each([
    [undefined, true, true],
    ['0.0.0.0', true, true],
    ['::', true, true],
    ['[::]', true, true],
    ['*', true, true],
    ['0:0:0:0:0:0:0:0', true, true],
    ['127.0.0.1', true, false],
    ['::1', false, true],
    ['[::1]', false, true],
    ['::ffff:127.0.0.1', true, false],
    ['localhost', true, undefined],
  ])('%s', async (text, byIpv4, byIpv6) => {
    if (!hasIpv6 && !byIpv4) return;
    const port = await listen(application(), hostOf(text), 0);
    expect(await answers('127.0.0.1', port)).toBe(byIpv4);
    if (hasIpv6 && byIpv6 !== undefined) expect(await answers('::1', port)).toBe(byIpv6);
  });

  it.each([
    'http://0.0.0.0',
    '0.0.0.0:8000',
    '[::]:8000',
    'localhost:8000',
    '999.1.1.1',
    'a b',
    '[localhost]',
    '::g',
    '/x',
  ])('is not %s', (text) => expect(() => hostOf(text)).toThrow(SettingsError));

  it('is named when nobody can listen there', async () => {
    const port = await listen(application(), '127.0.0.1', 0);
    await expect(listen(application(), '127.0.0.1', port)).rejects.toThrow(`HTTP_PORT ${port}`);
    await expect(listen(application(), '203.0.113.7', 0)).rejects.toThrow('HTTP_HOST 203.0.113.7');
  });
});
