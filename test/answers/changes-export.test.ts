import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CSV_COLUMNS, csvCell, csvOf, ndjsonOf } from '../../src/answers/changes-export.ts';
import type { JournalRow } from '../../src/core/journal.ts';
import { readProjectFile } from '../house/files.ts';
import { readCsv } from './csv-reader.ts';

const AT = '2026-01-02T03:04:05.678Z';
const row = (fields: Partial<JournalRow>): JournalRow => ({
  action: 'update',
  outcome: 'done',
  at: AT,
  blueprint: 'komodorService',
  identifier: 'a',
  title: null,
  ...fields,
});

async function* piecesOf(...rows: readonly JournalRow[]) {
  for (const each of rows) yield [each];
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

/** The cells of the only row, by the names of their columns. */
async function cellsOf(fields: Partial<JournalRow>) {
  const [names = [], cells = [], ...others] = readCsv(await textOf(csvOf('run-1', piecesOf(row(fields)))));
  expect(others).toEqual([]);
  return Object.fromEntries(names.map((name, at) => [name, cells[at]]));
}

/** Signs with which a spreadsheet begins a formula. */
const FORMULA = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

describe('a run as CSV', () => {
  it('has a line for each row, in columns that stay', async () => {
    expect(await cellsOf({})).toEqual({
      run_id: 'run-1',
      at: AT,
      action: 'update',
      outcome: 'done',
      blueprint: 'komodorService',
      identifier: 'a',
      title: '',
      fields_changed: '0',
      fields: '',
      changes: '',
      reason: '',
      detail: '',
      error_code: '',
      error_message: '',
      source_kind: '',
      source_item: '',
      source_entries: '',
    });
  });

  it('says everything that a row says', async () => {
    const cells = await cellsOf({
      outcome: 'refused',
      title: { from: 'old', to: 'new' },
      properties: { status: { from: 'healthy', to: null } },
      relations: { service: { from: null, to: ['x', 'y'] } },
      fields: ['properties.size', 'properties.status'],
      reason: 'moved',
      detail: 'moved to another, "b"',
      error: { code: 'invalid', message: 'two\nlines' },
      source: { kind: 'komodorService', item: 'Deployment/prod/api', entries: ['resources[0]', 'resources[2]'] },
    });
    expect(cells).toMatchObject({
      title: 'new',
      fields_changed: '4',
      fields: 'title; properties.status; relations.service; properties.size',
      reason: 'moved',
      detail: 'moved to another, "b"',
      error_code: 'invalid',
      error_message: 'two\nlines',
      source_kind: 'komodorService',
      source_item: 'Deployment/prod/api',
      source_entries: 'resources[0]; resources[2]',
    });
    expect(JSON.parse(cells.changes ?? '')).toEqual({
      title: { from: 'old', to: 'new' },
      'properties.status': { from: 'healthy', to: null },
      'relations.service': { from: null, to: ['x', 'y'] },
    });
  });

  it.each(FORMULA.flatMap((sign) => ['', ' ', '"', `' `, '\u200b', '\ufeff\n'].map((lead) => [`${lead}${sign}1+1`])))(
    'makes no formula of %j',
    (text) => {
      const [[cell = ''] = []] = readCsv(`${csvCell(text)}\r\n`);
      expect(cell.startsWith("'")).toBe(true);
    },
  );

  it.each(['a=b', '1-2', 'a@b', '{"a":-1}', "o'neill", ''])('leaves %j as it is', (text) => {
    expect(readCsv(`${csvCell(text)}\r\n`)).toEqual(text === '' ? [['']] : [[text]]);
  });

  it.each([0, -5, 1.5])('leaves the number %d a number', (number) => expect(csvCell(number)).toBe(String(number)));

  it('obeys no terminal', () => expect(csvCell('a\u001b[31m\u202eb')).toBe('a\\u001b[31m\\u202eb'));

  it('gives every text back, but for what makes it harmless', () => {
    const texts = fc.string({ unit: fc.oneof(fc.constantFrom(',', '"', '\r', '\n', '=', "'", ' '), fc.string()) });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 2, maxLength: 5 }), (cells) => {
        const plain = cells.map((cell) => cell.replaceAll(/(?![\r\n\t])[\p{Cc}\p{Bidi_Control}]/gu, ''));
        const [read = [], ...others] = readCsv(`${plain.map((cell) => csvCell(cell)).join(',')}\r\n`);
        expect(others).toEqual([]);
        const withoutMark = read.map((cell, at) => (cell === plain[at] ? cell : cell.replace(/^'/, '')));
        expect(withoutMark).toEqual(plain);
      }),
    );
  });
});

describe('a run as NDJSON', () => {
  it('has the same keys in every line', async () => {
    const full = row({
      properties: { a: { from: 1, to: 2 } },
      error: { code: 'x', message: 'y\n' },
      source: { kind: 'k', item: 'i', entries: [] },
    });
    const lines = (await textOf(ndjsonOf('run-1', piecesOf(row({}), full)))).trimEnd().split('\n');
    const [first = {}, second = {}] = lines.map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(Object.keys(first)).toEqual(Object.keys(second));
    expect(first).toMatchObject({ runId: 'run-1', error: null, source: null, properties: {}, fields: [] });
    expect(second).toMatchObject({ ...full, fields: ['properties.a'] });
  });
});

describe('docs/last-run.md', () => {
  it('explains every column, in their order', () => {
    const section = readProjectFile('docs/last-run.md').text.split('<!-- columns -->')[1] ?? '';
    const columns = [...section.matchAll(/^\| `([a-z_]+)` \| \S/gm)].map(([, column]) => column);
    expect(columns).toEqual(Object.keys(CSV_COLUMNS));
  });
});
