import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { KOMODOR_KINDS } from '../../src/komodor/kinds.ts';
import { KOMODOR_NAMES } from '../komodor/kind-names.ts';

function entry(mappings: unknown, more: object = {}) {
  return { kind: 'komodorService', selector: { query: 'true' }, port: { entity: { mappings } }, ...more };
}
const GOOD = { identifier: '.uid', blueprint: '"service"' };

function messagesOf(raw: unknown) {
  return parseMapping(raw, 'm.yaml', KOMODOR_NAMES).problems.map((problem) => problem.message);
}

describe('parseMapping', () => {
  it('reads a whole entry', () => {
    const raw = {
      resources: [
        {
          kind: 'komodorHealthMonitoring',
          selector: { query: true, severity: ['high'] },
          port: {
            itemsToParse: '.supportingData.list',
            itemsToParseName: 'one',
            entity: {
              mappings: {
                ...GOOD,
                title: 5,
                icon: null,
                team: { combinator: '"and"', rules: [{ property: '$title', operator: '"="', value: 7 }] },
                properties: { a: '.a', n: { b: '.b', c: 1 }, '*': '.rest' },
                relations: {
                  r: { combinator: 'and', rules: [{ operator: '=', property: 'x', value: '.v' }] },
                  s: '.s',
                },
              },
            },
          },
        },
      ],
    };
    const { mapping, problems } = parseMapping(raw, 'm.yaml', KOMODOR_NAMES);
    expect(problems).toEqual([]);
    expect(mapping.disabled).toEqual([]);
    expect(mapping.entries).toEqual([
      {
        path: 'resources[0]',
        kind: 'komodorHealthMonitoring',
        selectorQuery: 'true',
        selector: { severity: ['high'] },
        itemsToParse: { expression: '.supportingData.list', name: 'one', topLevelTransform: true },
        templates: [
          {
            path: 'resources[0].port.entity.mappings',
            ...GOOD,
            title: '5',
            team: { combinator: '"and"', rules: [{ property: '$title', operator: '"="', value: '7' }] },
            properties: { a: '.a', n: { b: '.b', c: '1' }, '*': '.rest' },
            relations: { r: { combinator: 'and', rules: [{ operator: '=', property: 'x', value: '.v' }] }, s: '.s' },
          },
        ],
      },
    ]);
  });

  it("takes Ocean's defaults for flags that are absent", () => {
    expect(parseMapping({ resources: [] }, 'm', KOMODOR_NAMES).mapping.flags).toEqual({
      enableMergeEntity: true,
      deleteDependentEntities: true,
      createMissingRelatedEntities: true,
      entityDeletionThreshold: 0.9,
    });
  });

  it.each([
    [0.3, 0.3],
    ['0.5', 0.5],
    [0, 0],
    [null, null],
  ])('threshold %s', (given, used) => {
    const { mapping, problems } = parseMapping({ resources: [], entityDeletionThreshold: given }, 'm', KOMODOR_NAMES);
    expect([mapping.flags.entityDeletionThreshold, problems.length]).toEqual([used, 0]);
  });

  it.each([
    ...[true, 1, '1', 'true', 'TRUE', 't', 'T', 'yes', 'y', 'on', 'On'].map((value) => [value, true] as const),
    ...[false, 0, '0', 'false', 'f', 'F', 'no', 'n', 'off'].map((value) => [value, false] as const),
  ])('a flag of %j is %s, as in Ocean', (given, read) => {
    const port = { itemsToParse: '.l', itemsToParseTopLevelTransform: given, entity: { mappings: GOOD } };
    const resources = [{ kind: 'komodorService', selector: { query: 'true' }, port }];
    const { mapping, problems } = parseMapping({ resources, enableMergeEntity: given }, 'm', KOMODOR_NAMES);
    expect(problems).toEqual([]);
    expect(mapping.flags.enableMergeEntity).toBe(read);
    expect(mapping.entries[0]?.itemsToParse?.topLevelTransform).toBe(read);
  });

  it('takes the flags by their names in Python too, like Ocean; the usual name wins', () => {
    const raw = {
      resources: [],
      enable_merge_entity: false,
      delete_dependent_entities: 'f',
      create_missing_related_entities: 0,
      entity_deletion_threshold: 0.2,
    };
    const flags = {
      enableMergeEntity: false,
      deleteDependentEntities: false,
      createMissingRelatedEntities: false,
      entityDeletionThreshold: 0.2,
    };
    expect(parseMapping(raw, 'm', KOMODOR_NAMES)).toMatchObject({ mapping: { flags }, problems: [] });
    const both = parseMapping({ ...raw, entityDeletionThreshold: 0.5 }, 'm', KOMODOR_NAMES).mapping.flags
      .entityDeletionThreshold;
    expect(both).toBe(0.5);
  });

  it('an itemsToParse that is empty is none, as in Ocean', () => {
    const port = { itemsToParse: '', entity: { mappings: GOOD } };
    const { mapping, problems } = parseMapping(
      { resources: [{ kind: 'komodorService', selector: { query: 'true' }, port }] },
      'm',
      KOMODOR_NAMES,
    );
    expect([mapping.entries.map((entry) => entry.itemsToParse), problems]).toEqual([[undefined], []]);
  });

  it.each([1.2, -1, 'a lot', '', true, [0.5], Number.NaN])(
    'a threshold of %s never deletes and is reported',
    (given) => {
      const { mapping, problems } = parseMapping({ resources: [], entityDeletionThreshold: given }, 'm', KOMODOR_NAMES);
      expect([mapping.flags.entityDeletionThreshold, problems[0]?.path]).toEqual([0, 'entityDeletionThreshold']);
    },
  );

  it('takes the harmless side of a flag that cannot be read', () => {
    const raw = {
      resources: [],
      deleteDependentEntities: 'maybe',
      enableMergeEntity: 3,
      createMissingRelatedEntities: 'no',
    };
    const { mapping, problems } = parseMapping(raw, 'm', KOMODOR_NAMES);
    expect(mapping.flags).toMatchObject({
      deleteDependentEntities: false,
      enableMergeEntity: true,
      createMissingRelatedEntities: false,
    });
    expect(problems.map((problem) => problem.path).sort()).toEqual(['deleteDependentEntities', 'enableMergeEntity']);
  });

  it('disables only the entry that is wrong, and says which blueprints it concerns', () => {
    const raw = {
      resources: [
        entry(GOOD),
        entry({ identifier: ['x'], blueprint: '"service"' }),
        entry([GOOD, { ...GOOD, blueprint: "'other'" }], { kind: 'komodorServices' }),
        entry({ ...GOOD, blueprint: '.x' }, { selector: {} }),
        'nonsense',
      ],
    };
    const { mapping, problems } = parseMapping(raw, 'm.yaml', KOMODOR_NAMES);
    expect(mapping.entries.map((one) => one.path)).toEqual(['resources[0]']);
    expect(mapping.disabled.map(({ path, kind, blueprints }) => ({ path, kind, blueprints }))).toEqual([
      { path: 'resources[1].port.entity.mappings', kind: 'komodorService', blueprints: ['service'] },
      { path: 'resources[2]', kind: null, blueprints: ['service', 'other'] },
      { path: 'resources[3]', kind: 'komodorService', blueprints: null },
      { path: 'resources[4]', kind: null, blueprints: null },
    ]);
    expect(problems.map((problem) => problem.message)).toEqual([
      'm.yaml: resources[1].port.entity.mappings.identifier: must be a jq expression (text), or a search query with combinator and rules',
      `m.yaml: resources[2].kind: must be one of ${KOMODOR_KINDS.join(', ')}, not komodorServices (did you mean komodorService?)`,
      'm.yaml: resources[3].selector.query: is missing',
      'm.yaml: resources[4]: must be an object',
    ]);
  });

  it('keeps the good ones of several templates', () => {
    const { mapping } = parseMapping({ resources: [entry([GOOD, { identifier: '.x' }])] }, 'm', KOMODOR_NAMES);
    expect(mapping.entries[0]?.templates.map((one) => one.path)).toEqual(['resources[0].port.entity.mappings[0]']);
    expect(mapping.disabled.map((one) => one.path)).toEqual(['resources[0].port.entity.mappings[1]']);
  });

  it('leaves out a bad field and nothing else', () => {
    const mappings = {
      ...GOOD,
      title: ['x'],
      properties: { a: '.a', b: ['.b'], c: null, d: { e: [] } },
      relations: 'no',
    };
    const { mapping, problems } = parseMapping({ resources: [entry(mappings)] }, 'm', KOMODOR_NAMES);
    const template = mapping.entries[0]?.templates[0];
    expect(template?.properties).toEqual({ a: '.a' });
    expect(template).not.toHaveProperty('title');
    const at = 'resources[0].port.entity.mappings';
    expect(problems.map((problem) => problem.path)).toEqual([
      `${at}.title`,
      `${at}.properties.b`,
      `${at}.properties.c`,
      `${at}.properties.d.e`,
      `${at}.relations`,
    ]);
  });

  it.each([
    [null, ''],
    ['text', ''],
    [[], ''],
    [{}, 'resources'],
    [{ resources: {} }, 'resources'],
  ])('an unusable root (%j) protects everything', (raw, path) => {
    const { mapping, problems } = parseMapping(raw, 'm', KOMODOR_NAMES);
    expect(mapping.entries).toEqual([]);
    expect(mapping.disabled).toMatchObject([{ path, kind: null, blueprints: null }]);
    expect(problems).toHaveLength(1);
  });

  it('an empty list of templates is a mistake', () => {
    expect(messagesOf({ resources: [entry([])] })).toEqual(['m.yaml: resources[0].port.entity.mappings: is empty']);
  });

  it('never throws, and every entry is live or disabled', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.jsonValue().map((value) => entry(value)),
          ),
        ),
        (resources) => {
          const { mapping } = parseMapping({ resources }, 'm', KOMODOR_NAMES);
          const paths = [...mapping.entries, ...mapping.disabled].map((one) =>
            one.path.replace(/^(resources\[\d+\]).*/, '$1'),
          );
          expect(new Set(paths).size).toBe(resources.length);
        },
      ),
    );
  });

  it('keeps keys such as __proto__ as they are', () => {
    const raw: unknown = JSON.parse(
      '{"resources":[{"kind":"komodorService","selector":{"query":"true"},"port":{"entity":{"mappings":{"identifier":".a","blueprint":".b","properties":{"__proto__":".c","constructor":".d"}}}}}]}',
    );
    const properties = parseMapping(raw, 'm', KOMODOR_NAMES).mapping.entries[0]?.templates[0]?.properties ?? {};
    expect(Object.entries(properties)).toEqual([
      ['__proto__', '.c'],
      ['constructor', '.d'],
    ]);
  });
});
