import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { WITHOUT_EFFECT } from '../../src/config/ocean-names.ts';
import { listSettings } from '../../src/config/settings-schema.ts';
import { PROGRAM } from '../cli/program.ts';
import { filesUnder, type ProjectFile, pages, readProjectFile, sources } from './files.ts';

// What people read names commands, options, settings, routes and metrics. What is not there is not named.

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const code = [
  ...sources,
  ...filesUnder('scripts', ''),
  ...filesUnder('deploy/flux', '.yaml'),
  ...['docker-compose.yml', 'Dockerfile', '.ci/run', 'package.json'].map(readProjectFile),
];
const codeText = code.map(({ text }) => text).join('\n');

/** What a pattern finds in files, with the place. */
function named(files: readonly ProjectFile[], pattern: RegExp): readonly { path: string; name: string }[] {
  return files.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, name]) => ({ path, name: name ?? '' })));
}

/** Places that name what is not there. */
function strangers(found: readonly { path: string; name: string }[], isThere: (name: string) => boolean) {
  return found.filter(({ name }) => !isThere(name)).map(({ path, name }) => `${path}: ${name}`);
}

const WORD = (name: string) =>
  new RegExp(`(?<![\\w-])${name.replaceAll(/[.$*+?()[\]{}|\\^/]/g, '\\$&')}(?![\\w])`, 'i');

