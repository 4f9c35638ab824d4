import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeWith, run } from './tools.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(root(path), 'utf8');

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']));
const jobSchema = z.looseObject({
  permissions: permissionsSchema.optional(),
  uses: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  'timeout-minutes': z.number().optional(),
  strategy: z.looseObject({ matrix: z.record(z.string(), z.array(z.string())) }).optional(),
  steps: z
    .array(
      z.looseObject({
        uses: z.string().optional(),
        run: z.string().optional(),
        with: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default([]),
});
const workflowSchema = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: permissionsSchema,
  concurrency: z.looseObject({ group: z.string() }),
  jobs: z.record(z.string(), jobSchema),
});

const FOLDER = '.github/workflows';
const workflows = readdirSync(root(FOLDER)).map((name) => {
  const text = read(`${FOLDER}/${name}`);
  return { ...workflowSchema.parse(parse(text)), name, text };
});
const workflow = (name: string) => {
  const found = workflows.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no workflow ${name}`);
  return found;
};
const jobs = workflows.flatMap(({ name, jobs }) =>
  Object.entries(jobs).map(([job, rest]) => ({ where: `${name}: ${job}`, ...rest })),
);
const commands = jobs.flatMap(({ where, steps }) => steps.map(({ run = '' }) => ({ where, run })));
const manifest = z
  .object({
    version: z.string(),
    engines: z.object({ node: z.string() }),
    scripts: z.record(z.string(), z.string()),
  })
  .loose()
  .parse(JSON.parse(read('package.json')));

describe('every workflow', () => {
  it('is one that we know', () => {
    expect(workflows.map(({ name }) => name).sort()).toEqual([
      'ci.yml',
      'image-update-pr.yml',
      'release.yml',
      'security.yml',
    ]);
  });

  it('uses actions of others by their commit, and says which version that is', () => {
    const used = workflows.flatMap(({ name, text }) =>
      [...text.matchAll(/^ *-? *uses: (.+)$/gm)].map(([, what = '']) => ({ name, what })),
    );
    expect(used.length).toBeGreaterThan(20);
    const unpinned = used
      .filter(({ what }) => !what.startsWith('./'))
      .filter(({ what }) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(what));
    expect(unpinned).toEqual([]);
  });

  it('uses one version of each action', () => {
    const versions = new Map<string, Set<string>>();
    for (const { text } of workflows) {
      for (const [, owner = '', rest = ''] of text.matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@(.+)$/gm)) {
        versions.set(owner, (versions.get(owner) ?? new Set()).add(rest));
      }
    }
    expect([...versions].filter(([, used]) => used.size > 1)).toEqual([]);
  });

  it('may do nothing by default, and each job names what it may', () => {
    expect(workflows.filter(({ permissions }) => Object.keys(permissions).length > 0)).toEqual([]);
    expect(jobs.filter(({ permissions }) => permissions === undefined).map(({ where }) => where)).toEqual([]);
  });

  it('writes only where its name says why', () => {
    const writing = jobs.flatMap(({ where, permissions = {} }) =>
      Object.entries(permissions)
        .filter(([, level]) => level === 'write')
        .map(([what]) => `${where} ${what}`),
    );
    expect(writing.sort()).toEqual([
      'image-update-pr.yml: pull-request pull-requests',
      'release.yml: chart id-token',
      'release.yml: chart packages',
      'release.yml: github contents',
      'release.yml: image id-token',
      'release.yml: image packages',
      'release.yml: npm id-token',
      'security.yml: code security-events',
    ]);
  });

  it('never runs for a pull request with the rights of the repository', () => {
    expect(workflows.flatMap(({ on }) => Object.keys(on)).filter((event) => /target|workflow_run/.test(event))).toEqual(
      [],
    );
  });

  it('leaves no token in the checkout', () => {
    const checkouts = jobs.flatMap(({ where, steps }) =>
      steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')).map((step) => ({ where, with: step.with })),
    );
    expect(checkouts.length).toBeGreaterThan(5);
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });

  it('gives shells nothing by template: a name of a branch could be a command', () => {
    expect(commands.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('ends: each job has a limit of time', () => {
    const endless = jobs.filter((job) => job.uses === undefined && job['timeout-minutes'] === undefined);
    expect(endless.map(({ where }) => where)).toEqual([]);
  });

  it('runs npm scripts that exist', () => {
    const scripts = commands.flatMap(({ run }) =>
      [...run.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(scripts).toContain('check');
    expect(scripts.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });

  it('runs scripts that exist and may be run', () => {
    const paths = commands.flatMap(({ run }) =>
      [...run.matchAll(/(?:^|[\s(])((?:scripts|\.ci)\/[\w./-]+)/gm)].map(([, path = '']) => path),
    );
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) expect(read(path).length, path).toBeGreaterThan(0);
  });
});

describe('ci.yml', () => {
  it('does what a developer’s machine does, and the same on the oldest and the newest Node.js', () => {
    const { everything, node } = workflow('ci.yml').jobs;
    expect(everything?.steps.map(({ run }) => run)).toContain('bash .ci/run');
    const oldest = manifest.engines.node.replace('>=', '');
    expect(node?.strategy?.matrix.node).toEqual([oldest, 'latest']);
    expect(node?.steps.map(({ run }) => run)).toContain('npm run check');
  });
});

describe('release.yml', () => {
  const { jobs: steps, on, text } = workflow('release.yml');
  const needs = (job: string) => [steps[job]?.needs ?? []].flat();

  it('starts at a tag of a version and at nothing else', () => {
    expect(on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+', 'v[0-9]+.[0-9]+.[0-9]+-rc.[0-9]+'] } });
  });

  it('publishes nothing before the versions agree and the tests have passed', () => {
    expect(steps.test?.uses).toBe('./.github/workflows/ci.yml');
    expect(needs('test')).toEqual(['check']);
    for (const job of ['npm', 'image']) expect(needs(job)).toEqual(['check', 'test']);
    expect(needs('chart')).toEqual(['check', 'image']);
    expect(needs('github')).toEqual(['check', 'npm', 'image', 'chart']);
  });

  it('builds for both architectures, with bill of materials, provenance and the commit’s times', () => {
    const build = steps.image?.steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))?.with;
    expect(build).toMatchObject({
      platforms: 'linux/amd64,linux/arm64',
      sbom: true,
      provenance: 'mode=max',
      outputs: 'type=image,push=true,rewrite-timestamp=true',
    });
    expect(text).toMatch(/^ {6}SOURCE_DATE_EPOCH: \$\{\{ needs\.check\.outputs\.epoch \}\}$/m);
    const given = String(build?.['build-args']).match(/^\w+(?==)/gm);
    for (const name of given ?? []) expect(read('Dockerfile')).toMatch(new RegExp(`^ARG ${name}=`, 'm'));
  });

  it('tags images as Flux reads them: the whole version, without a v', () => {
    const tags = steps.image?.steps.find(({ uses }) => uses?.startsWith('docker/metadata-action@'))?.with?.tags;
    expect(String(tags).trim().split('\n')).toEqual([
      'type=semver,pattern={{version}}',
      'type=semver,pattern={{major}}.{{minor}}',
    ]);
  });

  it('gives the image a tag that Flux takes, and others that it leaves alone', () => {
    const { spec } = z
      .looseObject({
        spec: z.object({
          filterTags: z.object({ pattern: z.string() }).loose(),
          policy: z.object({ semver: z.object({ range: z.string() }) }),
        }),
      })
      .parse(parse(read('deploy/flux/image-automation/imagepolicy.yaml')));
    const tags = ['1.2.3', '1.2', 'latest', '1.2.3-rc.1', 'v1.2.3'];
    expect(tags.filter((tag) => new RegExp(spec.filterTags.pattern).test(tag))).toEqual(['1.2.3']);
    const [, least = ''] = /^>=(\d+\.\d+\.\d+)$/.exec(spec.policy.semver.range) ?? [];
    expect(manifest.version.localeCompare(least, 'en', { numeric: true })).toBeGreaterThanOrEqual(0);
  });

  it('signs image and chart by their digest, without a key', () => {
    const signed = commands.flatMap(({ run }) => run.match(/cosign (?:sign|attest) .*/g) ?? []);
    expect(signed).toHaveLength(3);
    for (const command of signed) expect(command).toMatch(/--yes .*@\$\{?(DIGEST|digest)/);
  });

  it('needs no secret of its own', () => {
    expect(new Set(text.match(/secrets\.\w+/g))).toEqual(new Set(['secrets.GITHUB_TOKEN']));
  });
});

describe('dependabot.yml', () => {
  const { updates } = z
    .looseObject({
      updates: z.array(
        z.looseObject({
          'package-ecosystem': z.string(),
          directory: z.string().optional(),
          directories: z.array(z.string()).optional(),
          cooldown: z.object({ 'default-days': z.number() }),
        }),
      ),
    })
    .parse(parse(read('.github/dependabot.yml')));
  const foldersOf = (kind: string) =>
    updates
      .filter((update) => update['package-ecosystem'] === kind)
      .flatMap(({ directory = [], directories = [] }) => [directory, directories].flat());

  it('waits a week with every update', () => {
    expect(updates.map(({ cooldown }) => cooldown['default-days'])).toEqual(updates.map(() => 7));
  });

  it('knows everything that names a version of others', () => {
    for (const kind of ['npm', 'github-actions', 'docker']) expect(foldersOf(kind)).toEqual(['/']);
    const modules = readdirSync(root('test'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('/go.mod'),
    );
    expect(foldersOf('gomod').sort()).toEqual(modules.map((path) => `/test/${path.replace('/go.mod', '')}`).sort());
  });
});

describeWith(['actionlint'], 'actionlint', () => {
  it('has nothing to say of our workflows and of the sample', async () => {
    const files = [...workflows.map(({ name }) => `${FOLDER}/${name}`), 'deploy/ci/github/komodor-port.yml'];
    expect(await run('actionlint', ['-no-color', ...files])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('would say it', async () => {
    const wrong = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - nonsense: 1\n';
    expect((await run('actionlint', ['-no-color', '-'], { stdin: wrong })).stdout).toContain('nonsense');
  });
});

describeWith(['hadolint'], 'hadolint', () => {
  it('has nothing to say of the Dockerfile', async () => {
    expect(await run('hadolint', ['--no-color', 'Dockerfile'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
