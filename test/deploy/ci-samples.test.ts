import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startStandIns } from '../../src/cli/stand-ins.ts';
import { listSettings } from '../../src/config/settings-schema.ts';
import { PROGRAM } from '../cli/program.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(root(path), 'utf8');

const FILES = {
  github: 'deploy/ci/github/komodor-port.yml',
  gitlab: 'deploy/ci/gitlab/.gitlab-ci.yml',
  jenkins: 'deploy/ci/jenkins/Jenkinsfile',
  azure: 'deploy/ci/azure/azure-pipelines.yml',
};
type System = keyof typeof FILES;
const systems: readonly System[] = ['github', 'gitlab', 'jenkins', 'azure'];
const SECRETS = ['KOMODOR_API_KEY', 'PORT_CLIENT_ID', 'PORT_CLIENT_SECRET'];

const stepSchema = z.looseObject({
  name: z.string().optional(),
  run: z.string().optional(),
  bash: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const jobSchema = z.looseObject({ steps: z.array(stepSchema) });
const github = z
  .looseObject({ env: z.record(z.string(), z.string()), jobs: z.object({ resync: jobSchema, plan: jobSchema }) })
  .parse(parse(read(FILES.github)));
const gitlabJob = z.looseObject({
  script: z.array(z.string()),
  variables: z.record(z.string(), z.string()),
  allow_failure: z.object({ exit_codes: z.array(z.number()) }).optional(),
});
const gitlab = z.looseObject({ resync: gitlabJob, plan: gitlabJob }).parse(parse(read(FILES.gitlab)));
const azure = z.looseObject({ jobs: z.array(jobSchema) }).parse(parse(read(FILES.azure)));
const jenkins = read(FILES.jenkins);

/** What a system hands to a shell for a resync. */
const scripts: Readonly<Record<System, string>> = {
  github: github.jobs.resync.steps[0]?.run ?? '',
  gitlab: gitlab.resync.script.join('\n'),
  jenkins: /'''([\s\S]*?)'''/.exec(jenkins)?.[1] ?? '',
  azure: azure.jobs[0]?.steps.find((step) => step.bash !== undefined)?.bash ?? '',
};

const folder = mkdtempSync(join(tmpdir(), 'ci-samples-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'bin'));

/**
 * A `docker run` that starts this checkout's program with nothing but the variables that it was told to pass on; with
 * ENDS_WITH it starts nothing and ends as a run with that exit code does.
 */
writeFileSync(
  join(folder, 'bin/docker'),
  `#!${process.execPath}
const [, , run, ...args] = process.argv;
const env = { PATH: process.env.PATH, KOMODOR_BASE_URL: process.env.NETWORK_OF_KOMODOR };
let at = 0;
for (; args[at]?.startsWith('--'); at += 1) {
  if (['--cap-drop', '--security-opt', '--volume'].includes(args[at])) at += 1;
  else if (args[at] === '--env') {
    const [, name, value] = /^([^=]+)(?:=(.*))?$/.exec(args[(at += 1)]);
    env[name] = value ?? process.env[name];
  }
}
const command = args.slice(at + 1);
if (process.env.ENDS_WITH) process.exit(Number(process.env.ENDS_WITH));
if (run !== 'run' || !args[at]?.includes('komodor-port-integration:')) process.exit(125);
const program = JSON.parse(process.env.PROGRAM);
const { status } = require('node:child_process').spawnSync(
  process.execPath, [...program, ...(command.length === 0 ? ['start'] : command)], { env, stdio: 'inherit', cwd: __dirname });
process.exit(status);
`,
);
writeFileSync(
  join(folder, 'bin/komodor-port'),
  `#!/bin/sh\n[ -z "$ENDS_WITH" ] || exit "$ENDS_WITH"\nKOMODOR_BASE_URL=$NETWORK_OF_KOMODOR exec ${[process.execPath, ...PROGRAM].join(' ')} "$@"\n`,
);
for (const name of ['docker', 'komodor-port']) chmodSync(join(folder, 'bin', name), 0o755);

/** Runs a sample's script as its system does, in a shell that ends at the first command that fails. */
async function runScript(script: string, variables: Readonly<Record<string, string>>) {
  const child = spawn('bash', ['-e', '-c', script], {
    cwd: folder,
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      IMAGE: 'example/komodor-port-integration:1',
      PROGRAM: JSON.stringify(PROGRAM),
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      ...variables,
    },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [code, stdout, stderr] = await Promise.all([ended, textOf(child.stdout), textOf(child.stderr)]);
  return { code, output: stdout + stderr };
}

/** The same against stand-ins for both APIs; `entities` are those that are in Port afterwards. */
async function runWithStandIns(script: string, variables: Readonly<Record<string, string>>) {
  const size = { seed: 1, services: 5, risksPerService: 1, clusters: 1, latencyMs: 0, komodorPort: 0, portPort: 0 };
  const standIns = await startStandIns({ ...size, faults: [] });
  const { KOMODOR_BASE_URL = '', ...there } = standIns.environment;
  try {
    const run = await runScript(script, { ...variables, ...there, NETWORK_OF_KOMODOR: KOMODOR_BASE_URL });
    return { ...run, entities: standIns.port.store.entitiesOf('komodorService').length };
  } finally {
    await standIns.close();
  }
}

describe.each(systems)('the sample for %s', (system) => {
  const settings = system === 'gitlab' ? gitlab.resync.variables : {};

  it('resyncs, with nothing but what it passes on', async () => {
    const { code, output, entities } = await runWithStandIns(scripts[system], settings);
    expect({ code, entities }, output).toEqual({ code: 0, entities: 5 });
    expect(output).not.toMatch(/5a4db0c5-0000|sandbox-secret/);
  });

  it('tells degraded from failed', async () => {
    const degraded = await runScript(scripts[system], { ENDS_WITH: '2' });
    const failed = await runScript(scripts[system], { ENDS_WITH: '1' });
    // GitHub and Azure warn by a line that they look for; the others are told by the exit code.
    const warns = { github: '::warning title=', azure: '##vso[task.complete result=SucceededWithIssues;]' };
    expect(degraded.code, degraded.output).toBe(system === 'github' || system === 'azure' ? 0 : 2);
    if (system === 'github' || system === 'azure') expect(degraded.output).toContain(warns[system]);
    if (system === 'gitlab') expect(gitlab.resync.allow_failure?.exit_codes).toEqual([2]);
    if (system === 'jenkins') expect(jenkins).toMatch(/if \(code == 2\) \{\s+unstable\(/);
    expect(failed.code, failed.output).toBe(1);
  });

  it('names only settings that exist', () => {
    const known = new Set(listSettings().flatMap(({ name, oceanNames }) => [name, ...oceanNames]));
    const own = new Set(['IMAGE']);
    const text = read(FILES[system]);
    const passed = [...text.matchAll(/--env ([A-Z_]+)/g)].map(([, name = '']) => name);
    const set = [...text.matchAll(/^\s+(?:- name: )?([A-Z][A-Z_]+)(?:: | = |$)/gm)].map(([, name = '']) => name);
    const named = [...passed, ...set].filter((name) => !own.has(name) && name !== 'GIT_STRATEGY');
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('holds no secret, and puts none on a command line', () => {
    const text = read(FILES[system]);
    for (const name of SECRETS) expect(text).toContain(name);
    expect(text).not.toMatch(/--env (KOMODOR_API_KEY|PORT_CLIENT_ID|PORT_CLIENT_SECRET)=/);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('ends, and runs one resync at a time', () => {
    const text = read(FILES[system]);
    expect(text).toMatch(
      { github: /timeout-minutes/, gitlab: /timeout:/, jenkins: /timeout\(/, azure: /timeoutIn/ }[system],
    );
    const alone = {
      github: /^concurrency:/m,
      gitlab: /resource_group:/,
      jenkins: /disableConcurrentBuilds\(\)/,
      azure: /batch: true/,
    };
    expect(text).toMatch(alone[system]);
  });
});

describe('the plan on a pull request', () => {
  const plans = {
    github: github.jobs.plan.steps.find(({ name }) => name === 'Plan')?.run ?? '',
    gitlab: gitlab.plan.script.join('\n'),
  };

  it.each(['github', 'gitlab'] as const)('of %s shows what would change, and changes nothing', async (system) => {
    const { code, output, entities } = await runWithStandIns(plans[system], {});
    expect({ code, entities }, output).toEqual({ code: 0, entities: 0 });
    expect(output).toMatch(/komodorService/);
  });

  it('takes the mapping of the branch', () => {
    expect(plans.github).toContain('--volume "$PWD/mappings:/app/mappings:ro" --env MAPPING_SOURCE=file');
    expect(gitlab.plan.variables).toEqual({ MAPPING_SOURCE: 'file', MAPPING_PATH: 'mappings' });
  });
});

it('the Jenkinsfile closes what it opens', () => {
  const bare = jenkins.replaceAll(/'''[\s\S]*?'''|'[^'\n]*'|"[^"\n]*"|\/\/.*$/gm, '');
  for (const [open, close] of ['{}', '()', '[]']) {
    expect(bare.split(open ?? '').length, `${open}${close}`).toBe(bare.split(close ?? '').length);
  }
});

it('every sample is in the docs, with the image that the workflow of a release makes', () => {
  const page = read('docs/ci-samples.md');
  for (const system of systems) {
    expect(page).toContain(`../${FILES[system]}`);
    expect(read(FILES[system])).toMatch(/ghcr\.io\/example-org\/komodor-port-integration:\d+\.\d+\.\d+/);
  }
});
