import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const CHART = 'deploy/helm/komodor-port/Chart.yaml';

const scratch = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const file = (name: string) => join(scratch, name);
const read = (name: string) => readFileSync(file(name), 'utf8');
const change = (name: string, from: string | RegExp, to: string) => {
  const text = read(name);
  expect(text).toMatch(from);
  writeFileSync(file(name), text.replace(from, to));
};

function release(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  return releaseIn({}, ...args);
}

function releaseIn(env: NodeJS.ProcessEnv, ...args: string[]) {
  const { GITHUB_REPOSITORY: _, ...rest } = process.env;
  const command = [root('scripts/release.mjs'), '--root', scratch, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env: { ...rest, ...env },
  });
  return { code: status, stdout, stderr };
}

/** What the changelog says does not matter, only its form: after a release nothing stands under Unreleased. */
const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- Something, by [a link](docs/x.md).

### Fixed

- Something else.
`;

beforeEach(() => {
  mkdirSync(dirname(file(CHART)), { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(root(name), file(name));
  writeFileSync(file('CHANGELOG.md'), CHANGELOG);
  writeFileSync(
    file(CHART),
    ['apiVersion: v2', 'name: komodor-port', 'version: 0.1.0', 'appVersion: "0.1.0"', 'dependencies:'].join('\n'),
  );
});

describe('release.mjs VERSION', () => {
  it('sets the version in every place, and gives the changelog its heading', () => {
    const before = { manifest: read('package.json'), lock: read('package-lock.json'), changelog: read('CHANGELOG.md') };
    expect(release('7.0.1', '--date', '2030-01-02')).toMatchObject({ code: 0, stderr: '' });
    // Nothing else changes: putting the old version back gives the old bytes.
    const old = JSON.parse(before.manifest).version;
    expect(read('package.json').replace('"version": "7.0.1"', `"version": "${old}"`)).toBe(before.manifest);
    const lock = JSON.parse(read('package-lock.json'));
    expect([lock.version, lock.packages[''].version]).toEqual(['7.0.1', '7.0.1']);
    expect(read('package-lock.json').split('"7.0.1"')).toHaveLength(before.lock.split('"7.0.1"').length + 2);
    expect(read(CHART)).toContain('\nversion: 7.0.1\nappVersion: "7.0.1"\ndependencies:');
    const [head = '', rest = ''] = before.changelog.split('## [Unreleased]');
    expect(read('CHANGELOG.md')).toBe(`${head}## [Unreleased]\n\n## [7.0.1] - 2030-01-02${rest}`);
    expect(release('--check', 'v7.0.1')).toEqual({ code: 0, stdout: '7.0.1\n', stderr: '' });
    const notes = release('--notes', '7.0.1');
    expect(notes.stdout.trim()).toBe(CHANGELOG.split('[Unreleased]')[1]?.trim());
  });

  it('goes through candidates to the release', () => {
    expect(release('7.0.0-rc.1').code).toBe(0);
    change('CHANGELOG.md', '## [Unreleased]\n', '## [Unreleased]\n\n- Something.\n');
    expect(release('7.0.0').code).toBe(0);
    change('CHANGELOG.md', '## [Unreleased]\n', '## [Unreleased]\n\n- Something else.\n');
    expect(release('7.0.0-rc.2').stderr).toContain('7.0.0-rc.2 comes before 7.0.0');
  });

  it.each([
    ['v7.0.0', 'v7.0.0 is no version'],
    ['7.0', '7.0 is no version'],
    ['7.0.0-beta', '7.0.0-beta is no version'],
    ['07.0.0', '07.0.0 is no version'],
    ['0.0.1', '0.0.1 comes before'],
  ])('refuses %s, and changes nothing', (version, message) => {
    const before = read('package.json');
    expect(release(version)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
    expect(read('package.json')).toBe(before);
  });

  it('refuses when the changelog says nothing, or has that version already', () => {
    expect(release('7.0.0').code).toBe(0);
    expect(release('7.0.1').stderr).toContain('CHANGELOG.md says nothing under ## [Unreleased]');
    expect(release('7.0.0').stderr).toContain('has a heading for 7.0.0 already');
    expect(JSON.parse(read('package.json')).version).toBe('7.0.0');
  });

  it('refuses a chart whose version it cannot find, before it writes anything', () => {
    change(CHART, 'appVersion', 'AppVersion');
    expect(release('7.0.0').stderr).toContain('Chart.yaml has no line');
    expect(JSON.parse(read('package.json')).version).not.toBe('7.0.0');
  });
});

