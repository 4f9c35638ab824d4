import { describe, expect, it } from 'vitest';
import { VERDICTS } from '../../src/answers/explain/document.ts';
import { finalEntity, inPort, sameValue, whyEmpty } from '../../web/parts/catalog/field-rows.ts';
import { VERDICT_WORDS } from '../../web/parts/catalog/verdict-words.ts';

describe('the words of the part Catalog', () => {
  it('has a word, a shape and a next step for every verdict', () => {
    expect(Object.keys(VERDICT_WORDS).sort()).toEqual(Object.keys(VERDICTS).sort());
    const words = Object.values(VERDICT_WORDS);
    expect(new Set(words.map(({ word }) => word)).size).toBe(words.length);
    for (const { word, shape, next } of words) {
      expect([word, shape, next].filter((text) => text === '')).toEqual([]);
      expect(next).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('says why a field has no value', () => {
    const field = { path: 'properties.x', expression: '.lastDeploy.endTime | values | todate' };
    expect(whyEmpty({ ...field, value: '2026' })).toBeUndefined();
    expect(whyEmpty({ ...field, value: false })).toBeUndefined();
    expect(whyEmpty({ ...field, error: 'broken' })).toBe('broken');
    expect(whyEmpty(field)).toContain('left out before');
    expect(whyEmpty({ ...field, value: null, input: null })).toContain('has nothing at .lastDeploy.endTime');
    expect(whyEmpty({ ...field, value: null, input: 7 })).toContain('for this input');
    expect(whyEmpty({ path: 'title', expression: '.gone', value: null })).toContain('has nothing at .gone');
    expect(whyEmpty({ path: 'title', expression: 'null', value: null })).toBe('null: the expression gives nothing');
  });

  it('finds what Port has for a field, whatever the field is called', () => {
    const entity = { title: 't', icon: null, team: null, properties: { 'a.b': 1 }, relations: { service: 's' } };
    const port = { entity, owner: null, updatedAt: null };
    expect(inPort({ path: 'title' }, port)).toEqual({ value: 't' });
    expect(inPort({ path: 'properties.a.b' }, port)).toEqual({ value: 1 });
    expect(inPort({ path: 'relations.service' }, port)).toEqual({ value: 's' });
    expect(inPort({ path: 'properties.constructor' }, port)).toEqual({ value: null });
    expect([inPort({ path: 'selector.query' }, port), inPort({ path: 'title' }, null)]).toEqual([undefined, undefined]);
  });

  it('compares values as they are fitted to a blueprint', () => {
    expect(sameValue({ b: 1, a: [1] }, { a: [1], b: 1 })).toBe(true);
    expect([sameValue(3, '3'), sameValue(undefined, null), sameValue(null, ''), sameValue([1], [2])]).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it('joins the entities of several entries', () => {
    const entity = { blueprint: 'b', identifier: 'i', properties: { x: 1 }, relations: {} };
    const row = { entry: 'resources[0]', result: 'entity' as const, fields: [], problems: [] };
    const rows = [
      { ...row, entity },
      { ...row, entity: { ...entity, properties: { y: 2 } } },
      { ...row, entity: { ...entity, identifier: 'other' } },
    ];
    const sources = [{ kind: 'k', label: 'l', item: {}, rows }];
    const explanation = {
      ...{ blueprint: 'b', identifier: 'i', verdict: 'current' as const, summary: '', reads: [], port: null },
      ...{ relations: [], history: [], resembling: [], sources },
      next: { action: 'none' as const, changes: null, reason: '', digest: null },
    };
    expect(finalEntity(explanation)).toMatchObject({ identifier: 'i', properties: { x: 1, y: 2 } });
    expect(finalEntity({ ...explanation, sources: [] })).toBeUndefined();
  });
});
