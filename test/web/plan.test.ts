import { describe, expect, it } from 'vitest';
import type { HeldSet } from '../../src/answers/held/document.ts';
import { isApprovable } from '../../src/core/deletion.ts';
import { blockReasonSchema } from '../../src/server/report-schema.ts';
import { changedFields } from '../../web/parts/plan/changed-fields.ts';
import { differenceOf, differenceWords } from '../../web/parts/plan/difference.ts';
import {
  canBeApproved,
  causeWords,
  isTypedCount,
  ownCause,
  percent,
  REASONS,
  reasonWords,
  shareWords,
} from '../../web/parts/plan/held-words.ts';
import { outcomeOf } from '../../web/parts/plan/outcome.ts';
import { type Change, countsOf, groupsOf, matches, rowsOf, titleOf } from '../../web/parts/plan/plan-rows.ts';
import { diffCounts, diffLines } from '../../web/ui/diff-lines.ts';
import { blueprintReport, runReport as reportOf } from '../reporting/runs.ts';

describe('the words for a held-back set', () => {
  it('explain every reason, and say of those alone that can be approved how', () => {
    expect(Object.keys(REASONS).sort()).toEqual([...blockReasonSchema.options].sort());
    for (const reason of blockReasonSchema.options) {
      expect(canBeApproved(reason)).toBe(isApprovable(reason));
      expect(reasonWords(reason).next.includes('approve this set'), reason).toBe(isApprovable(reason));
    }
    expect(reasonWords('of a later version').title).toBe('Held back');
  });

  it.each<[Partial<HeldSet>, string]>([
    [{}, '20 of 30 entities would go: 66.7 %; the mapping lets 30 % go at once'],
    [{ threshold: null }, '20 of 30 entities would go: 66.7 %; the mapping lets none go without approval'],
    [{ reason: 'unmapped' }, '20 of 30 entities would go: 66.7 %'],
    [{ total: null, share: null }, '20 entities would go'],
    [{ count: 1, total: null, share: null }, '1 entity would go'],
  ])('say the share: %o', (changes, words) => {
    const set = { reason: 'threshold', count: 20, total: 30, share: 2 / 3, threshold: 0.3, ...changes } as HeldSet;
    expect(shareWords(set)).toBe(words);
  });

  it('say why the entities are to go once, and not again why they stay', () => {
    const detail = '40 % would go, entityDeletionThreshold allows 30 % (120: no item gives it (any more))';
    expect(causeWords({ reason: 'threshold', detail })).toBe('120: no item gives it (any more)');
    expect(causeWords({ reason: 'threshold', detail: '40 % would go' })).toBe('');
    expect(causeWords({ reason: 'contradicted', detail })).toBe(detail);
    expect(ownCause('no item gives it; held back (threshold): 40 % would go')).toBe('no item gives it');
    expect(ownCause(undefined)).toBe('');
  });

  it('tell a share just above the threshold from it', () => {
    expect([percent(0.304), percent(0.3), percent(1)]).toEqual(['30.4 %', '30 %', '100 %']);
  });

  it('take the count as people type it, and no other', () => {
    for (const typed of ['1200', ' 1200 ', '1,200', '1 200', "1'200"]) expect(isTypedCount(typed, 1200)).toBe(true);
    for (const typed of ['', '120', '12000', '1200x', '-1200', '1e3']) expect(isTypedCount(typed, 1200)).toBe(false);
  });
});

describe('differenceOf', () => {
  it('names what came in and what left', () => {
    const difference = differenceOf(['a', 'b', 'c'], ['b', 'c', 'd', 'e']);
    expect(difference).toEqual({ added: ['d', 'e'], left: ['a'], both: 2 });
    expect(differenceWords(difference)).toBe('2 came in, 1 is no longer in it');
    expect(differenceWords(differenceOf(['a'], ['a']))).toBe('the names are the same');
  });
});

const approved = { blueprint: 'service', digest: '0123456789abcdef', count: 3 };
const unmatched = {
  ...{ code: 'approval_unmatched' as const, severity: 'warning' as const, count: 1, samples: [] },
  message: `The approved set of deletions ${approved.digest} is not what would be deleted now`,
};
const held = (reason: 'threshold' | 'incomplete') => ({ reason, count: 4, digest: 'fedcba9876543210', sample: [] });