describe('commands', () => {
  const help = new Map<string, string>();
  const run = async (...args: string[]) => {
    const command = [...PROGRAM, ...args, '--help'];
    return (await promisify(execFile)(process.execPath, command, { cwd: root('.') })).stdout;
  };
  // kubectl, helm and flux are told of a namespace or a release of the same name.
  const CALL =
    /(?<!(?:--namespace|-n|--install|history|rollback|uninstall|upgrade) )(?:komodor-port|node dist\/cli\.js|npx tsx src\/cli\.ts|npm start --) ((?:[a-z]+\b)(?: [^\n`|#]*)?)/g;
  const QUOTED = /\\?`(?:komodor-port|node dist\/cli\.js) ([a-z][^\n`$\\]*)/g;
  const SAID = /\b[Rr]un \\?`([a-z]+)/g;

  beforeAll(async () => {
    const overview = await run();
    const commands = [...overview.matchAll(/^ {2}([a-z]+) (?:\[options\])?/gm)].map(([, command]) => command ?? '');
    const known = commands.filter((command) => command !== 'help');
    await Promise.all(known.map(async (command) => help.set(command, await run(command))));
  });

  it('exist, with all their options, in pages and in messages', () => {
    const calls = [...named(pages, CALL), ...named(sources, QUOTED), ...named(sources, SAID)];
    expect(calls.length).toBeGreaterThan(20);
    const exists = (call: string): boolean => {
      const [command = '', ...words] = call.trim().split(/\s+/);
      const text = help.get(command);
      const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');
      return text !== undefined && options.every((option) => WORD(option).test(text));
    };
    expect(strangers(calls, exists)).toEqual([]);
    expect(['nonsense', 'plan --nonsense', 'plan --out x'].map(exists)).toEqual([false, false, true]);
  });

  it('have the options that messages and pages name', () => {
    const all = [...help.values()].join('\n');
    const messages = named(
      sources.filter(({ path }) => !/^src\/(mapping\/|cli\.ts|cli\/memory\.ts|answers\/report-style\.ts)/.test(path)),
      /(?<![\w-])(--[a-z][a-z-]+)/g,
    );
    expect(messages.length).toBeGreaterThan(3);
    const nodes = ['--max-old-space-size'];
    expect(strangers(messages, (option) => nodes.includes(option) || WORD(option).test(all))).toEqual([]);
    const others = [
      'docs/container.md',
      'docs/ci-samples.md',
      'docs/helm.md',
      'docs/flux.md',
      'docs/chaos.md',
      'docs/performance.md',
      'docs/reliability.md',
    ];
    const inPages = named(
      pages.filter(({ path }) => !others.includes(path)),
      /`(--[a-z][a-z-]+)/g,
    );
    expect(inPages.length).toBeGreaterThan(10);
    expect(strangers(inPages, (option) => WORD(option).test(all))).toEqual([]);
  });

  it('of scenarios of the benchmark exist', () => {
    const declared = readProjectFile('bench/bench.ts').text.matchAll(/^const (?:SCENARIOS|BY_NAME) = \{([^}]*)\}/gm);
    const scenarios = [...declared].flatMap(([, list = '']) => list.split(',').map((name) => name.trim()));
    expect(scenarios).toContain('costs');
    const found = named([...pages, ...sources], /\bnpm run bench -- --only ([a-z,]+)/g);
    expect(found.length).toBeGreaterThan(3);
    expect(strangers(found, (names) => names.split(',').every((name) => scenarios.includes(name)))).toEqual([]);
  });

  it('of npm exist', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json').text);
    const found = named([...pages, ...sources], /\bnpm run (?:--silent )?([a-z:-]+)/g);
    expect(found.map(({ name }) => name)).toContain('demo');
    expect(strangers(found, (name) => Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('of the sandbox are explained, option by option', () => {
    const options = [...(help.get('sandbox') ?? '').matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(
      ([, option]) => option,
    );
    expect(options).toContain('--fault');
    for (const option of options.filter((each) => each !== '--help' && each !== '--json')) {
      expect(readProjectFile('docs/sandbox.md').text).toContain(`\`${option}`);
    }
  });
});

describe('settings', () => {
  const settings = listSettings().flatMap(({ name, oceanNames }) => [name, ...oceanNames]);
  const oceans = WITHOUT_EFFECT.flatMap(({ names }) => names);
  /** What Node, its HTTP libraries and OpenTelemetry read for themselves, and git-sync beside the service. */
  const LIBRARIES = /^(HTTPS?_PROXY|ALL_PROXY|NO_PROXY|NODE_[A-Z_]+|OTEL_[A-Z_]+|GITSYNC_[A-Z_]+)$/;
  const isThere = (name: string): boolean =>
    settings.includes(name) || oceans.includes(name) || LIBRARIES.test(name) || WORD(name).test(codeText);

  it('that pages name exist', () => {
    const found = named(pages, /`([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)(?:=[^`]*)?`/g);
    expect(found.length).toBeGreaterThan(100);
    expect(strangers(found, isThere)).toEqual([]);
    expect(isThere('RESYNC_EVERY')).toBe(false);
  });

  it('that messages name exist', () => {
    const shown = sources.filter(({ path }) => !path.startsWith('src/sandbox/'));
    const found = named(
      shown,
      /\b((?:KOMODOR|PORT|RESYNC|EVENT|MAPPING|BLUEPRINTS|HTTP|REDIS|JQ|API|WEBHOOK|LOG)_[A-Z_]+)=/g,
    );
    expect(found.length).toBeGreaterThan(2);
    expect(strangers(found, (name) => settings.includes(name))).toEqual([]);
  });
});

describe('names in code style', () => {
  const text = pages.map(({ path, text: all }) => ({ path, text: all.replaceAll(/^```[\s\S]*?^```/gm, '') }));
  const data = [...filesUnder('mappings', '.yaml'), ...filesUnder('blueprints', '.json')].map((file) => file.text);
  /** Functions of jq. */
  const JQ = /^(to|from|with)_entries$/;
  /** The last part of an Ocean name, as its Python calls it. */
  const OCEAN = WITHOUT_EFFECT.flatMap(({ names }) => names.map((name) => name.split('__').at(-1)?.toLowerCase()));
  const everything = `${codeText}\n${data.join('\n')}`;

  it('are codes, fields, reasons or metrics that there are', () => {
    const found = named(text, /`([a-z]+(?:_[a-z0-9]+)+)`/g);
    expect(found.length).toBeGreaterThan(100);
    const isThere = (name: string) => JQ.test(name) || OCEAN.includes(name) || WORD(name).test(everything);
    expect(strangers(found, isThere)).toEqual([]);
  });

  it('are metrics that are counted', () => {
    const found = named(pages, /\b(komodor_port_[a-z_]*[a-z])/g);
    expect(found.length).toBeGreaterThan(15);
    const telemetry = sources.filter(({ path }) => path.startsWith('src/telemetry/')).map((file) => file.text);
    expect(strangers(found, (name) => telemetry.join('\n').includes(name))).toEqual([]);
  });
});

describe('routes', () => {
  it('that pages name exist', () => {
    const server = sources.filter(({ path }) => /^src\/(server|service|queue)\//.test(path)).map((file) => file.text);
    const found = named(pages, /\b(?:GET|POST|PUT|PATCH|DELETE) (\/[^\s`)?"'|]*)/g);
    expect(found.length).toBeGreaterThan(15);
    expect(strangers(found, (name) => server.join('\n').includes(`'${name}'`))).toEqual([]);
  });
});

describe('pages', () => {
  it('that messages and other pages name exist', () => {
    const found = named([...pages, ...sources], /\b(docs\/[a-z/-]+\.md)\b/g);
    expect(found.length).toBeGreaterThan(5);
    expect(strangers(found, (path) => existsSync(root(path)))).toEqual([]);
  });
});
