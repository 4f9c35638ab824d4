import { describe, expect, it } from 'vitest';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { loadMappingFiles } from '../../src/config/mapping-files.ts';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { isObject } from '../../src/config/mapping-values.ts';
import { complaintsOf } from '../komodor/fake-komodor.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';
import { folderWith } from './temporary-folder.ts';

const QUERY = {
  combinator: 'and',
  rules: [
    { property: '$title', operator: '=', value: '.x' },
    { combinator: 'or', rules: [{ property: 'p', operator: '=', value: '.y' }] },
  ],
};
/** Every key that a mapping may have. */
const MAPPING = {
  enableMergeEntity: true,
  deleteDependentEntities: false,
  createMissingRelatedEntities: false,
  entityDeletionThreshold: 0.3,
  resources: [
    {
      kind: 'komodorService',
      selector: { query: 'true' },
      port: {
        itemsToParse: '.list',
        itemsToParseName: 'one',
        itemsToParseTopLevelTransform: false,
        entity: {
          mappings: [
            {
              identifier: QUERY,
              title: '.t',
              icon: '.i',
              blueprint: '"b"',
              team: QUERY,
              properties: { p: { q: '.q' } },
              relations: { r: QUERY },
            },
          ],
        },
      },
    },
  ],
};
const BLUEPRINT = {
  identifier: 'b',
  title: 'B',
  description: 'd',
  icon: 'i',
  ownership: { type: 'Direct' },
  changelogDestination: { type: 'KAFKA' },
  schema: {
    properties: {
      p: { type: 'string', title: 'P', format: 'url', enum: ['x'], enumColors: {}, pattern: '.', default: 'x' },
      n: { type: 'number', minimum: 1, maximum: 2 },
      l: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
    },
    required: ['p'],
  },
  relations: { r: { target: 'b', title: 'R', many: false, required: false, description: 'd' } },
  calculationProperties: { c: { calculation: '.x', type: 'string', title: 'C' } },
  mirrorProperties: { m: { path: 'r.p', title: 'M' } },
  aggregationProperties: {
    a: {
      title: 'A',
      target: 'b',
      calculationSpec: { calculationBy: 'entities', func: 'average', averageOf: 'day', measureTimeBy: '$createdAt' },
      query: { combinator: 'and', rules: [] },
      pathFilter: [{ path: ['r'], fromBlueprint: 'b' }],
    },
  },
};
/** Below these, names are the user's own. */
const FREE = ['properties', 'relations', 'calculationProperties', 'mirrorProperties', 'aggregationProperties'];
const OPEN = ['ownership', 'changelogDestination', 'enumColors', 'items', 'query'];
/** What is read by its source: the table below has them. */
const BY_KIND = ['selector'];

interface Mistyped {
  readonly key: string;
  readonly path: string;
  readonly document: unknown;
}

/** The document once for each of its keys, with that key given again under a mistyped name. */
function* mistyped(value: unknown, free: readonly string[], isFree = false): Generator<Mistyped> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const { key, path, document } of mistyped(item, free))
        yield { key, path: `[${index}]${path === '' ? '' : `.${path}`}`, document: value.with(index, document) };
    return;
  }
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!isFree) yield { key, path: '', document: { ...value, [`${key}x`]: inner } };
    if (free.includes(key) && !FREE.includes(key)) continue;
    for (const below of mistyped(inner, free, FREE.includes(key)))
      yield {
        ...below,
        path: below.path === '' ? key : `${key}.${below.path}`,
        document: { ...value, [key]: below.document },
      };
  }
}

/** Very short names resemble too much to be guessed. */
const hintOf = (key: string) => (key.length > 3 ? `did you mean ${key}?` : 'is not known');

