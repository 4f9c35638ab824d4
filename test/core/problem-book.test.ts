import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Incident, ProblemBook } from '../../src/core/problem-book.ts';
import type { Problem } from '../../src/core/report.ts';

const incident: fc.Arbitrary<Incident> = fc.record(
  {
    code: fc.constantFrom('field_failed', 'upsert_failed'),
    severity: fc.constantFrom('error', 'warning'),
    kind: fc.constantFrom('komodorService', 'komodorHealthMonitoring'),
    group: fc.constantFrom('a', 'b'),
    message: fc.string(),
    sample: fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6', 's7'),
    count: fc.nat(5),
  },
  { requiredKeys: ['code', 'severity', 'group', 'message'] },
);

function keyOf({ code, kind, group }: Incident): string {
  return JSON.stringify([code, kind, group]);
}

describe('ProblemBook', () => {
  it('makes one problem of the incidents of a code, kind and group, and counts them all', () => {
    fc.assert(
      fc.property(fc.array(incident), (incidents) => {
        const told: Problem[] = [];
        const book = new ProblemBook((problem) => told.push(problem));
        for (const each of incidents) book.add(each);
        const problems = book.list();
        const kinds = new Set(incidents.map(keyOf)).size;
        expect(problems).toHaveLength(kinds);
        expect(told).toHaveLength(kinds);
        const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
        expect(sum(problems.map(({ count }) => count))).toBe(sum(incidents.map(({ count }) => count ?? 1)));
        for (const { samples } of problems) {
          expect(samples.length).toBeLessThanOrEqual(5);
          expect(new Set(samples).size).toBe(samples.length);
        }
      }),
    );
  });

  it('has errors exactly when a problem in its list is one', () => {
    fc.assert(
      fc.property(fc.array(incident), (incidents) => {
        const book = new ProblemBook();
        for (const each of incidents) book.add(each);
        expect(book.hasErrors).toBe(book.list().some(({ severity }) => severity === 'error'));
      }),
    );
  });

  it('takes in problems from elsewhere as they are', () => {
    const problems: Problem[] = [
      { code: 'blueprint_drift', severity: 'warning', message: 'one', count: 3, samples: ['a', 'b'] },
      { code: 'blueprint_drift', severity: 'warning', message: 'two', count: 1, samples: [] },
    ];
    const book = new ProblemBook();
    book.include(problems);
    expect(book.list()).toEqual(problems);
    expect(book.hasErrors).toBe(false);
  });

  it('keeps a list that was given out as it was', () => {
    const book = new ProblemBook();
    const failure = { code: 'field_failed', severity: 'error', group: '', message: 'm' } as const;
    book.add({ ...failure, sample: 'first' });
    const [before] = book.list();
    book.add({ ...failure, sample: 'second' });
    expect(before).toMatchObject({ count: 1, samples: ['first'] });
    expect(book.list()).toMatchObject([{ count: 2, samples: ['first', 'second'] }]);
  });
});
