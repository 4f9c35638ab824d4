import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBlueprintFiles } from '../../src/config/blueprint-files.ts';
import { AppError } from '../../src/core/errors.ts';
import { folderWith } from './temporary-folder.ts';

const NONE = { addOns: [], variables: {} };

function blueprint(identifier: string, ...targets: readonly string[]) {
  return {
    identifier,
    title: identifier,
    schema: { properties: { p: { type: 'string' } } },
    relations: Object.fromEntries(targets.map((target) => [target, { target }])),
  };
}

function load(
  documents: { readonly [file: string]: unknown },
  options: Parameters<typeof loadBlueprintFiles>[1] = NONE,
) {
  const files = Object.fromEntries(Object.entries(documents).map(([name, value]) => [name, JSON.stringify(value)]));
  const folder = folderWith(files);
  const { blueprints, problems } = loadBlueprintFiles(folder, options);
  const messages = problems.map((problem) => problem.message.replace(`${folder}/`, ''));
  return { names: blueprints.map((one) => one.identifier), blueprints, messages };
}

describe('loadBlueprintFiles', () => {
  it('puts the targets of relations first and leaves circles alone', () => {
    expect(
      load({ 'a.json': [blueprint('a', 'c', 'elsewhere'), blueprint('b'), blueprint('c', 'd'), blueprint('d', 'c')] })
        .names,
    ).toEqual(['d', 'c', 'a', 'b']);
  });

  it('joins what two add-ons make of one blueprint; a file without an add-on may not make it again', () => {
    const own = (name: string, type = 'string') => ({
      ...blueprint('w', name),
      schema: { properties: { p: { type: 'string' }, [name]: { type } } },
    });
    const files = { 'a.json': { addOn: 'a', ...own('x') }, 'b.json': { addOn: 'b', ...own('y') } };
    const both = load(files, { addOns: ['a', 'b'], variables: {} });
    expect(both.messages).toEqual([]);
    expect(both.blueprints.map(({ schema, relations }) => [Object.keys(schema.properties), relations])).toEqual([
      [['p', 'x', 'y'], { x: { target: 'x' }, y: { target: 'y' } }],
    ]);
    const differing = { ...files, 'b.json': { addOn: 'b', ...own('x', 'number') } };
    expect(load(differing, { addOns: ['a', 'b'], variables: {} }).messages).toEqual([
      'b.json: properties.x: w has x already; that one is used',
    ]);
    expect(load({ ...files, 'c.json': blueprint('w') }, { addOns: ['a'], variables: {} }).messages).toEqual([
      'c.json: w: is defined twice; the first one is used',
    ]);
  });

  it('lets an add-on extend and add, only when it is on', () => {
    const files = {
      'a.json': {
        addOn: 'x',
        extends: 's',
        relations: { w: { target: '{{TARGET}}' } },
        properties: { q: { type: 'number' } },
      },
      'b.json': blueprint('s', 't'),
      'c.json': { addOn: 'x', ...blueprint('{{TARGET}}') },
    };
    expect(load(files).names).toEqual(['s']);
    const { names, blueprints, messages } = load(files, { addOns: ['x'], variables: { TARGET: 'wl' } });
    expect([names, messages]).toEqual([['wl', 's'], []]);
    expect(blueprints[1]).toMatchObject({
      relations: { t: { target: 't' }, w: { target: 'wl' } },
      schema: { properties: { p: { type: 'string' }, q: { type: 'number' } } },
    });
  });

  const COUNT = { calculationBy: 'entities', func: 'count' };

  it('lets several add-ons extend one blueprint, also with what Port computes, and two together bring more', () => {
    const count = (target: string) => ({ title: target, target, calculationSpec: COUNT });
    const files = {
      'a.json': [
        { addOn: 'x', extends: 's', aggregationProperties: { xs: count('x') } },
        { addOn: ['x', 'y'], extends: 's', mirrorProperties: { both: { path: 'w.p' } } },
      ],
      'b.json': {
        addOn: 'y',
        extends: 's',
        aggregationProperties: { ys: count('y') },
        relations: { w: { target: 'x' } },
      },
      'c.json': { ...blueprint('s'), calculationProperties: { c: { calculation: '.title', type: 'string' } } },
    };
    const computed = (...addOns: readonly string[]) => {
      const { blueprints, messages } = load(files, { addOns, variables: {} });
      expect(messages).toEqual([]);
      const [{ calculationProperties = {}, mirrorProperties = {}, aggregationProperties = {} } = {}] = blueprints;
      return Object.keys({ ...calculationProperties, ...mirrorProperties, ...aggregationProperties });
    };
    expect(computed()).toEqual(['c']);
    expect(computed('x')).toEqual(['c', 'xs']);
    expect(computed('y')).toEqual(['c', 'ys']);
    expect(computed('x', 'y')).toEqual(['c', 'both', 'xs', 'ys']);
  });

  it('keeps what is there already when an extension gives something else under its name', () => {
    const files = {
      'a.json': {
        ...blueprint('s', 't'),
        aggregationProperties: { n: { title: 'N', target: 't', calculationSpec: COUNT } },
      },
      'b.json': {
        extends: 's',
        properties: { p: { type: 'number' }, n: { type: 'number' } },
        relations: { t: { target: 'u' } },
      },
      'c.json': {
        extends: 's',
        mirrorProperties: { p: { path: 't.p' } },
        aggregationProperties: { n: { title: 'N', target: 't', calculationSpec: COUNT } },
      },
    };
    const { blueprints, messages } = load(files);
    expect(blueprints).toEqual([expect.objectContaining(files['a.json'])]);
    expect(messages).toEqual([
      'b.json: properties.p: s has p already; that one is used',
      'b.json: properties.n: s has n already; that one is used',
      'b.json: relations.t: s has t already; that one is used',
      'c.json: mirrorProperties.p: s has p already; that one is used',
    ]);
  });

  it.each<readonly ['calculationProperties' | 'mirrorProperties' | 'aggregationProperties', unknown, string]>([
    ['calculationProperties', { type: 'string' }, 'calculation: is missing'],
    ['calculationProperties', { calculation: '.x', type: 'text' }, 'type: must be one of'],
    ['mirrorProperties', { path: 'p' }, 'path: must be relations and a property, joined by dots'],
    ['mirrorProperties', {}, 'path: is missing'],
    ['aggregationProperties', 'x', 'must be an object'],
    ['aggregationProperties', { target: 't', calculationSpec: COUNT }, 'title: is missing'],
    ['aggregationProperties', { title: 'A', calculationSpec: COUNT }, 'target: is missing'],
    ['aggregationProperties', { title: 'A', target: 't' }, 'calculationSpec: is missing'],
    ...[
      [{ calculationBy: 'x' }, '.calculationBy: must have calculationBy, which is entities or property'],
      [{ calculationBy: 'entities', func: 'sum' }, '.func: must be count or average'],
      [{ calculationBy: 'property', func: 'count' }, '.func: must be sum, min, max, median or average'],
      [{ calculationBy: 'property', func: 'max' }, '.property: is missing'],
      [
        { calculationBy: 'entities', func: 'average', averageOf: 'year', measureTimeBy: 'x' },
        '.averageOf: must be one of',
      ],
    ].map(
      ([calculationSpec, what]) =>
        ['aggregationProperties', { title: 'A', target: 't', calculationSpec }, `calculationSpec${what}`] as const,
    ),
    [
      'aggregationProperties',
      { title: 'A', target: 't', calculationSpec: COUNT, query: { rules: [] } },
      'query.combinator: is missing',
    ],
    [
      'aggregationProperties',
      { title: 'A', target: 't', calculationSpec: COUNT, pathFilter: [{ path: ['a'] }, { path: ['b'] }] },
      'pathFilter: has more than one path',
    ],
  ])('leaves out of %s what Port would refuse, alone: %j', (section, definition, what) => {
    const good = { r: { title: 'R', target: 't', calculationSpec: COUNT } };
    const base = { ...blueprint('s', 't'), aggregationProperties: good };
    for (const document of [
      { ...base, [section]: { ...(section === 'aggregationProperties' ? good : {}), bad: definition } },
      [base, { extends: 's', [section]: { bad: definition } }],
    ]) {
      const { blueprints, messages } = load({ 'a.json': document });
      expect(messages).toEqual([expect.stringContaining(`${section}.bad`)]);
      expect(messages[0]).toContain(what);
      expect(JSON.stringify(blueprints)).not.toContain('bad');
      expect(blueprints[0]?.aggregationProperties).toEqual(
        section === 'aggregationProperties' ? good : expect.anything(),
      );
    }
  });

  it('leaves out a computed property with the name of another one', () => {
    const { blueprints, messages } = load({
      'a.json': { ...blueprint('s'), mirrorProperties: { p: { path: 'r.x' } } },
    });
    expect(messages).toEqual(['a.json: s: mirrorProperties.p: is the name of another property; it is left out']);
    expect(blueprints[0]?.mirrorProperties).toEqual({});
  });

  it.each([
    [
      'an identifier that Port refuses',
      { ...blueprint('a b') },
      'a.json: a b: identifier: has a character that Port refuses in a blueprint identifier',
    ],
    ['no title', { ...blueprint('a'), title: undefined }, 'a.json: a: title: is missing'],
    [
      'an unknown type',
      { ...blueprint('a'), schema: { properties: { p: { type: 'date' } } } },
      'a.json: a: schema.properties.p.type: must be one of string, number, boolean, object, array',
    ],
    ['no schema', { ...blueprint('a'), schema: undefined }, 'a.json: a: schema: is missing'],
    [
      'a required property that is not there',
      { ...blueprint('a'), schema: { properties: {}, required: ['x'] } },
      'a.json: a: schema: requires a property that it does not have',
    ],
    [
      'a relation without target',
      { ...blueprint('a'), relations: { r: {} } },
      'a.json: a: relations.r.target: is missing',
    ],
    [
      'many and required',
      { ...blueprint('a'), relations: { r: { target: 'b', many: true, required: true } } },
      'a.json: a: relations.r: cannot be many and required at once',
    ],
    ['an extension of nothing', { extends: 'nobody' }, 'a.json: extends: there is no blueprint nobody'],
    ['no object', 'x', 'a.json: must be a blueprint object'],
  ])('reports %s and keeps the rest', (_, document, message) => {
    const { names, messages } = load({ 'a.json': document, 'b.json': blueprint('b') });
    expect([names, messages]).toEqual([['b'], [message]]);
  });

  it('keeps the first of two with the same name', () => {
    const { names, messages } = load({ 'a.json': [blueprint('a'), blueprint('a')] });
    expect([names, messages]).toEqual([['a'], ['a.json: a: is defined twice; the first one is used']]);
  });

  it("reads only blueprints.* of Ocean's resources folder", () => {
    const files = {
      'port-app-config.json': {},
      'blueprints.json': [blueprint('a')],
      'actions.json': [{ identifier: 'x' }],
    };
    expect(load(files)).toMatchObject({ names: ['a'], messages: [] });
  });

  it('throws when there is nothing to read', () => {
    expect(() => loadBlueprintFiles(join(folderWith({}), 'missing'), NONE)).toThrow(AppError);
  });
});
