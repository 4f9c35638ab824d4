import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/canonical.ts';
import {
  blockedBecause,
  type DeletionCase,
  decideDeletion,
  isApprovable,
  type Taint,
  type Testimony,
} from '../../src/core/deletion.ts';

const REASONS = ['incomplete', 'rejected', 'disabled', 'not_selected'] as const;

const taint: fc.Arbitrary<Taint> = fc.record({ reason: fc.constantFrom(...REASONS), detail: fc.string() });
const testimony: fc.Arbitrary<Testimony> = fc.oneof(
  fc.constant<Testimony>({ type: 'not_asked' }),
  fc.constant<Testimony>({ type: 'confirmed' }),
  fc.constant<Testimony>({ type: 'contradicted', witnesses: ['e0'] }),
  fc.constant<Testimony>({ type: 'unconfirmed', detail: 'HTTP 500' }),
);

const facts: fc.Arbitrary<DeletionCase> = fc
  .record({
    owned: fc.nat(40),
    staleShare: fc.double({ min: 0, max: 1, noNaN: true }),
    aborted: fc.boolean(),
    taints: fc.array(taint, { maxLength: 2 }),
    testimony,
    threshold: fc.oneof(
      fc.constant(null),
      fc.constantFrom(0, 0.3, 0.5, 0.9, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    approval: fc.constantFrom('none', 'this set', 'another set', 'another blueprint'),
  })
  .map(({ owned, staleShare, approval, ...rest }) => {
    const stale = Array.from({ length: Math.round(owned * staleShare) }, (_, index) => `e${index}`);
    const digests = {
      none: [],
      'this set': [digestOf('b', stale)],
      'another set': [digestOf('b', [...stale, 'one more'])],
      'another blueprint': [digestOf('c', stale)],
    };
    return { ...rest, blueprint: 'b', owned, stale, approved: new Set(digests[approval]) };
  });

/** The contract in other words: what must hold for each entity that goes. */
function mayDelete({ owned, stale, aborted, taints, testimony: said, threshold, approved }: DeletionCase): boolean {
  const isProved = !aborted && taints.length === 0 && said.type === 'confirmed';
  const isUnsuspicious = threshold !== null && stale.length < owned && stale.length / owned <= threshold;
  return stale.length > 0 && isProved && (isUnsuspicious || approved.has(digestOf('b', stale)));
}

const calm: DeletionCase = {
  blueprint: 'b',
  owned: 10,
  stale: ['e0', 'e1'],
  aborted: false,
  taints: [],
  testimony: { type: 'confirmed' },
  threshold: 0.3,
  approved: new Set(),
};

function reasonFor(changes: Partial<DeletionCase>): string {
  const decision = decideDeletion({ ...calm, ...changes });
  return decision.type === 'blocked' ? decision.blocked.reason : decision.type;
}

describe('decideDeletion', () => {
  it('deletes exactly when every condition of the contract holds', () => {
    fc.assert(
      fc.property(facts, (each) => {
        expect(decideDeletion(each).type === 'delete').toBe(mayDelete(each));
      }),
      { numRuns: 3000 },
    );
  });

  it('deletes the stale set, all of it and nothing else', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const decision = decideDeletion(each);
        if (decision.type === 'delete') expect(decision.identifiers).toEqual(each.stale);
      }),
      { numRuns: 1000 },
    );
  });

  it('names a set that it holds back, so that it can be looked at and approved', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const decision = decideDeletion(each);
        if (decision.type !== 'blocked') return;
        expect(decision.blocked.count).toBe(each.stale.length);
        expect(decision.blocked.digest).toBe(digestOf('b', each.stale));
        expect(decision.blocked.sample.length).toBeGreaterThan(0);
        expect(decision.blocked.sample.length).toBeLessThanOrEqual(10);
        for (const name of decision.blocked.sample) expect(each.stale).toContain(name);
      }),
      { numRuns: 1000 },
    );
  });

  it('asks the witness only when nothing forbids the deletion already', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const isOpen = each.stale.length > 0 && !each.aborted && each.taints.length === 0;
        const asks = decideDeletion({ ...each, testimony: { type: 'not_asked' } }).type === 'ask_witness';
        expect(asks).toBe(isOpen);
      }),
    );
  });

  it('offers for approval only what nothing but a guard holds back', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const decision = decideDeletion(each);
        if (decision.type !== 'blocked' || !isApprovable(decision.blocked.reason)) return;
        expect(decideDeletion({ ...each, approved: new Set([decision.blocked.digest]) }).type).toBe('delete');
      }),
      { numRuns: 1000 },
    );
  });

  it('lets nobody approve away a proof that is missing', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const unproved = each.aborted || each.taints.length > 0 || each.testimony.type !== 'confirmed';
        const decision = decideDeletion({ ...each, approved: new Set([digestOf('b', each.stale)]) });
        if (unproved) expect(decision.type).not.toBe('delete');
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['aborted', { aborted: true }],
    ['incomplete', { taints: [{ reason: 'incomplete', detail: '' }] }],
    ['rejected', { taints: [{ reason: 'rejected', detail: '' }] }],
    ['disabled', { taints: [{ reason: 'disabled', detail: '' }] }],
    ['not_selected', { taints: [{ reason: 'not_selected', detail: '' }] }],
    ['contradicted', { testimony: { type: 'contradicted', witnesses: ['e1'] } }],
    ['unconfirmed', { testimony: { type: 'unconfirmed', detail: '' } }],
    ['emptied', { owned: 2 }],
    ['emptied', { owned: 2, threshold: 1 }],
    ['threshold', { threshold: 0.1 }],
    ['threshold', { threshold: 0 }],
    ['threshold', { threshold: null }],
    ['delete', { threshold: 0.2 }],
    ['nothing', { stale: [] }],
  ] as const)('decides %s', (reason, changes) => expect(reasonFor(changes)).toBe(reason));

  it('names the witnesses when it is contradicted', () => {
    const decision = decideDeletion({ ...calm, testimony: { type: 'contradicted', witnesses: ['e1'] } });
    expect(decision).toMatchObject({ type: 'blocked', blocked: { sample: ['e1'], count: 2 } });
  });

  it('says whose approval it acted on, so that one that did not match can be reported', () => {
    const digest = blockedBecause('emptied', 'b', calm.stale).digest;
    expect(decideDeletion({ ...calm, owned: 2, approved: new Set([digest]) })).toMatchObject({
      approvedDigest: digest,
    });
    expect(decideDeletion(calm)).toMatchObject({ approvedDigest: null });
  });
});
