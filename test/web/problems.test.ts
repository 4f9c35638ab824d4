import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/core/errors.ts';
import { adviceOn } from '../../web/parts/run/advice-text.ts';
import {
  badShare,
  cellNumbers,
  cellText,
  changeText,
  type FieldCell,
  type FieldRow,
  levelOf,
  worseFirst,
} from '../../web/parts/run/field-cells.ts';
import { readProjectFile } from '../house/files.ts';

const ERRORS = readProjectFile('docs/errors.md').text;

describe('what to do about a problem', () => {
  it.each(Object.keys(CODES))('is said of %s, without marks of Markdown', (code) => {
    const blocks = adviceOn(ERRORS, code) ?? [];
    const texts = blocks.flatMap(({ lines }) => lines.flat());
    expect(texts.length).toBeGreaterThan(1);
    const plain = texts.filter(({ kind }) => kind !== 'code').map(({ text }) => text);
    expect(plain.join(' ')).not.toMatch(/`|\*\*|\]\(|^#/m);
  });

  it('is not made up for another code', () => expect(adviceOn(ERRORS, 'nonsense')).toBeUndefined());

  it('has lists', () => {
    const text = '### `a`\n\nOne\nline.\n\n- **x** `y`\n  z\n- [w](w.md)\n\n## Next\n\n### `b`\n\nB.\n';
    expect(adviceOn(text, 'a')).toEqual([
      { list: false, lines: [[{ kind: 'text', text: 'One line.' }]] },
      {
        list: true,
        lines: [
          [
            { kind: 'strong', text: 'x' },
            { kind: 'text', text: ' ' },
            { kind: 'code', text: 'y' },
            { kind: 'text', text: ' z' },
          ],
          [{ kind: 'text', text: 'w' }],
        ],
      },
    ]);
  });
});

const cell = (values: number, nulls = 0, failed = 0): FieldCell => ({ values, nulls, failed });

describe('a cell of the map of fields', () => {
  it.each([
    [null, 'absent', '–', 'This run had no such expression, or did not read its kind.'],
    [cell(0), 'absent', '–', 'Nothing was mapped.'],
    [cell(30), 'full', 'all', '30 values, 0 nulls, none failed'],
    [cell(27, 3), 'few', '10 % null', '27 values, 3 nulls, none failed'],
    [cell(10, 20), 'many', '67 % null', '10 values, 20 nulls, none failed'],
    [cell(0, 1), 'none', 'none', '0 values, 1 null, none failed'],
    [cell(2_999, 0, 1), 'failing', 'under 1 % fail', '2,999 values, 0 nulls, 1 failed'],
  ] as const)('%j', (given, level, text, numbers) => {
    expect([levelOf(given), cellText(given), cellNumbers(given)]).toEqual([level, text, numbers]);
  });
});

function row(path: string, ...cells: FieldCell[]): FieldRow {
  return { entry: 'resources[0]', kind: 'k', blueprint: 'b', path, expression: `.${path}`, cells };
}

describe('the map of fields', () => {
  it('has what got worse on top, then what fails, then what is mostly empty; what is well is left out', () => {
    const rows = [
      row('well', cell(9), cell(9)),
      row('alwaysEmpty', cell(0, 9), cell(0, 9)),
      row('alwaysFails', cell(5, 0, 4), cell(5, 0, 4)),
      row('worse', cell(1, 8), cell(9), cell(9)),
      row('better', cell(9), cell(0, 9)),
      row('new', cell(5, 4), null),
    ];
    expect(worseFirst(rows).map(({ row: { path } }) => path)).toEqual([
      ...['worse', 'alwaysFails', 'alwaysEmpty', 'new', 'better'],
    ]);
    expect(worseFirst(rows).map(changeText)).toEqual([
      'got worse: 0 % → 89 % without a value',
      'as before: 44 % without a value',
      'as before: 100 % without a value',
      '44 % without a value',
      'got better: 100 % → 0 % without a value',
    ]);
  });

  it('goes by the newest run that has the expression, and by what was usual before', () => {
    const [one] = worseFirst([row('a', null, cell(5, 5), cell(9), cell(9), cell(0, 9))]);
    expect([one?.now, one?.before]).toEqual([0.5, 0]);
    expect(badShare(null)).toBeUndefined();
  });
});
