import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMappingFiles } from '../../src/config/mapping-files.ts';
import { AppError } from '../../src/core/errors.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { folderWith } from './temporary-folder.ts';

const NONE = { kinds: KOMODOR_NAMES, addOns: [], variables: {} };

function resource(blueprint: string) {
  return `  - kind: komodorService
    selector: { query: 'true' }
    port: { entity: { mappings: { identifier: .uid, blueprint: '"${blueprint}"' } } }
`;
}

describe('loadMappingFiles', () => {
  it('reads one file', () => {
    const file = join(
      folderWith({ 'a.yaml': `enableMergeEntity: false\nx-other: 1\nresources:\n${resource('a')}` }),
      'a.yaml',
    );
    const { mapping, problems, config, origin } = loadMappingFiles(file, NONE);
    expect(problems).toEqual([]);
    expect(origin).toBe(file);
    expect(mapping.entries.map((entry) => entry.path)).toEqual(['resources[0]']);
    expect(mapping.flags.enableMergeEntity).toBe(false);
    expect(config).toMatchObject({ enableMergeEntity: false, 'x-other': 1, resources: [{ kind: 'komodorService' }] });
  });

  it('joins the files of a folder by name, add-ons last', () => {
    const folder = folderWith({
      'a-add-on.yaml': `addOn: extra\nresources:\n${resource('{{NAME}}')}`,
      'b.yml': `entityDeletionThreshold: 0.1\nresources:\n${resource('b')}`,
      'c.json': JSON.stringify({ resources: [], entityDeletionThreshold: 0.2, enableMergeEntity: true }),
      'notes.txt': 'no mapping',
    });
    const off = loadMappingFiles(folder, NONE);
    expect(off.mapping.entries.map((entry) => entry.path)).toEqual(['b.yml: resources[0]']);
    expect(off.mapping.flags.entityDeletionThreshold).toBe(0.1);
    expect(off.problems.map((problem) => problem.message)).toEqual([
      `${join(folder, 'c.json')}: entityDeletionThreshold: contradicts an earlier file; the earlier value is used`,
    ]);
    const on = loadMappingFiles(folder, { kinds: KOMODOR_NAMES, addOns: ['extra'], variables: { NAME: 'wl' } });
    expect(on.mapping.entries.map((entry) => entry.templates[0]?.blueprint)).toEqual(['"b"', '"wl"']);
    expect(on.config).not.toHaveProperty('addOn');
    expect(on.config?.resources).toHaveLength(2);
  });

  it('takes an entry only when all add-ons that it names are on, and calls it by its place in the file', () => {
    const entry = (addOn: unknown, blueprint: string) => ({
      addOn,
      kind: 'komodorService',
      selector: { query: 'true' },
      port: { entity: { mappings: { identifier: '.uid', blueprint } } },
    });
    const folder = folderWith({
      'a.yaml': JSON.stringify({ resources: [entry(['x', 'y'], '"both"'), entry('x', '"{{NAME}}"')] }),
      'b.yaml': JSON.stringify({ addOn: ['y', 'z'], resources: [entry(undefined, '"file"')] }),
    });
    const read = (...addOns: readonly string[]) => {
      const { mapping, problems, config } = loadMappingFiles(folder, { ...NONE, addOns, variables: { NAME: 'one' } });
      expect(problems).toEqual([]);
      expect(JSON.stringify(config)).not.toContain('addOn');
      return mapping.entries.map(({ path, templates }) => [path, templates[0]?.blueprint]);
    };
    expect(read()).toEqual([]);
    expect(read('y')).toEqual([]);
    expect(read('x')).toEqual([['resources[1]', '"one"']]);
    expect(read('x', 'y')).toEqual([
      ['resources[0]', '"both"'],
      ['resources[1]', '"one"'],
    ]);
    expect(read('y', 'z')).toEqual([['b.yaml: resources[0]', '"file"']]);
  });

  it('reports an add-on that is not there, and a variable without a value', () => {
    const folder = folderWith({ 'a.yaml': `addOn: extra\nresources:\n${resource('{{NAME}}')}` });
    const { problems } = loadMappingFiles(folder, { kinds: KOMODOR_NAMES, addOns: ['extra', 'typo'], variables: {} });
    expect(problems.map((problem) => problem.message)).toEqual([
      `${join(folder, 'a.yaml')}: {{NAME}} has no value`,
      `${folder}: no file has the add-on typo that ADD_ONS names`,
    ]);
  });

  it.each([
    [
      'a.yaml',
      `enableMergeEntity: true\nenableMergeEntity: false\nresources:\n${resource('a')}`,
      '2:1',
      'enableMergeEntity',
    ],
    [
      'a.json',
      `{"resources": [${JSON.stringify({ kind: 'komodorService', selector: { query: 'true' }, port: { entity: { mappings: { identifier: '.uid', blueprint: '"a"' } } } })}],
  "enableMergeEntity": true,
  "enableMergeEntity": false}`,
      '3:3',
      '"enableMergeEntity"',
    ],
  ])('of a key that stands twice in %s the last counts, which is said', (name, text, place, key) => {
    const file = join(folderWith({ [name]: text }), name);
    const { mapping, problems, config } = loadMappingFiles(file, NONE);
    expect(mapping.flags.enableMergeEntity).toBe(false);
    expect(mapping.entries.map((entry) => entry.templates[0]?.blueprint)).toEqual(['"a"']);
    expect(problems.map(({ message }) => message)).toEqual([
      `${file}:${place}: the key ${key} stands twice in one object; the last one counts`,
    ]);
    expect(config).not.toBeNull();
  });

  it('writes flags to Port by their usual names', () => {
    const file = join(
      folderWith({ 'a.yaml': `entity_deletion_threshold: 0.2\nresources:\n${resource('a')}` }),
      'a.yaml',
    );
    const { mapping, config } = loadMappingFiles(file, NONE);
    expect([mapping.flags.entityDeletionThreshold, config?.entityDeletionThreshold]).toEqual([0.2, 0.2]);
    expect(config).not.toHaveProperty('entity_deletion_threshold');
  });

  it("reads Ocean's resources folder", () => {
    const folder = folderWith({
      'port-app-config.yml': `resources:\n${resource('a')}`,
      'blueprints.json': '[]',
      'pages.json': '[]',
    });
    const { mapping, problems } = loadMappingFiles(folder, NONE);
    expect([mapping.entries.length, mapping.disabled.length, problems.length]).toEqual([1, 0, 0]);
  });

  it('says where the YAML breaks, keeps the other files, protects everything and gives nothing to write', () => {
    const folder = folderWith({
      'a.yaml': 'resources:\n  - kind: x\n   bad: y\n',
      'b.yaml': `resources:\n${resource('b')}`,
    });
    const { mapping, problems, config } = loadMappingFiles(folder, NONE);
    expect(problems[0]?.message).toContain(`${join(folder, 'a.yaml')}:3:`);
    expect(mapping.entries).toHaveLength(1);
    expect(mapping.disabled).toMatchObject([{ kind: null, blueprints: null }]);
    expect(config).toBeNull();
  });

  it('says where the JSON breaks', () => {
    const folder = folderWith({ 'a.json': '{\n  "resources": [],\n}' });
    expect(loadMappingFiles(folder, NONE).problems[0]?.message).toMatch(/a\.json: is not JSON: .*3:1|line 3/);
  });

  it('understands anchors and merge keys', () => {
    const text = `resources:
  - &first
    kind: komodorService
    selector: &all { query: 'true' }
    port: { entity: { mappings: { identifier: .uid, blueprint: '"a"' } } }
  - { <<: *first, selector: *all, kind: komodorHealthMonitoring }
`;
    const { mapping } = loadMappingFiles(folderWith({ 'a.yaml': text }), NONE);
    expect(mapping.entries.map((entry) => entry.kind)).toEqual(['komodorService', 'komodorHealthMonitoring']);
  });

  it('refuses a file that is too large, and one that grows without end', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nresources: [*c,*c,*c,*c,*c,*c]\n`;
    const folder = folderWith({ 'a.yaml': `# ${'x'.repeat(1024 * 1024)}`, 'b.yaml': bomb });
    const { problems } = loadMappingFiles(folder, NONE);
    expect(problems.map((problem) => problem.message)).toEqual([
      expect.stringContaining('a.yaml: is larger than 1 MiB'),
      expect.stringContaining('b.yaml: has aliases (*name)'),
    ]);
  });

  it.each([
    ['nothing there', {}, 'missing'],
    ['an empty folder', {}, ''],
    ['only add-ons', { 'a.yaml': 'addOn: x\nresources: []\n' }, ''],
  ])('throws for %s', (_, files, below) => {
    expect(() => loadMappingFiles(join(folderWith(files), below), NONE)).toThrow(AppError);
  });
});
