import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/queue/redis-server.ts';
import { ended, serviceSettings } from './page.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const EVERY_MS = 50;

export interface Liveness {
  readonly asked: number;
  readonly longestMs: number;
}

/** Asks the service all the time whether it is alive, while it makes its first run. */
export async function livenessInRun(environment: Readonly<Record<string, string>>): Promise<Liveness> {
  const address = `http://127.0.0.1:${await freePort()}`;
  const service = spawn(process.execPath, [CLI, 'start'], {
    env: { PATH: process.env.PATH ?? '', ...environment, HTTP_HOST: '127.0.0.1', ...serviceSettings(address) },
    stdio: 'ignore',
    cwd: '/',
  });
  let [asked, longestMs] = [0, 0];
  const timer = setInterval(() => {
    const startedAt = performance.now();
    const note = () => {
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    };
    // Until it listens there is nobody to answer.
    fetch(`${address}/health/live`).then(
      (answer) => {
        asked += 1;
        note();
        return answer.arrayBuffer();
      },
      () => (asked > 0 ? note() : undefined),
    );
  }, EVERY_MS);
  try {
    await ended(address, 1);
    return { asked, longestMs };
  } finally {
    clearInterval(timer);
    service.kill('SIGTERM');
    await once(service, 'exit');
  }
}
