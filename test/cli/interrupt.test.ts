import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFile } from '../lint/support.ts';
import { documentOf, runCli } from './run-cli.ts';

const PAGE = temporaryFile('page.html', '');

/** Accepts connections and never answers. */
let connected: () => void = () => undefined;
const silent = createServer((socket) => {
  socket.on('error', () => undefined);
  connected();
});
let url = '';

beforeAll(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const address = silent.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => void silent.close());

const ITEM = temporaryFile('item.json', '{"kind":"Deployment"}');

describe('Ctrl-C while both APIs are silent', () => {
  it.each([
    ['map', ITEM, '--kind', 'komodorService'],
    ['lint', '--samples', 'live'],
    ['explain', 'komodorService', 'x'],
    ['doctor'],
    ['plan'],
    ['resync'],
    ['resync', '--quiet'],
  ])(
    'ends %s with 130 within seconds, and one document',
    async (...args) => {
      const account = {
        KOMODOR_API_KEY: 'canary-key-of-komodor',
        PORT_CLIENT_ID: 'port-client',
        PORT_CLIENT_SECRET: 'port-secret',
      };
      const outcome = await runCli([...args, '--json'], {
        env: { ...account, KOMODOR_BASE_URL: url, PORT_BASE_URL: url, HTTP_PORT: '0', PUBLIC_URL: url },
        async meanwhile(child) {
          await new Promise<void>((resolve) => {
            connected = resolve;
          });
          child.kill('SIGINT');
        },
      });
      expect(outcome.stderr).not.toContain('This is a bug');
      expect(outcome.code, outcome.stderr).toBe(130);
      documentOf(outcome);
    },
    30_000,
  );
});

describe('Ctrl-C while a service is silent', () => {
  it.each([
    ['changes', 'latest'],
    ['report', 'latest', '--out', PAGE],
  ])('ends %s with 130 and one document, and is no bug', async (...args) => {
    const outcome = await runCli([...args, '--json'], {
      env: { PUBLIC_URL: url },
      async meanwhile(child) {
        await new Promise<void>((resolve) => {
          connected = resolve;
        });
        child.kill('SIGINT');
      },
    });
    expect(outcome.stderr).not.toContain('This is a bug');
    expect(outcome.code, outcome.stderr).toBe(130);
    expect(documentOf(outcome)).toMatchObject({ status: 'aborted', problems: [{ code: 'aborted' }] });
  });
});
