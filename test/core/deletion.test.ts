import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/canonical.ts';
import {
  type Confirmation,
  type DeletionCase,
  decideDeletion,
  describeBlock,
  isApprovable,
  type Taint,
} from '../../src/core/deletion.ts';

const REASONS = ['incomplete', 'rejected', 'disabled', 'not_selected'] as const;

const taint: fc.Arbitrary<Taint> = fc.record({ reason: fc.constantFrom(...REASONS), detail: fc.string() });
const confirmation: fc.Arbitrary<Confirmation> = fc.oneof(
  fc.constant<Confirmation>({ type: 'not_asked' }),
  fc.constant<Confirmation>({ type: 'confirmed' }),
  fc.constant<Confirmation>({ type: 'contradicted', stillThere: ['e0'] }),
  fc.constant<Confirmation>({ type: 'unconfirmed', detail: 'HTTP 500' }),
);

const facts: fc.Arbitrary<DeletionCase> = fc
  .record({
    mapped: fc.boolean(),
    owned: fc.nat(40),
    staleShare: fc.double({ min: 0, max: 1, noNaN: true }),
    aborted: fc.boolean(),
    taints: fc.array(taint, { maxLength: 2 }),
    confirmation,
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
    return { ...rest, blueprint: 'b', systems: 'Komodor', owned, stale, approved: new Set(digests[approval]) };
  });

/** The contract in other words: what must hold for each entity that goes. */
function mayDelete({
  mapped,
  owned,
  stale,
  aborted,
  taints,
  confirmation: said,
  threshold,
  approved,
}: DeletionCase): boolean {
  const isProved = !aborted && taints.length === 0 && said.type === 'confirmed';
  const isUnsuspicious = mapped && threshold !== null && stale.length < owned && stale.length / owned <= threshold;
  return stale.length > 0 && isProved && (isUnsuspicious || approved.has(digestOf('b', stale)));
}

