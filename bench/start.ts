import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { fixed, heading, print, table } from './table.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const ROUNDS = 10;
/** Felt at every use: above this somebody waits. */
const LIMIT_SECONDS = 0.3;

/** Processor time of a start: of `--version`, and of `plan` until its first request. */
export async function start() {
  const version = mean(Array.from({ length: ROUNDS }, () => ended([CLI, '--version'])));
  const plans: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) plans.push(await planSeconds());
  const plan = mean(plans);
  heading(`Processor time of a start, mean of ${ROUNDS}`);
  table(
    ['', 'CPU s'],
    [
      ['node -e 0, for comparison', fixed(mean(Array.from({ length: ROUNDS }, () => ended(['-e', '0']))), 3)],
      ['komodor-port --version, all of it', fixed(version, 3)],
      ['komodor-port plan, until its first request', fixed(plan, 3)],
    ],
  );
  print(`to stay below: ${LIMIT_SECONDS} s`);
  return { version, plan };
}

/** Not the least: the system rounds down to hundredths. */
const mean = (seconds: readonly number[]) => seconds.reduce((sum, one) => sum + one, 0) / seconds.length;

/** Processor seconds of a process from start to end, as the system accounts them when it has ended (Linux). */
function ended(args: readonly string[]): number {
  const before = childSeconds();
  const { status, stderr } = spawnSync(process.execPath, args, { env: environment(''), cwd: '/', encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return childSeconds() - before;
}

/** Of all children that have ended and were waited for, in steps of a hundredth. */
function childSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Processor seconds of all threads of the program when its first request arrives. It is ended then. */
async function planSeconds(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const asked = once(server, 'request');
  const program = spawn(process.execPath, [CLI, 'plan'], {
    env: environment(`http://127.0.0.1:${port}`),
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = once(program, 'exit');
  await Promise.race([asked, gone]);
  const seconds = threadSeconds(program.pid ?? 0);
  program.kill('SIGKILL');
  await gone;
  server.closeAllConnections();
  server.close();
  return seconds;
}

function threadSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
}

function environment(url: string): Record<string, string> {
  const { PATH = '', HOME = '', JQ_PATH } = process.env;
  return {
    ...{ PATH, HOME, ...(JQ_PATH ? { JQ_PATH } : {}) },
    ...{ KOMODOR_BASE_URL: url, KOMODOR_API_KEY: 'key-of-the-benchmark' },
    ...{ PORT_BASE_URL: url, PORT_CLIENT_ID: 'client', PORT_CLIENT_SECRET: 'secret-of-the-benchmark' },
  };
}
