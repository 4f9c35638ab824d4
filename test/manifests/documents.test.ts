import { describe, expect } from 'vitest';
import { entity, it, openFolder, readKind, sourceOf } from './support.ts';

const HEAD = 'apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: api, namespace: payments}\n';

describe('manifests', () => {
  it('are read from YAML with several documents, JSON, and lists in lists, at any depth', async ({ folder }) => {
    const list = {
      apiVersion: 'getport.io/v1',
      kind: 'EntityList',
      items: [{ metadata: { name: 'c' }, spec: { blueprint: 'b', identifier: 'c' } }],
    };
    folder.write('a/b/c/d/deep.yml', `# a comment\n\n---\n${entity('one')}---\n# nothing\n---\n${entity('two')}`);
    folder.write(
      'one.JSON',
      JSON.stringify({ apiVersion: 'getport.io/v1', kind: 'Entity', spec: { blueprint: 'b', identifier: 'j' } }),
    );
    folder.write('some.json', JSON.stringify([{ apiVersion: 'v1', kind: 'List', items: [list] }], null, 1));
    folder.write('cluster.yaml', entity('whole', { kind: 'ClusterEntity' }));
    folder.write('windows.yaml', Buffer.from(`\ufeff${entity('wide').replaceAll('\n', '\r\n')}`, 'utf16le'));
    folder.write('readme.md', 'no manifest');
    const source = sourceOf(folder.path);
    const { labels, items, completeness } = await readKind(source);
    expect(labels).toEqual([
      'a/b/c/d/deep.yml:4 Entity shop/one',
      'a/b/c/d/deep.yml:13 Entity shop/two',
      'one.JSON:1 Entity j',
      'some.json:10 Entity c',
      'windows.yaml:1 Entity shop/wide',
    ]);
    expect(completeness).toEqual({ complete: true });
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
    expect(items[3]?.value).toMatchObject({ apiVersion: 'getport.io/v1', kind: 'Entity' });
    expect((await readKind(source, 'getport.io/v1/clusterentities')).labels).toEqual([
      'cluster.yaml:1 ClusterEntity whole',
    ]);
  });

  it('are limited by namespaces', async ({ folder }) => {
    folder.write('a.yaml', `${entity('a')}---\n${entity('b').replace('shop', 'other')}`);
    const source = sourceOf(folder.path);
    expect((await readKind(source, undefined, { namespaces: ['other'] })).labels).toEqual(['a.yaml:8 Entity other/b']);
    const [kind] = source.kinds;
    expect(kind?.select({ namespace: 'x' })).toEqual({
      complaints: [
        expect.stringContaining(
          'namespace: getport.io/v1/entities has no such selector key (did you mean namespaces?)',
        ),
      ],
    });
    expect(kind?.select({ namespaces: 'x' })).toHaveProperty('complaints');
  });

  it('of other programs are passed over and counted', async ({ folder }) => {
    const notes: string[] = [];
    folder.write(
      'kustomization.yaml',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
    );
    folder.write('values.yaml', 'replicas: 1\n');
    folder.write('Chart.yaml', 'apiVersion: v2\nname: x\n');
    folder.write(
      'namespaces.yaml',
      ['a', 'b'].map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`).join('---\n'),
    );
    folder.write('a.yaml', entity('a'));
    const source = sourceOf(folder.path, { onNote: (text) => notes.push(text) });
    for (const _ of [1, 2]) expect((await readKind(source)).completeness).toEqual({ complete: true });
    expect(notes).toEqual([
      `${folder.path}: 5 documents of other kinds were passed over: Kustomization (1), Namespace (2), something without kind (2)`,
    ]);
  });

  it.each([
    ['with an unknown kind', 'apiVersion: getport.io/v1\nkind: Entitty\n', 2, 'did you mean Entity?'],
    ['with another version', 'apiVersion: getport.io/v1beta1\nkind: Entity\n', 1, 'must be getport.io/v1'],
    ['with another word for the group', 'apiVersion: getport.io\nkind: Entity\n', 1, 'must be getport.io/v1'],
    ['without kind', 'apiVersion: getport.io/v1\n', 1, 'kind is missing'],
    ['without anything but spec', 'spec: {blueprint: b, identifier: i}\n', 1, 'apiVersion is empty'],
    [
      'with spec.title',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  title: T\n`,
      7,
      'use the annotation getport.io/title',
    ],
    [
      'with spec.icon',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  icon: T\n`,
      7,
      'use the annotation getport.io/icon',
    ],
    [
      'with spec.team',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  team: T\n`,
      7,
      'use the annotation getport.io/team',
    ],
    [
      'with a misspelt key',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  propertys: {}\n`,
      7,
      'did you mean properties?',
    ],
    [
      'with properties outside of spec',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\nproperties: {}\n`,
      7,
      'belongs into spec',
    ],
    [
      'with a misspelt annotation',
      `apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  annotations:\n    getport.io/titel: T\nspec: {}\n`,
      6,
      'spec.blueprint is missing',
    ],
    [
      'with a misspelt annotation only',
      `apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  annotations:\n    getport.io/titel: T\nspec: {blueprint: b, identifier: i}\n`,
      5,
      'did you mean getport.io/title?',
    ],
    ['without blueprint', `${HEAD}spec:\n  identifier: i\n`, 4, 'spec.blueprint is missing'],
    ['without identifier', `${HEAD}spec:\n  blueprint: b\n`, 4, 'spec.identifier is missing'],
    ['with an empty identifier', `${HEAD}spec:\n  blueprint: b\n  identifier: ""\n`, 6, 'is an empty text'],
    ['with a number as identifier', `${HEAD}spec:\n  blueprint: b\n  identifier: 12\n`, 6, 'put it in quotes'],
    ['without spec', HEAD, 1, 'has no spec'],
    [
      'with a list as properties',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  properties: [a]\n`,
      7,
      'must be an object',
    ],
    [
      'with a duplicate key',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  identifier: j\n`,
      7,
      'the key identifier stands twice',
    ],
    ['with a tab', `${HEAD}spec:\n\tblueprint: b\n`, 5, 'begins with a tab'],
    ['with an alias bomb', bomb(), 1, 'aliases'],
    ['with an alias of nothing', `${HEAD}spec: *gone\n`, 1, 'the alias *gone, and no &gone before it'],
    ['with an alias inside of itself', 'a: &a\n  b: *a\n', 1, 'inside of what it stands for'],
    ['nested too deep', '['.repeat(100_000), 1, 'nested too deep'],
    [
      'with Flux placeholders',
      `${HEAD}spec:\n  blueprint: b\n  identifier: api-\${ENV}\n`,
      6,
      'ENV} is a placeholder as Flux',
    ],
    ['with Kustomize variables', `${HEAD}spec:\n  blueprint: b\n  identifier: $(NAME)\n`, 6, 'Kustomize variable'],
    [
      'with a placeholder in a relation',
      `${HEAD}spec:\n  blueprint: b\n  identifier: i\n  relations:\n    domain: \${D}\n`,
      8,
      'placeholder',
    ],
    [
      'with a quoted Helm template',
      `${HEAD}spec:\n  blueprint: b\n  identifier: "{{ .Values.name }}"\n`,
      6,
      'Helm template',
    ],
    [
      'with a bare Helm template',
      `${HEAD}spec:\n  blueprint: b\n  identifier: {{ .Values.name }}\n`,
      6,
      'Helm template',
    ],
    ['with a Helm condition', `{{- if .Values.on }}\n${HEAD}{{- end }}\n`, 1, 'Helm template'],
    [
      'with conflict markers',
      `${HEAD}spec:\n<<<<<<< HEAD\n  blueprint: a\n=======\n  blueprint: b\n>>>>>>> x\n`,
      5,
      'resolve the conflict',
    ],
    [
      'as a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n',
      1,
      'git lfs pull',
    ],
    ['of no bytes', '', 1, '0 bytes'],
    ['of zero bytes after a crash', '\0\0\0\0', 1, ''],
    ['cut off in the first word', 'apiVer', 1, 'written in part'],
    ['cut off in the first line', 'apiVersion: getpor', 1, 'must be getport.io/v1'],
    ['with a list without items', 'apiVersion: getport.io/v1\nkind: EntityList\n', 1, 'without items'],
    ['with an empty item of a list', 'apiVersion: v1\nkind: List\nitems:\n- null\n', 4, 'empty item'],
    ['in no known encoding', Buffer.from(`# caf\xe9\n${entity('x')}`, 'latin1'), 1, 'save it as UTF-8'],
  ])('%s cost themselves, by file and line, and make the read incomplete', async (_, text, line, message) => {
    const { folder, close } = openFolder();
    folder.write('team-a/bad.yaml', text);
    folder.write('good.yaml', entity('good'));
    const { labels, completeness } = await readKind(sourceOf(folder.path));
    close();
    expect(labels).toEqual(['good.yaml:1 Entity shop/good']);
    expect(completeness).toMatchObject({ complete: false, reason: 'document_broken' });
    expect(completeness).toHaveProperty('detail', expect.stringContaining(`team-a/bad.yaml:${line}: `));
    expect(completeness).toHaveProperty('detail', expect.stringContaining(message));
  });

  it.each([
    ['broken JSON', '[\n {"a": 1},\n]', 'is not JSON'],
    [
      'a key twice',
      '{"apiVersion": "getport.io/v1", "kind": "Entity",\n "spec": {"blueprint": "a", "blueprint": "b"}}',
      'stands twice',
    ],
    ['YAML', 'a: 1\n', 'is not JSON'],
  ])('in JSON with %s cost themselves', async (_, text, message) => {
    const { folder, close } = openFolder();
    folder.write('bad.json', text);
    const { completeness } = await readKind(sourceOf(folder.path));
    close();
    expect(completeness).toHaveProperty('detail', expect.stringMatching(new RegExp(`^bad.json:\\d+: .*${message}`)));
  });

  it('that are broken do not cost the documents beside them, nor the other kind', async ({ folder }) => {
    folder.write(
      'a.yaml',
      [entity('one'), 'apiVersion: getport.io/v1\nkind: Entity\nspec: {\n', entity('two')].join('---\n'),
    );
    folder.write('b.yaml', `${HEAD}spec: {blueprint: b}\n`);
    const source = sourceOf(folder.path);
    const entities = await readKind(source);
    expect(entities.labels).toEqual(['a.yaml:1 Entity shop/one', 'a.yaml:12 Entity shop/two']);
    expect(entities.completeness).toHaveProperty(
      'detail',
      expect.stringMatching(/a\.yaml:1\d: .*; b\.yaml:4: spec\.identifier/),
    );
    folder.write('a.yaml', entity('one'));
    expect((await readKind(source, 'getport.io/v1/clusterentities')).completeness).toEqual({ complete: true });
  });
});