const calm: DeletionCase = {
  blueprint: 'b',
  systems: 'Komodor',
  mapped: true,
  owned: 10,
  stale: ['e0', 'e1'],
  aborted: false,
  taints: [],
  confirmation: { type: 'confirmed' },
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
        const asks = decideDeletion({ ...each, confirmation: { type: 'not_asked' } }).type === 'needs_confirmation';
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
        const unproved = each.aborted || each.taints.length > 0 || each.confirmation.type !== 'confirmed';
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
    ['contradicted', { confirmation: { type: 'contradicted', stillThere: ['e1'] } }],
    ['unconfirmed', { confirmation: { type: 'unconfirmed', detail: '' } }],
    ['unmapped', { mapped: false }],
    ['unmapped', { mapped: false, owned: 2 }],
    ['unmapped', { mapped: false, threshold: null }],
    ['incomplete', { mapped: false, taints: [{ reason: 'incomplete', detail: '' }] }],
    ['unconfirmed', { mapped: false, confirmation: { type: 'unconfirmed', detail: '' } }],
    ['emptied', { owned: 2 }],
    ['emptied', { owned: 2, threshold: 1 }],
    ['threshold', { threshold: 0.1 }],
    ['threshold', { threshold: 0 }],
    ['threshold', { threshold: null }],
    ['delete', { threshold: 0.2 }],
    ['nothing', { stale: [] }],
  ] as const)('decides %s', (reason, changes) => expect(reasonFor(changes)).toBe(reason));

  it('allows less, never more, for every doubt more', () => {
    const doubts: fc.Arbitrary<(before: DeletionCase) => DeletionCase> = fc.oneof(
      fc.constant((before: DeletionCase) => ({ ...before, aborted: true })),
      taint.map((more) => (before: DeletionCase) => ({ ...before, taints: [...before.taints, more] })),
      confirmation.map((said) => (before: DeletionCase) => ({
        ...before,
        confirmation: before.confirmation.type === 'confirmed' ? said : before.confirmation,
      })),
      fc.double({ min: 0, max: 1, noNaN: true }).map((factor) => (before: DeletionCase) => ({
        ...before,
        threshold: before.threshold === null ? null : before.threshold * factor,
      })),
      fc.constant((before: DeletionCase) => ({ ...before, threshold: null })),
      fc.constant((before: DeletionCase) => ({ ...before, mapped: false })),
      fc.constant((before: DeletionCase) => ({ ...before, approved: new Set<string>() })),
      fc.nat(40).map((fewer) => (before: DeletionCase) => ({
        ...before,
        owned: Math.max(before.stale.length, before.owned - fewer),
      })),
      fc
        .uniqueArray(fc.constantFrom('new 1', 'new 2', 'new 3'), { minLength: 1 })
        .map((more) => (before: DeletionCase) => ({
          ...before,
          owned: Math.max(before.owned, before.stale.length + more.length),
          stale: [...before.stale, ...more],
          approved: new Set<string>(),
        })),
    );
    fc.assert(
      fc.property(facts, doubts, (before, doubt) => {
        const after = doubt(before);
        if (after.stale.length > 0 && before.stale.length > 0 && decideDeletion(before).type !== 'delete') {
          expect(decideDeletion(after).type).not.toBe('delete');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('never lets everything go, or more than the share, on its own', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const decision = decideDeletion({ ...each, approved: new Set() });
        if (decision.type !== 'delete') return;
        expect(each.mapped).toBe(true);
        expect(each.stale.length).toBeLessThan(each.owned);
        expect(each.stale.length).toBeLessThanOrEqual((each.threshold ?? 0) * each.owned * (1 + 1e-12));
      }),
      { numRuns: 1000 },
    );
  });

  it('decides for a set, whatever its order', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const decision = decideDeletion(each);
        const other = decideDeletion({ ...each, stale: [...each.stale].reverse() });
        expect(other.type).toBe(decision.type);
        if (other.type === 'blocked' && decision.type === 'blocked') {
          expect(other.blocked.digest).toBe(decision.blocked.digest);
        }
      }),
    );
  });

  it.each([
    [{ aborted: true }, 'the run was stopped'],
    [{ taints: [{ reason: 'incomplete', detail: 'half a page' }] }, 'half a page'],
    [{ confirmation: { type: 'contradicted', stillThere: ['e0', 'e1'] } }, 'Komodor still has e0, e1'],
    [{ confirmation: { type: 'unconfirmed', detail: 'HTTP 500' } }, 'HTTP 500'],
    [{ mapped: false }, 'no entry of the mapping writes b any more'],
    [{ threshold: null }, 'the mapping says that nothing is ever deleted'],
    [{ owned: 2 }, 'all 2 entities would go'],
    [{ owned: 30, threshold: 0.0625 }, '6.7 % would go, entityDeletionThreshold allows 6.3 %'],
  ] as const)('says why it holds back: %o', (changes, detail) => {
    expect(decideDeletion({ ...calm, ...changes })).toMatchObject({ type: 'blocked', detail });
  });

  it('names the stillThere when it is contradicted', () => {
    const decision = decideDeletion({ ...calm, confirmation: { type: 'contradicted', stillThere: ['e1'] } });
    expect(decision).toMatchObject({ type: 'blocked', blocked: { sample: ['e1'], count: 2 } });
  });

  it('says how many of how many would go, and what the threshold allows', () => {
    for (const threshold of [null, 0, 0.5]) {
      const decision = decideDeletion({ ...calm, owned: 2, threshold });
      expect(decision).toMatchObject({ type: 'blocked', blocked: { count: 2, total: 2, threshold } });
    }
  });

  it('says whose approval it acted on, so that one that did not match can be reported', () => {
    const digest = describeBlock('emptied', calm).digest;
    expect(decideDeletion({ ...calm, owned: 2, approved: new Set([digest]) })).toMatchObject({
      approvedDigest: digest,
    });
    expect(decideDeletion(calm)).toMatchObject({ approvedDigest: null });
  });
});
