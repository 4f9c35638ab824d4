import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRow } from '../../src/core/journal.ts';
import { expressionOf } from '../../web/parts/run/expressions.ts';
import { countOf, filterIn, keyOf, optionsText, placeOfKey } from '../../web/parts/run/filter.ts';
import { prettyJson } from '../../web/parts/run/pretty-json.ts';
import { differences, fieldName } from '../../web/parts/run/row-words.ts';
import { refusalOf, rowOf } from '../queue/journal-rows.ts';

const queryOf = (text: string) => filterIn(new URLSearchParams(text));

describe('the filter in an address', () => {
  it('has only what is one', () => {
    expect(queryOf('action=update&outcome=held_back&blueprint=b&q=a+b&row=x')).toEqual({
      ...{ action: 'update', outcome: 'held_back', blueprint: 'b', q: 'a b' },
    });
    expect(queryOf('action=explode&outcome=&q=')).toEqual({});
  });

  it('knows its number of rows without asking, unless names matter', () => {
    const counts = { update: { done: 326, refused: 58 }, delete: { done: 343 } };
    const run = { runId: 'r', mode: 'resync', trigger: 'http', startedAt: '', finishedAt: null, status: null } as const;
    const count = (text: string) => countOf({ ...run, rows: 727, lost: 0, counts }, queryOf(text));
    expect([count(''), count('outcome=done'), count('action=update'), count('action=create')]).toEqual([
      727, 669, 384, 0,
    ]);
    expect([count('q=a'), count('blueprint=b')]).toEqual([undefined, undefined]);
  });

  it('is the same as options of the command', () => {
    expect(optionsText(queryOf("outcome=refused&q=it's"))).toBe(" --outcome refused --q 'it'\\''s'");
    expect(optionsText({})).toBe('');
  });
});

describe('the key of a row', () => {
  it('leads back to the row, whatever its name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (identifier) => {
        const row = rowOf(identifier, { outcome: 'refused' });
        expect(placeOfKey(keyOf(row))).toEqual({
          identifier,
          filter: filterIn(
            new URLSearchParams({
              outcome: 'refused',
              action: 'update',
              blueprint: 'komodorService',
              q: identifier.slice(0, 200),
            }),
          ),
        });
      }),
    );
  });

  it('is different for each row of an entity', () => {
    const rows = [
      rowOf('a'),
      rowOf('a', { outcome: 'refused', error: refusalOf('a') }),
      rowOf('a', { action: 'delete' }),
    ];
    expect(new Set(rows.map(keyOf)).size).toBe(3);
    expect(placeOfKey('nonsense')).toBeUndefined();
  });
});

describe('the differences of a row', () => {
  const paths = (changes: Partial<JournalRow>) =>
    differences(rowOf('a', changes)).map(({ path, from, to }) => [path, from, to]);

  it('are of an object only the members that differ', () => {
    const labels = { from: { a: '1', b: '2', c: null }, to: { a: '1', b: '3', d: true } };
    expect(paths({ properties: { labels, list: { from: [1], to: [2] } } })).toEqual([
      ['properties.labels.b', '2', '3'],
      ['properties.labels.d', null, true],
      ['properties.list', [1], [2]],
    ]);
  });

  it('are the whole fields of what is new, and names where values are not kept', () => {
    expect(paths({ action: 'create', properties: { labels: { from: null, to: { a: 1 } } } })).toEqual([
      ['properties.labels', null, { a: 1 }],
    ]);
    expect(paths({ properties: {}, fields: ['properties.size'] })).toEqual([['properties.size', undefined, undefined]]);
  });

  it('have names for people', () => {
    expect(['properties.status', 'relations.service', 'title'].map(fieldName)).toEqual([
      'status',
      'service (relation)',
      'title',
    ]);
  });
});

describe('the expression of a field', () => {
  const source = (entry: string, expression: string, result: 'entity' | 'filtered' = 'entity') => ({
    ...{ kind: 'k', label: 'l', item: {} },
    rows: [{ entry, result, fields: [{ path: 'properties.x', expression }], problems: [] }],
  });

  it('is that of the entry that gave the row', () => {
    const explained = {
      sources: [source('resources[0]', '.a'), source('resources[1]', '.b'), source('resources[2]', '.c', 'filtered')],
    };
    expect(expressionOf(explained, 'properties.x', ['resources[1]'])).toBe('.b');
    expect(expressionOf(explained, 'properties.x', [])).toBe('.a');
    expect(expressionOf(explained, 'properties.y', [])).toBeUndefined();
    expect(expressionOf(undefined, 'properties.x', [])).toBeUndefined();
  });
});

describe('a kept text', () => {
  it('is broken into lines when it is JSON, and as it is when it was cut', () => {
    expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(prettyJson('{"a":… (cut here, 9 bytes in all)')).toBe('{"a":… (cut here, 9 bytes in all)');
  });
});
