import { describe, expect, it } from 'vitest';
import { fieldsDocument } from '../../src/answers/fields-document.ts';
import type { CountedField, RunFields } from '../../src/core/field-history.ts';

const STATUS = {
  ...{ entry: 'resources[0]', kind: 'komodorService', blueprint: 'service', path: 'properties.status' },
  ...{ expression: '.status', values: 5, nulls: 0, failed: 0 },
};

function run(runId: string, ...fields: readonly Partial<CountedField>[]): RunFields {
  const whole = (fields.length === 0 ? [{}] : fields).map((field) => ({ ...STATUS, ...field }));
  return { runId, startedAt: '2026-01-02T03:04:05.678Z', status: 'completed', fields: whole };
}

/** Rows as `entry expression: cell cell`. */
function rows(...runs: readonly RunFields[]): readonly string[] {
  return fieldsDocument(runs).fields.map(({ entry, expression, cells }) => {
    const texts = cells.map((cell) => (cell === null ? '-' : `${cell.values}/${cell.nulls}/${cell.failed}`));
    return `${entry} ${expression}: ${texts.join(' ')}`;
  });
}

describe('the rows of expressions', () => {
  it('have a cell for each run, in the order of the runs', () => {
    const runs = [run('b', { values: 3, nulls: 2 }), run('a')];
    expect(fieldsDocument(runs).runs.map(({ runId }) => runId)).toEqual(['b', 'a']);
    expect(rows(...runs)).toEqual(['resources[0] .status: 3/2/0 5/0/0']);
    expect(rows()).toEqual([]);
  });

  it('are others when the expression is another one, with null where a run has none', () => {
    expect(rows(run('c', { expression: '.health' }), run('b'), run('a'))).toEqual([
      'resources[0] .health: 5/0/0 - -',
      'resources[0] .status: - 5/0/0 5/0/0',
    ]);
    expect(rows(run('b'), run('a', { kind: 'other' }))).toHaveLength(2);
    expect(rows(run('b'), run('a', { blueprint: null }))).toHaveLength(2);
    expect(rows(run('b'), run('a', { path: 'title' }))).toHaveLength(2);
  });

  it('stay the same when the entry moves within the mapping, and keep equal ones apart', () => {
    expect(rows(run('b', { entry: 'resources[1]' }), run('a'))).toEqual(['resources[1] .status: 5/0/0 5/0/0']);
    const twice = [{}, { entry: 'resources[1]', values: 1 }];
    expect(rows(run('b', ...twice), run('a', ...twice))).toEqual([
      'resources[0] .status: 5/0/0 5/0/0',
      'resources[1] .status: 1/0/0 1/0/0',
    ]);
  });
});
