import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { documentOf, type Outcome, runCli } from './run-cli.ts';

/** What nobody can mean, for each option that takes a value. */
const BAD: Readonly<Record<string, readonly string[]>> = {
  '--kind': ['', 'komodorServices', '"'],
  '--approve-deletions': ['', 'xyz', '../../etc/passwd'],
  '--out': ['', '/no/such/folder/x.json', '.'],
  '--action': ['', 'created'],
  '--outcome': ['', 'ok'],
  '--format': ['', 'yaml'],
  '--samples': ['', '/no/such/folder/x.json', '.'],
  '--blueprints': ['', '/no/such/folder'],
  '--url': ['', 'nonsense', 'ftp://127.0.0.1/'],
  // Any text is fine, and may find nothing.
  '--blueprint': [],
  '--q': [],
  '--seed': ['-1'],
  '--services': ['1e9', '999999999'],
  '--risks-per-service': ['-1', '1000000'],
  '--clusters': ['0'],
  '--cluster': [''],
  '--mapping': ['', '/no/such/file.yaml'],
  '--diff': ['', '/no/such/file.yaml'],
  '--namespace': ['', 'Upper', 'a/b'],
  '--service-account': ['', 'Upper', 'a b'],
  '--latency': ['soon'],
  '--rate-limit': ['0'],
  '--token-ttl': ['0x10'],
  '--churn': ['soon'],
  '--komodor-port': ['65536'],
  '--kubernetes-port': ['65536'],
  '--pods': ['soon'],
  '--port-port': ['1.5'],
  '--fault': [
    'nonsense',
    '',
    'services ->',
    'servces -> 500',
    'services pge 3 -> 500',
    'services -> 999',
    'bulk -> cut at x',
  ],
};
/** What a command needs beside its options. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { changes: ['latest'], report: ['latest'] };
const ACCOUNT = { KOMODOR_API_KEY: 'komodor-key', PORT_CLIENT_ID: 'port-client', PORT_CLIENT_SECRET: 'port-secret' };

function expectOneLine({ code, stderr }: Outcome): void {
  expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
  expect(stderr).not.toMatch(/This is a bug|^\s+at /m);
  expect(stderr).toMatch(/\S{3,} \S{2,}/);
  expect(code).toBe(1);
}

const overview = await runCli(['--help']);
const COMMANDS = [...overview.stdout.matchAll(/^ {2}([a-z]+) /gm)]
  .map(([, name]) => name ?? '')
  .filter((name) => name !== 'help');
const options = await Promise.all(
  COMMANDS.map(async (command) => {
    const { stdout } = await runCli([command, '--help']);
    return [...stdout.matchAll(/^ {2}(--[a-z-]+) <\w+>/gm)].map(([, option]) => [command, option ?? ''] as const);
  }),
);
// The options of `demo` are those of `sandbox`, by the same lines of code.
const cases = options
  .flat()
  .filter(([command, option]) => command !== 'demo' && (command !== 'plan' || option === '--out'))
  .flatMap(([command, option]) => (BAD[option] ?? []).map((value) => [command, option, value] as const));

describe.concurrent('an option that cannot be used', () => {
  it('is tried for every option that takes a value', () => {
    expect(Object.keys(BAD).sort()).toEqual([...new Set(options.flat().map(([, option]) => option))].sort());
  });

  it.each(cases)('%s %s %j costs one line', async (command, option, value) => {
    expectOneLine(await runCli([command, ...(ARGUMENTS[command] ?? []), option, value], { env: ACCOUNT }));
  });

  it.each(COMMANDS)('%s --nonsense costs one line, and so does a word too many', async (command) => {
    const json = command === 'start' ? [] : ['--json'];
    const outcomes = [await runCli([command, '--nonsense', ...json]), await runCli([command, 'nonsense'])];
    for (const outcome of outcomes) expectOneLine(outcome);
    if (command !== 'start') expect(documentOf(outcomes[0] ?? overview)).toMatchObject({ status: 'failed' });
  });

  it('is no command costs one line', async () => {
    expectOneLine(await runCli(['resnyc']));
  });

  it.for(['--komodor-port', '--port-port', '--kubernetes-port'])(
    '%s that is taken costs one line',
    async (option, { onTestFinished }) => {
      const server = createServer();
      await once(server.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void server.close());
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const outcome = await runCli(['sandbox', '--services', '1', option, String(port)]);
      expectOneLine(outcome);
      expect(outcome.stderr).toContain(`${option} ${port}`);
    },
  );
});
