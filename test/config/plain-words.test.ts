import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { parseMapping } from '../../src/config/mapping-schema.ts';
import { isObject } from '../../src/config/mapping-values.ts';
import { kindNames } from '../../src/core/kinds.ts';
import { temporaryFile } from '../lint/support.ts';

const WRONG = [undefined, null, 5, 'x', true, [], {}, [null], [[]], { a: { b: [1] } }];
/** Words of the library that checks, which say nothing to a person who wrote a file. */
const LIBRARY = /invalid (input|option|key)|nonoptional|expected|unrecognized|received|too (big|small)/i;

/** The document with each of its parts replaced by each wrong value. */
function* spoilt(document: unknown): Generator<unknown> {
  yield* WRONG;
  if (Array.isArray(document))
    for (const [at, inner] of document.entries())
      for (const wrong of spoilt(inner)) yield document.map((each, index) => (index === at ? wrong : each));
  else if (isObject(document))
    for (const [key, inner] of Object.entries(document))
      for (const wrong of spoilt(inner)) yield { ...document, [key]: wrong };
}

const MAPPING: unknown = parse(`
deleteDependentEntities: false
enableMergeEntity: true
entityDeletionThreshold: 0.3
resources:
  - kind: komodorService
    selector: { query: 'true' }
    port:
      itemsToParse: .x
      itemsToParseName: y
      itemsToParseTopLevelTransform: true
      entity:
        mappings:
          identifier: .a
          blueprint: '"b"'
          icon: '"x"'
          title: .b
          team: { combinator: '"and"', rules: [{ property: '"a"', operator: '"="', value: .b }] }
          properties: { plain: .p, nested: { inner: .q } }
          relations: { service: .s, found: { combinator: '"and"', rules: [{ operator: '"="' }] } }
`);

describe('what is wrong with a file is said in words of ours', () => {
  it('whatever stands in a mapping', () => {
    const messages = [...spoilt(MAPPING)].flatMap((raw) =>
      parseMapping(raw, 'm.yaml', kindNames(['komodorService'])).problems.map(({ message }) => message),
    );
    expect(messages.length).toBeGreaterThan(100);
    expect([...new Set(messages)].filter((message) => LIBRARY.test(message))).toEqual([]);
    expect(messages).toContain('m.yaml: resources[0].port.entity.mappings: is missing');
  });

  it('whatever stands in a blueprint', () => {
    const shipped: unknown = JSON.parse(readFileSync(join('blueprints', 'komodor-health-monitoring.json'), 'utf8'));
    const [first] = Array.isArray(shipped) ? shipped : [shipped];
    const blueprint = {
      ...first,
      schema: { properties: { a: { type: 'string', enum: ['x'], title: 'A' } }, required: ['a'] },
      mirrorProperties: { m: { title: 'M', path: 'service.status' } },
      calculationProperties: { c: { title: 'C', type: 'string', calculation: '.x' } },
      aggregationProperties: { g: { target: 'b', calculationSpec: { func: 'count', calculationBy: 'entities' } } },
    };
    const documents = [...spoilt(blueprint)].filter((document) => document !== undefined);
    const file = temporaryFile('blueprints.json', JSON.stringify(documents));
    const messages = loadBlueprintFiles(file, { addOns: [], variables: {} }).problems.map(({ message }) => message);
    expect(messages.length).toBeGreaterThan(100);
    expect([...new Set(messages)].filter((message) => LIBRARY.test(message))).toEqual([]);
  });
});
