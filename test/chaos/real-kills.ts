import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type KomodorSandbox, startKomodor } from '../../src/sandbox/komodor/start-komodor.ts';
import { type PortSandbox, startPort } from '../../src/sandbox/port/server.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { createWorld } from '../../src/sandbox/world/create-world.ts';
import { expectedWorld } from './expected.ts';
import { CREDENTIALS, IDENTIFIER } from './incarnation.ts';
import { checkDeletions, checkEqual, checkOthers, type Violation } from './oracle.ts';
import { CALM_SPELL, Schedule } from './schedule.ts';
import { SHIPPED } from './variant.ts';
import { Watch } from './watch.ts';
import { changeSource } from './world-changes.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** Real milliseconds that a resync takes here at most. */
const LIMIT_MS = 60_000;

/**
 * Kills real processes of the built program with SIGKILL, each at some request of its resync, all against the same
 * stand-ins; then lets one run to its end.
 * @returns what is wrong then, or was on the way
 */
export async function killReally(kills: number, seed: number): Promise<readonly Violation[]> {
  if (!existsSync(CLI)) return [{ rule: 5, what: `${CLI} is not there to be killed: npm run build` }];
  const random = createRandom(seed, 'real kills');
  const world = createWorld({ seed, services: 40, clusters: 3 });
  const schedule = new Schedule(seed, Date.now);
  const { apiKey, clientId, clientSecret } = CREDENTIALS;
  const komodor = await startKomodor({ world, apiKey, schedule: schedule.for('komodor') });
  const port = await startPort({ clientId, clientSecret, schedule: schedule.for('port') });
  const violations: Violation[] = [];
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const watch = new Watch(port.store, world, SHIPPED);
      const at = random.int(1, 30);
      await resync(komodor, port, schedule, { killAt: at });
      watch.end();
      const found = [...checkDeletions(watch), ...checkOthers(port.store, watch, SHIPPED)];
      violations.push(...found.map(({ rule, what }) => ({ rule, what: `killed at request ${at}: ${what}` })));
      for (let change = 0; change < 3; change += 1) changeSource(world, random);
    }
    const digest = await resync(komodor, port, schedule, {});
    if (digest.length > 0) await resync(komodor, port, schedule, { approve: digest });
    violations.push(...checkEqual(port.store, expectedWorld(world, SHIPPED), SHIPPED));
  } finally {
    await Promise.all([komodor.close(), port.close()]);
  }
  return violations;
}

/** One resync in a process of its own. @returns the digests that it asks to have approved */
async function resync(
  komodor: KomodorSandbox,
  port: PortSandbox,
  schedule: Schedule,
  { killAt, approve = [] }: { readonly killAt?: number; readonly approve?: readonly string[] },
): Promise<readonly string[]> {
  const approvals = approve.flatMap((digest) => ['--approve-deletions', digest]);
  const child = spawn(process.execPath, [CLI, 'resync', '--json', ...approvals], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      KOMODOR_BASE_URL: komodor.apiUrl,
      KOMODOR_API_KEY: CREDENTIALS.apiKey,
      PORT_BASE_URL: port.url,
      PORT_CLIENT_ID: CREDENTIALS.clientId,
      PORT_CLIENT_SECRET: CREDENTIALS.clientSecret,
      INTEGRATION_IDENTIFIER: IDENTIFIER,
      MAPPING_PATH: fileURLToPath(new URL('../../mappings', import.meta.url)),
      BLUEPRINTS_PATH: fileURLToPath(new URL('../../blueprints', import.meta.url)),
    },
  });
  schedule.begin({ ...CALM_SPELL, number: 0 });
  schedule.intercept = () => {
    if (schedule.counts.komodor + schedule.counts.port === killAt) child.kill('SIGKILL');
    return undefined;
  };
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  schedule.intercept = () => undefined;
  return [...output.matchAll(/"reason":\s*"(?:threshold|emptied)"[^}]*?"digest":\s*"([^"]+)"/g)].map(
    ([, digest]) => digest ?? '',
  );
}
