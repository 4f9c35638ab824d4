import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { loadMappingFiles } from '../../src/config/mapping-files.ts';
import { loadOfflineSettings, SettingsError } from '../../src/config/settings.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { folderWith } from './temporary-folder.ts';

const MARK = '\uFEFF';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

const FORMS: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a mark', (text) => Buffer.from(MARK + text)],
  ['UTF-8 with CRLF and a mark', (text) => Buffer.from(MARK + text.replaceAll('\n', '\r\n'))],
  ['UTF-16 little endian with a mark', (text) => Buffer.from(MARK + text, 'utf16le')],
  ['UTF-16 big endian with a mark', (text) => utf16be(MARK + text)],
  ['UTF-16 little endian', (text) => Buffer.from(text, 'utf16le')],
  ['UTF-16 big endian', utf16be],
];
const LATIN_1 = Buffer.from([0x23, 0x20, 0xfc, 0x0a]);
const NONE = { kinds: KOMODOR_NAMES, addOns: [], variables: {} };

describe.each(FORMS)('a file in %s', (_, encode) => {
  it('is read as .env, its first line and its last', () => {
    const path = join(folderWith({}), '.env');
    writeFileSync(path, encode('HTTP_PORT=81\n# ü\nKOMODOR_API_KEY="a\nb"\nLOG_LEVEL=debug\n'));
    expect(() => loadOfflineSettings({}, { dotenvPath: path })).toThrow('KOMODOR_API_KEY must be plain text');
    writeFileSync(path, encode('HTTP_PORT=81\n# ü\nexport K8S_WORKLOAD_BLUEPRINT="ü"\nLOG_LEVEL=debug'));
    expect(loadOfflineSettings({}, { dotenvPath: path })).toMatchObject({
      ...{ httpPort: 81, k8sWorkloadBlueprint: 'ü', logLevel: 'debug', warnings: [] },
    });
  });

  it('is read as a mapping and as a blueprint', () => {
    const folder = folderWith({});
    const blueprint = { identifier: 'ü', title: 'T', schema: { properties: {} } };
    writeFileSync(join(folder, 'a.json'), encode(JSON.stringify(blueprint)));
    expect(loadBlueprintFiles(folder, NONE)).toMatchObject({ blueprints: [{ identifier: 'ü' }], problems: [] });
    const mappings = folderWith({});
    writeFileSync(join(mappings, 'a.yaml'), encode('entityDeletionThreshold: 0.1\nresources: [] # ü\n'));
    expect(loadMappingFiles(mappings, NONE)).toMatchObject({
      mapping: { flags: { entityDeletionThreshold: 0.1 } },
      problems: [],
    });
  });
});

describe('a file in another encoding', () => {
  it('is named, whatever it was to be', () => {
    const folder = folderWith({});
    for (const name of ['.env', 'a.yaml']) writeFileSync(join(folder, name), LATIN_1);
    const dotenvPath = join(folder, '.env');
    expect(() => loadOfflineSettings({}, { dotenvPath })).toThrow(SettingsError);
    expect(() => loadOfflineSettings({}, { dotenvPath })).toThrow(`${dotenvPath} cannot be read: it is not UTF-8 text`);
    for (const { problems } of [loadMappingFiles(folder, NONE), loadBlueprintFiles(folder, NONE)])
      expect(problems[0]?.message).toBe(
        `${join(folder, 'a.yaml')}: cannot be read: it is not UTF-8 text; save it as UTF-8`,
      );
  });
});

describe('lines of .env', () => {
  it.each([
    ['KOMODOR_API_KEY: x', [1]],
    ['# comment\n\n  # indented\nLOG_LEVEL=info # why\nset HTTP_PORT=1\n', [5]],
    ['LOG_LEVEL="info"\n  HTTP_PORT = 3\nexport ROLE=all\nJQ_PATH=\n', []],
    ["ADD_ONS='a,\nb'\nwhat?", [3]],
  ])('that mean nothing are named: %j', (text, lines) => {
    const path = join(folderWith({ '.env': text }), '.env');
    let warnings: readonly string[] = [];
    try {
      ({ warnings } = loadOfflineSettings({}, { dotenvPath: path }));
    } catch (error) {
      if (error instanceof SettingsError) warnings = error.hints;
    }
    expect(warnings).toEqual(
      lines.map((line) => `${path}, line ${line}, is no NAME=value and no comment; it has no effect.`),
    );
  });
});

describe('files that are not read', () => {
  const MAPPING = 'resources: []\n';
  const BROKEN = '{{{';
  const HIDDEN = ['._a.yaml', '.#a.yaml', '#a.yaml', '~$a.yaml', 'a~.yaml', '.a.json', 'a.yaml~', '#a.yaml#', 'a.txt'];

  it.each(HIDDEN)('%s does no harm, and is told', (name) => {
    const folder = folderWith({ 'a.yaml': MAPPING, [name]: BROKEN });
    const { problems, ignored, config } = loadMappingFiles(folder, NONE);
    expect([problems, ignored, config]).toEqual([[], [join(folder, name)], { resources: [] }]);
    const alone = folderWith({ [name]: BROKEN });
    expect(() => loadMappingFiles(alone, NONE)).toThrow(name);
  });

  it.each(['a.YAML', 'a.Yml', 'a.JSON'])('are not those in upper case: %s', (name) => {
    const folder = folderWith({ [name]: '{"resources": []}' });
    expect(loadMappingFiles(folder, NONE)).toMatchObject({ problems: [], ignored: [], config: { resources: [] } });
  });
});

describe('what is wrong with YAML', () => {
  it.each([
    ['a: *x\n', 'has the alias *x, and no &x before it'],
    ['a: &x\n  b: *x\n', 'has an alias (*name) inside of what it stands for'],
    ['a: 1\n---\nb: 2\n', 'has several documents (---); give each a file of its own'],
    ['a:\n  <<: 1\n', 'merges (<<) something that is no object'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]\n`,
      'has aliases (*name) that stand for too much together; write some of the parts out',
    ],
  ])('is said in our own words: %j', (text, message) => {
    const { problems } = loadMappingFiles(folderWith({ 'a.yaml': text }), NONE);
    expect(problems[0]?.message).toMatch(/a\.yaml/);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.message).not.toMatch(/attack|YAML\.|must be set|please/);
  });

  it('is a warning where a tag means nothing here', () => {
    const { problems } = loadMappingFiles(folderWith({ 'a.yaml': 'resources: !env []\n' }), NONE);
    expect(problems).toMatchObject([{ severity: 'warning', message: expect.stringContaining('!env') }]);
  });
});
