// One version in all the places that name it: package.json, package-lock.json, the chart and the changelog; and, for a
// release that is no candidate, the samples in deploy/ and docs/ that name our image.
// docs/releasing.md says when each is used.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `usage: node scripts/release.mjs VERSION [--date YYYY-MM-DD]   sets the version everywhere
       node scripts/release.mjs --check [TAG]                fails where the places, or a tag, disagree
       node scripts/release.mjs --notes VERSION              prints what the changelog says of a version

VERSION is MAJOR.MINOR.PATCH, or MAJOR.MINOR.PATCH-rc.N; TAG is the same with a v before it.
--root FOLDER works on another checkout.`;

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-rc\.(0|[1-9]\d*))?$/;
const CHART = 'deploy/helm/komodor-port/Chart.yaml';
const UNRELEASED = '## [Unreleased]';

/** What is wrong is one line on stderr, for a person, and exit code 1. */
class Mistake extends Error {}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        check: { type: 'boolean' },
        notes: { type: 'boolean' },
        date: { type: 'string' },
        root: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(1);
  }
}

const { positionals, values } = parse();
const root = values.root ?? join(import.meta.dirname, '..');
const [given] = positionals;

const path = (name) => join(root, name);
const read = (name) => readFileSync(path(name), 'utf8');
const readJson = (name) => JSON.parse(read(name));

/** The value of a key at the top level of a YAML file, without its quotes. */
function topLevel(text, key) {
  return new RegExp(`^${key}: *["']?([^"'\\s#]+)`, 'm').exec(text)?.[1];
}

/** Where the version stands, and what stands there. A checkout without the chart has no chart to disagree with. */
function places() {
  const lock = readJson('package-lock.json');
  const chart = existsSync(path(CHART)) ? read(CHART) : undefined;
  return {
    'package.json': readJson('package.json').version,
    'package-lock.json': lock.version,
    'package-lock.json, the root package': lock.packages[''].version,
    ...(chart === undefined
      ? {}
      : { [`${CHART}, version`]: topLevel(chart, 'version'), [`${CHART}, appVersion`]: topLevel(chart, 'appVersion') }),
  };
}

/** The text under the heading of a version, or undefined where there is no such heading. */
function notesOf(version) {
  const lines = read('CHANGELOG.md').split('\n');
  const start = lines.findIndex((line) => line.startsWith(`## [${version}]`));
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('## ['));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trim();
}

/** -1, 0 or 1, as versions are ordered: a release candidate comes before its release. */
function compare(one, other) {
  const parts = (version) => {
    const [, ...numbers] = VERSION.exec(version) ?? [];
    return [...numbers.slice(0, 3), numbers[3] ?? Number.POSITIVE_INFINITY].map(Number);
  };
  const [left, right] = [parts(one), parts(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at < 0 ? 0 : Math.sign(left[at] - right[at]);
}

function check(tag) {
  const found = Object.entries(places());
  const [, version] = found[0];
  const mistakes = found
    .filter(([, other]) => other !== version)
    .map(([place, other]) => `${place} has ${other}, package.json has ${version}`);
  if (tag !== undefined) mistakes.push(...mistakesOfTag(tag, version));
  if (mistakes.length > 0) {
    throw new Mistake(`${mistakes.join('\n')}\nSet all places with: node scripts/release.mjs VERSION`);
  }
  console.log(version);
}

function mistakesOfTag(tag, version) {
  const mistakes = [];
  if (tag !== `v${version}`)
    mistakes.push(`The tag is ${tag}, package.json has ${version}: the tag has to be v${version}`);
  const notes = notesOf(version);
  if (notes === undefined) mistakes.push(`CHANGELOG.md has no heading "## [${version}] - DATE"`);
  else if (notes === '') mistakes.push(`CHANGELOG.md says nothing under ${version}`);
  // npm refuses a provenance whose repository is another one, after everything else was published.
  const repository = process.env.GITHUB_REPOSITORY;
  const url = String(readJson('package.json').repository?.url ?? '');
  if (repository !== undefined && !url.replace(/\.git$/, '').endsWith(`github.com/${repository}`)) {
    mistakes.push(
      `"repository" in package.json is ${url || 'absent'}; npm wants git+https://github.com/${repository}.git`,
    );
  }
  return mistakes;
}

function set(version) {
  const before = readJson('package.json').version;
  const date = values.date ?? new Date().toISOString().slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new Mistake(`--date ${date} is no date of the form YYYY-MM-DD`);
  if (compare(version, before) < 0) throw new Mistake(`${version} comes before ${before}, which package.json has`);
  if (notesOf(version) !== undefined) throw new Mistake(`CHANGELOG.md has a heading for ${version} already`);
  if (!notesOf('Unreleased')) {
    throw new Mistake(
      `CHANGELOG.md says nothing under ${UNRELEASED}: write down what users will notice, then run this again`,
    );
  }
  const written = { ...sampleFiles(version, before), ...packageFiles(version), ...chartFile(version) };
  written['CHANGELOG.md'] = read('CHANGELOG.md').replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`);
  for (const [name, text] of Object.entries(written)) writeFileSync(path(name), text);
  console.log(`${before} -> ${version} in\n  ${Object.keys(written).join('\n  ')}`);
}

function packageFiles(version) {
  const manifest = { ...readJson('package.json'), version };
  const lock = readJson('package-lock.json');
  lock.version = version;
  lock.packages[''].version = version;
  return { 'package.json': json(manifest), 'package-lock.json': json(lock) };
}

function chartFile(version) {
  if (!existsSync(path(CHART))) return {};
  const text = read(CHART)
    .replace(/^version:.*$/m, `version: ${version}`)
    .replace(/^appVersion:.*$/m, `appVersion: "${version}"`);
  if (topLevel(text, 'version') !== version || topLevel(text, 'appVersion') !== version) {
    throw new Mistake(`${CHART} has no line "version:", or none "appVersion:", to set`);
  }
  return { [CHART]: text };
}

/** Samples name the newest release. What they name now is the release before, which a candidate does not replace. */
function sampleFiles(version, before) {
  if (version.includes('-')) return {};
  const [, released] = /^## \[(\d+\.\d+\.\d+)\]/m.exec(read('CHANGELOG.md')) ?? [];
  const old = (released ?? before).replaceAll('.', '\\.');
  const image = new RegExp(`(komodor-port-integration[:@])${old}(?![\\w.-])`, 'g');
  const tag = new RegExp(`^(\\s*(?:newTag|tag): *["']?)${old}(?![\\w.-])`, 'gm');
  const changed = filesUnder('deploy', 'docs').flatMap((name) => {
    const text = read(name);
    const named = text.replace(image, `$1${version}`);
    const next = name.startsWith('deploy/') ? named.replace(tag, `$1${version}`) : named;
    return next === text ? [] : [[name, next]];
  });
  return Object.fromEntries(changed);
}

function filesUnder(...folders) {
  return folders
    .filter((folder) => existsSync(path(folder)))
    .flatMap((folder) => readdirSync(path(folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

try {
  if (values.help) console.log(USAGE);
  else if (positionals.length > 1) throw new Mistake(USAGE);
  else if (values.check) check(given);
  else if (given === undefined || !VERSION.test(given))
    throw new Mistake(`${given ?? 'Nothing'} is no version.\n\n${USAGE}`);
  else if (values.notes) {
    const notes = notesOf(given);
    if (!notes) throw new Mistake(`CHANGELOG.md says nothing of ${given}`);
    console.log(notes);
  } else set(given);
} catch (error) {
  if (!(error instanceof Mistake)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