describe('outcomeOf', () => {
  const end = (blueprint: Parameters<typeof blueprintReport>[1], more: Parameters<typeof reportOf>[0] = {}) =>
    outcomeOf(reportOf({ blueprints: [blueprintReport('service', blueprint)], ...more }), approved);

  it('says how many went, and of those that did not, why', () => {
    expect(end({ deleted: 3, stale: 3 })).toEqual({ type: 'done', deleted: 3, missing: 0, why: [] });
    const problem = {
      ...{ code: 'delete_failed' as const, severity: 'error' as const, count: 1, samples: ['x'] },
      message: 'Entities of service could not be deleted: has_dependents: …',
    };
    expect(end({ deleted: 2, stale: 3 }, { problems: [problem] })).toEqual({
      ...{ type: 'done', deleted: 2, missing: 1 },
      why: [problem.message],
    });
  });

  it('says that the set has changed, and which it is now', () => {
    const now = held('threshold');
    expect(end({ stale: 4, deletionBlocked: now }, { problems: [unmatched] })).toEqual({ type: 'changed', now });
  });

  it('tells a set that shrank below the guards, and one of which nothing is left', () => {
    expect(end({ deleted: 1, stale: 1 }, { problems: [unmatched] })).toEqual({ type: 'guard_let_go', deleted: 1 });
    expect(end({}, { problems: [unmatched] })).toEqual({ type: 'nothing_left' });
  });

  it('says why nothing of the blueprint could be approved', () => {
    const now = held('incomplete');
    expect(end({ stale: 4, deletionBlocked: now }, { problems: [unmatched] })).toEqual({ type: 'not_proved', now });
    const error = { code: 'port_failed' as const, severity: 'error' as const, message: 'no', count: 1, samples: [] };
    const failed = reportOf({ status: 'failed', blueprints: [], problems: [error] });
    expect(outcomeOf(failed, approved)).toEqual({ type: 'ended', status: 'failed', why: ['no'] });
    expect(end({}, { status: 'aborted' })).toMatchObject({ type: 'ended', status: 'aborted' });
  });
});

const change = (action: Change['action'], identifier: string, more: Partial<Change> = {}): Change => ({
  ...{ action, blueprint: 'service', identifier, title: null },
  ...more,
});

describe('the rows of a plan', () => {
  const changes = [
    change('create', 'c1'),
    change('update', 'u1', { title: { from: 'Old Name', to: 'New' } }),
    change('delete', 'd1', { blueprint: 'a' }),
    change('delete', 'd2', { blocked: true, reason: 'gone' }),
    change('delete', 'd3', { blocked: true }),
  ];

  it('have deletions first, and what is held back before the rest', () => {
    const groups = groupsOf(changes);
    expect(groups.map(({ key, held }) => [key, held])).toEqual([
      ['delete service', 2],
      ['delete a', 0],
      ['update service', 0],
      ['create service', 0],
    ]);
    expect(rowsOf(groups, () => false)).toHaveLength(4);
    const rows = rowsOf(groups, (key) => key === 'delete service');
    expect(rows.map(({ type }) => type)).toEqual(['group', 'change', 'change', 'group', 'group', 'group']);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(countsOf(changes)).toEqual({ delete: 3, update: 1, create: 1, held: 2 });
  });

  it('are found by identifier and title, in any case', () => {
    const all = { action: undefined, blueprint: undefined, held: false, q: '' };
    const found = (filter: Partial<typeof all> & object) =>
      changes.filter((each) => matches(each, { ...all, ...filter })).map(({ identifier }) => identifier);
    expect(found({ q: 'NEW' })).toEqual(['u1']);
    expect(found({ q: 'd' })).toEqual(['d1', 'd2', 'd3']);
    expect(found({ held: true })).toEqual(['d2', 'd3']);
    expect(changes.filter((each) => matches(each, { ...all, action: 'create' }))).toHaveLength(1);
    expect(changes.filter((each) => matches(each, { ...all, blueprint: 'a' }))).toHaveLength(1);
    expect(titleOf(change('delete', 'x', { title: { from: 'was', to: null } }))).toBe('was');
  });

  it('name every changed field, and tell a relation from a property', () => {
    const values = { from: 1, to: 2 };
    const all = change('update', 'u', {
      ...{ title: values, icon: values, team: values },
      ...{ properties: { status: values }, relations: { service: values } },
    });
    expect(changedFields(all).map(({ name }) => name)).toEqual(['title', 'icon', 'team', 'status', '→ service']);
    expect(changedFields(change('delete', 'd', { title: 'D' }))).toEqual([]);
  });
});

describe('diffLines', () => {
  it('says of each line what it is', () => {
    const diff = '@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n---';
    expect(diffLines(diff).map(({ kind }) => kind)).toEqual(['place', 'same', 'removed', 'added', 'removed']);
    expect(diffCounts(diff)).toBe('+1 −2');
  });
});
