import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

// docs/releasing.md is a procedure that somebody copies into a shell. Here the shell is bash, the remote a bare repository,
// and GitHub's command line a script that merges what it is asked to merge.

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(root('docs/releasing.md'), 'utf8');
const section = (heading: string) => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
const block = (heading: string) => /```sh\n([\s\S]*?)```/.exec(section(heading))?.[1] ?? '';

const folder = mkdtempSync(join(tmpdir(), 'procedure-'));
const checkout = join(folder, 'checkout');
afterAll(() => rmSync(folder, { recursive: true }));

const GH = `#!/bin/bash
set -e
echo "gh $*" >> "${folder}/asked"
case "$1 $2" in
  'pr merge')
    branch=$(git branch --show-current)
    git push --quiet origin "HEAD:main" && git push --quiet origin --delete "$branch"
    git switch --quiet main && git branch --quiet -D "$branch" ;;
esac
`;

function shell(script: string) {
  const author = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.com' };
  const own = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  const env = { ...own, ...author, ...committer };
  const { status, stdout, stderr } = spawnSync('bash', ['-eu', '-c', script], { cwd: checkout, env, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

function setUp(): void {
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/gh'), GH);
  chmodSync(join(folder, 'bin/gh'), 0o755);
  const files = ['package.json', 'package-lock.json', 'CHANGELOG.md', 'scripts/release.mjs'];
  for (const file of [...files, 'deploy/helm/komodor-port/Chart.yaml'])
    cpSync(root(file), join(checkout, file), { recursive: true });
  const log = readFileSync(root('CHANGELOG.md'), 'utf8').replace(
    /## \[Unreleased\]/,
    '$&\n\n### Added\n\n- Something.\n',
  );
  writeFileSync(join(checkout, 'CHANGELOG.md'), log);
  const begun = shell(`git init --quiet --initial-branch main && git add . && git commit --quiet --message start
    git init --quiet --bare --initial-branch main ../origin && git remote add origin ../origin
    git push --quiet --set-upstream origin main`);
  expect(begun).toMatchObject({ code: 0 });
}

describe('the procedure of a release', () => {
  it('can be copied into a shell, from the number to the tag', () => {
    setUp();
    const script = block('Each release');
    expect(script).toMatch(/^VERSION=\S+/);
    const run = shell(script.replace(/^VERSION=\S+/, 'VERSION=91.0.0'));
    expect(run.code, run.output).toBe(0);
    const asked = readFileSync(join(folder, 'asked'), 'utf8');
    expect(asked).toMatch(/^gh pr create --fill\ngh pr checks --watch\ngh pr merge .*\ngh run watch\n$/);
    const there = shell(`git -C ../origin show v91.0.0:package.json | grep '"version": "91.0.0"'
      [ "$(git -C ../origin rev-parse 'v91.0.0^{commit}')" = "$(git -C ../origin rev-parse main)" ]
      git -C ../origin show v91.0.0:deploy/helm/komodor-port/Chart.yaml | grep '^version: 91.0.0'
      [ "$(git -C ../origin branch | wc -l)" = 1 ]`);
    expect(there.code, there.output).toBe(0);
  });

  it('names scripts that exist, and the jobs of the workflow', () => {
    const scripts = [...page.matchAll(/(?<![\w/])(scripts\/[\w./-]+\w)/g)].map(([, path = '']) => path);
    expect(scripts.length).toBeGreaterThan(4);
    expect(scripts.filter((path) => !existsSync(root(path)))).toEqual([]);
    const workflow = readFileSync(root('.github/workflows/release.yml'), 'utf8');
    const jobs = [...(workflow.split('\njobs:\n')[1] ?? '').matchAll(/^ {2}(\w+):$/gm)].map(([, job]) => job);
    const named =
      section('Each release')
        .match(/^\| ([a-zA-Z, ]+) \|/gm)
        ?.join(' ') ?? '';
    for (const job of jobs) expect(named.toLowerCase(), job).toContain(job);
  });

  it('is understood by bash where somebody checks a release', () => {
    const checked = spawnSync('bash', ['-n', '-c', block('Check a release')], { encoding: 'utf8' });
    expect(checked).toMatchObject({ status: 0, stderr: '' });
  });
});
