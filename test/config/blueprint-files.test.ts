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