describe('two manifests of one entity', () => {
  it.each([
    ['in two files', 'Entity', 'shop'],
    ['of two kinds', 'ClusterEntity', ''],
  ])('%s are named by both files and lines, and one of them counts', async (_, kind, namespace) => {
    const { folder, close } = openFolder();
    folder.write('a.yaml', entity('api').replace('namespace: shop', `namespace: "${namespace}"`));
    folder.write('b.yaml', `${entity('other')}---\n${entity('api', { kind })}`);
    const source = sourceOf(folder.path);
    const whole = await Promise.all(source.kinds.map(({ name }) => readKind(source, name)));
    close();
    expect(whole.flatMap(({ labels }) => labels)).toHaveLength(2);
    expect(whole.map(({ completeness }) => completeness)).toContainEqual({
      complete: false,
      reason: 'document_broken',
      detail: 'b.yaml:8: describes the entity api of service once more; a.yaml:1 describes it too, and was used',
    });
  });

  it('in two namespaces are left to the mapping', async ({ folder }) => {
    folder.write('a.yaml', `${entity('api')}---\n${entity('api').replace('shop', 'other')}`);
    const { labels, completeness } = await readKind(sourceOf(folder.path));
    expect([labels.length, completeness]).toEqual([2, { complete: true }]);
  });
});

function bomb(): string {
  const names = 'abcdefgh';
  const line = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(',')}]`;
  return [...names].map((name, at) => line(name, at === 0 ? 'x' : `*${names[at - 1]}`)).join('\n');
}