describe('the samples', () => {
  const SAMPLE = 'deploy/x/values.yaml';
  const sample = (version: string) =>
    [
      `image: registry.example.com/komodor-port-integration:${version}`,
      `  tag: ${version} # a marker`,
      `    newTag: "${version}"`,
      'other: { tag: 7.4.0 }',
      '  tag: 7.4.0',
      'range: ">=1.2.3"',
    ].join('\n');

  it('name the newest release, and a candidate is none', () => {
    writeFileSync(file('CHANGELOG.md'), '## [Unreleased]\n\n- New.\n\n## [1.2.3] - 2029-01-02\n\n- Old.\n');
    change('package.json', /"version": ".*"/, '"version": "1.2.3"');
    mkdirSync(dirname(file(SAMPLE)), { recursive: true });
    mkdirSync(file('docs'), { recursive: true });
    writeFileSync(file(SAMPLE), sample('1.2.3'));
    writeFileSync(file('docs/page.md'), 'npx komodor-port-integration@1.2.3, not komodor-port-integration:1.2.30\n');
    expect(release('1.3.0-rc.1')).toMatchObject({ code: 0 });
    expect(read(SAMPLE)).toBe(sample('1.2.3'));
    change('CHANGELOG.md', '## [Unreleased]\n', '## [Unreleased]\n\n- Newer.\n');
    expect(release('1.3.0')).toMatchObject({ code: 0, stdout: expect.stringContaining(SAMPLE) });
    expect(read(SAMPLE)).toBe(sample('1.3.0'));
    expect(read('docs/page.md')).toBe('npx komodor-port-integration@1.3.0, not komodor-port-integration:1.2.30\n');
  });

  it('of this checkout all name one version', () => {
    const texts = readdirSync(root('deploy'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    const images = texts.flatMap((text) => text.match(/(?<=komodor-port-integration:)\d+\.\d+\.\d+/g) ?? []);
    expect(images.length).toBeGreaterThan(3);
    expect(new Set(images).size).toBe(1);
  });
});

describe('release.mjs --check', () => {
  const version = JSON.parse(readFileSync(root('package.json'), 'utf8')).version;
  beforeEach(() => change(CHART, /0\.1\.0/g, version));

  it.each([
    ['package-lock.json', new RegExp(`"version": "${version}"`), '"version": "9.9.9"', 'package-lock.json has 9.9.9'],
    [CHART, /^version: .*/m, 'version: 9.9.9', 'Chart.yaml, version has 9.9.9'],
    [CHART, /^appVersion: .*/m, "appVersion: '9.9.9'", 'Chart.yaml, appVersion has 9.9.9'],
  ])('names the place that disagrees: %s', (name, from, to, message) => {
    change(name, from, to);
    expect(release('--check')).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });

  it('refuses a tag of another version, and one that the changelog does not know', () => {
    expect(release('--check', 'v9.9.9').stderr).toContain('The tag is v9.9.9');
    writeFileSync(file('CHANGELOG.md'), '## [Unreleased]\n\n- Something.\n');
    expect(release('--check', `v${version}`).stderr).toContain(`no heading "## [${version}]`);
  });

  it('wants to know the repository before npm does', () => {
    expect(release('7.0.0').code).toBe(0);
    const there = { GITHUB_REPOSITORY: 'example-org/komodor-port' };
    expect(releaseIn(there, '--check', 'v7.0.0').stderr).toContain(
      'git+https://github.com/example-org/komodor-port.git',
    );
    change(
      'package.json',
      '"type":',
      '"repository": { "url": "git+https://github.com/example-org/komodor-port.git" }, "type":',
    );
    expect(releaseIn(there, '--check', 'v7.0.0')).toMatchObject({ code: 0 });
  });
});

it('the versions of this checkout agree', () => {
  const { status, stderr } = spawnSync(process.execPath, [root('scripts/release.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