describe('a mistyped key of a mapping', () => {
  // Expressions of a property may be objects of any names.
  const cases = [...mistyped(MAPPING, [...BY_KIND, 'properties'])].filter(({ path }) => !path.includes('.properties'));

  it('is looked for on every level', () => {
    expect(parseMapping(MAPPING, 'm', KOMODOR_NAMES).problems).toEqual([]);
    expect(cases.length).toBeGreaterThan(40);
  });

  it.each(cases)('$key at "$path" is named', ({ key, document }) => {
    const { mapping, problems } = parseMapping(document, 'm', KOMODOR_NAMES);
    const [problem, ...others] = problems;
    expect(others).toEqual([]);
    expect(problem?.path.split('.').at(-1)).toBe(`${key}x`);
    expect(problem?.message).toContain(hintOf(key));
    const isFlag = key in MAPPING && key !== 'resources';
    expect(problem?.severity).toBe(isFlag ? 'error' : 'warning');
    expect(mapping).toEqual(parseMapping(MAPPING, 'm', KOMODOR_NAMES).mapping);
  });

  it.each([
    ['entityDeletionThreshold', 'entityDeletionTreshold', 0.9, 0],
    ['deleteDependentEntities', 'deleteDependentEntites', true, false],
    ['createMissingRelatedEntities', 'createMissingRelatedEntity', true, false],
    ['enableMergeEntity', 'enableMergeEntities', true, true],
  ] as const)('%s instead takes the value that destroys least', (flag, name, absent, safe) => {
    expect(parseMapping({ resources: [] }, 'm', KOMODOR_NAMES).mapping.flags[flag]).toBe(absent);
    const { mapping, problems } = parseMapping({ resources: [], [name]: absent }, 'm', KOMODOR_NAMES);
    expect([mapping.flags[flag], problems.map(({ severity }) => severity)]).toEqual([safe, ['error']]);
  });

  it('does no harm where it stands for shared parts, or is one of Ocean’s that means nothing here', () => {
    expect(parseMapping({ 'x-shared': {}, resources: [] }, 'm', KOMODOR_NAMES).problems).toEqual([]);
    const [entry] = MAPPING.resources;
    const resources = [{ ...entry, selector: { query: 'true', exportEnvVariables: ['A'] } }];
    const { mapping, problems } = parseMapping({ resources }, 'm', KOMODOR_NAMES);
    expect(problems).toMatchObject([{ severity: 'warning', path: 'resources[0].selector.exportEnvVariables' }]);
    expect(mapping.entries.map(({ selector }) => selector)).toEqual([{}]);
  });

  it('that was to be addOn leaves the file out instead of using it always', () => {
    const folder = folderWith({
      'a.yaml': 'resources: []\n',
      'b.yaml': 'addOns: x\nresources: []\n',
    });
    const { problems, config, mapping } = loadMappingFiles(folder, { kinds: KOMODOR_NAMES, addOns: [], variables: {} });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('did you mean addOn?')]);
    expect([config, mapping.disabled.length]).toEqual([null, 1]);
  });

  it('that was to be addOn of an entry leaves the entry out instead of using it always', () => {
    const resources = MAPPING.resources.map((entry) => ({ ...entry, addon: 'x' }));
    const folder = folderWith({ 'a.yaml': JSON.stringify({ resources }) });
    const { problems, config, mapping } = loadMappingFiles(folder, { kinds: KOMODOR_NAMES, addOns: [], variables: {} });
    expect(problems.map(({ path, message }) => [path, message])).toEqual([
      ['resources[0].addon', expect.stringContaining('did you mean addOn?')],
    ]);
    expect([config, mapping.entries.length, mapping.disabled.length]).toEqual([null, 0, 1]);
  });
});

describe('a mistyped selector', () => {
  const KEYS = {
    komodorService: ['clusters', 'namespaces', 'kinds', 'status'],
    komodorHealthMonitoring: [
      ...['clusters', 'namespaces', 'checkTypes', 'severity', 'status', 'checkCategory', 'impactGroupType'],
    ],
  } as const;
  const cases = (['komodorService', 'komodorHealthMonitoring'] as const).flatMap((kind) =>
    KEYS[kind].flatMap((key) => [key.slice(0, -1), `${key}s`].map((name) => [kind, name, key] as const)),
  );

  it.each(cases)('of %s: %s', (kind, name, key) => {
    expect(complaintsOf(kind, { [name]: 'high' })).toEqual([
      `${name}: is no selector of ${kind} (did you mean ${key}?)`,
    ]);
  });

  it('that resembles none is told which there are', () => {
    expect(complaintsOf('komodorService', { nonsense: 1 })[0]).toContain('there are query, clusters, namespaces');
  });
});

describe('a mistyped key of a blueprint file', () => {
  function problemsOf(document: unknown) {
    const folder = folderWith({ 'a.json': JSON.stringify([BASE, document]) });
    return loadBlueprintFiles(folder, { addOns: [], variables: {} }).problems;
  }
  const BASE = { identifier: 'base', title: 'Base', schema: { properties: {} } };
  const { schema, relations, calculationProperties, mirrorProperties, aggregationProperties } = BLUEPRINT;
  const computed = { calculationProperties, mirrorProperties, aggregationProperties };
  const extension = { extends: 'base', properties: schema.properties, relations, ...computed };
  const cases = [...mistyped(BLUEPRINT, OPEN), ...mistyped(extension, OPEN)];

  it('is looked for on every level', () => {
    expect([...problemsOf(BLUEPRINT), ...problemsOf(extension)]).toEqual([]);
    expect(cases.length).toBeGreaterThan(50);
  });

  it.each(cases)('$key at "$path" is named', ({ key, document }) => {
    expect(problemsOf(document)).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining(hintOf(key)) }),
    ]);
  });
});
