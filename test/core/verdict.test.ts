import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlueprintState } from '../../src/core/blueprint-state.ts';
import { describeBlock } from '../../src/core/deletion.ts';
import type { EntityOutcome } from '../../src/core/entity-outcome.ts';
import type { BlockReason, KindReport, RunStatus } from '../../src/core/report.ts';
import { reportBlueprint, reportWithoutBlueprint, undecided, verdict } from '../../src/core/verdict.ts';
import { shape, stored } from './shapes.ts';

const STATUSES = ['completed', 'degraded', 'blocked', 'failed'] as const;
const OUTCOMES = ['unchanged', 'updated', 'created', 'failed'] as const;

function kindReport(status: RunStatus): KindReport {
  return {
    kind: 'komodorService',
    status,
    complete: true,
    pages: 1,
    extracted: 1,
    selected: 1,
    filtered: 0,
    duplicates: 0,
    rejected: 0,
  };
}

/** A blueprint with so many entities of each outcome, and so many of ours that nobody saw. */
function state(outcomes: readonly EntityOutcome[], stale = 0): BlueprintState {
  const result = new BlueprintState(shape(), [], []);
  for (let index = 0; index < stale; index += 1) result.addOwned(stored({ identifier: `stale ${index}` }));
  for (const [index, outcome] of outcomes.entries()) result.recordOutcome(result.track(`seen ${index}`), outcome);
  return result;
}

describe('verdict', () => {
  const facts = fc.record({
    end: fc.constantFrom('whole' as const, 'broken' as const, 'aborted' as const),
    kinds: fc.array(fc.constantFrom(...STATUSES).map(kindReport), { maxLength: 3 }),
    blueprints: fc.array(
      fc.constantFrom(...STATUSES).map((status) => ({ ...reportWithoutBlueprint('b', 0), status })),
      { maxLength: 3 },
    ),
    hasErrors: fc.boolean(),
  });

  it('is completed only when every part is and nothing went wrong', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const parts = [...each.kinds, ...each.blueprints].map(({ status }) => status);
        const isGood = each.end === 'whole' && !each.hasErrors;
        const allWell = isGood && parts.every((status) => status === 'completed');
        expect(verdict(each) === 'completed').toBe(allWell);
      }),
    );
  });

  it('is the worst of its parts', () => {
    const worst = (statuses: readonly RunStatus[]) =>
      (['failed', 'blocked', 'degraded', 'completed'] as const).find((status) => statuses.includes(status));
    fc.assert(
      fc.property(facts, (each) => {
        const parts = [...each.kinds, ...each.blueprints].map(({ status }) => status);
        const problems = each.hasErrors ? ['degraded' as const] : [];
        const expected = worst([...parts, ...problems, 'completed']);
        expect(verdict({ ...each, end: 'whole' })).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is failed whenever a part failed or the run broke off, unless it was stopped', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const failed =
          each.end === 'broken' || [...each.kinds, ...each.blueprints].some(({ status }) => status === 'failed');
        expect(verdict(each)).toBe(
          each.end === 'aborted' ? 'aborted' : failed ? 'failed' : verdict({ ...each, end: 'whole' }),
        );
      }),
    );
  });
});

describe('reportBlueprint', () => {
  it('never calls a blueprint completed that lost an entity or kept one it should not have', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 6 }),
        fc.nat(3),
        fc.nat(3),
        (outcomes, stale, deleted) => {
          const blueprint = state(outcomes, stale);
          blueprint.deleted = Math.min(stale, deleted);
          const { status, failed } = reportBlueprint(blueprint, undefined, 'whole');
          expect(status === 'completed').toBe(failed === 0 && blueprint.deleted === stale);
        },
      ),
    );
  });

  it.each<[BlockReason, RunStatus]>([
    ['threshold', 'blocked'],
    ['emptied', 'blocked'],
    ['unmapped', 'blocked'],
    ['incomplete', 'degraded'],
    ['contradicted', 'degraded'],
    ['unconfirmed', 'degraded'],
    ['rejected', 'degraded'],
    ['disabled', 'degraded'],
    ['not_selected', 'completed'],
  ])('calls a blueprint whose deletions are held back (%s) %s', (reason, status) => {
    const blocked = describeBlock(reason, { blueprint: 'thing', stale: ['stale 0'], owned: 2, threshold: 0.3 });
    expect(reportBlueprint(state(['updated'], 1), blocked, 'whole')).toMatchObject({
      status,
      stale: 1,
      deletionBlocked: blocked,
    });
  });

  it('calls a blueprint failed when nothing of it could be written, degraded when something could', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 6 }), (outcomes) => {
        const failed = outcomes.filter((outcome) => outcome === 'failed').length;
        const status = failed === 0 ? 'completed' : failed === outcomes.length ? 'failed' : 'degraded';
        expect(reportBlueprint(state(outcomes), undefined, 'whole')).toMatchObject({ status, failed });
        const broken = failed === outcomes.length ? 'failed' : 'degraded';
        expect(reportBlueprint(state(outcomes), undefined, 'broken').status).toBe(broken);
      }),
    );
    expect(reportBlueprint(state([]), undefined, 'broken').status).toBe('failed');
  });

  it('calls a blueprint degraded of which more is stale than was deleted', () => {
    expect(reportBlueprint(state(['updated'], 1), undefined, 'whole').status).toBe('degraded');
  });

  it('counts for a blueprint that Port does not have what could not be written to it', () => {
    expect(reportWithoutBlueprint('b', 3)).toEqual({
      blueprint: 'b',
      status: 'failed',
      created: 0,
      updated: 0,
      unchanged: 0,
      failed: 3,
      deleted: 0,
      stale: 0,
      deletionBlocked: null,
    });
  });

  it('calls it aborted when the run was stopped', () => {
    expect(reportBlueprint(state(['failed']), undefined, 'aborted').status).toBe('aborted');
  });
});

describe('undecided', () => {
  it.each([
    ['aborted', 'aborted'],
    ['broken', 'incomplete'],
  ] as const)('holds back what is stale when a run ended %s', (end, reason) => {
    const blocked = undecided(state(['updated'], 2), end, 0.3);
    const facts = { blueprint: 'thing', stale: ['stale 0', 'stale 1'], owned: 2, threshold: 0.3 };
    expect(blocked).toEqual(describeBlock(reason, facts));
    expect(undecided(state(['updated']), end, 0.3)).toBeUndefined();
  });
});

describe('BlueprintState', () => {
  it('counts each entity once, by the worst that happened to it', () => {
    const events = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...OUTCOMES)));
    fc.assert(
      fc.property(events, (happened) => {
        const blueprint = new BlueprintState(shape(), [], []);
        for (const [name, outcome] of happened) blueprint.recordOutcome(blueprint.track(name), outcome);
        const worst = (name: string) =>
          Math.max(...happened.filter(([each]) => each === name).map(([, outcome]) => OUTCOMES.indexOf(outcome)));
        const names = [...new Set(happened.map(([name]) => name))];
        for (const [rank, outcome] of OUTCOMES.entries()) {
          expect(blueprint.outcomes[outcome]).toBe(names.filter((name) => worst(name) === rank).length);
        }
      }),
    );
  });

  it('takes for stale what is ours, was not seen and is needed by no relation', () => {
    const blueprint = new BlueprintState(shape(), [], []);
    for (const identifier of ['seen', 'needed', 'gone']) blueprint.addOwned(stored({ identifier }));
    blueprint.track('seen').sighting = { kind: 'komodorService', item: 1, label: 'item' };
    blueprint.track('new').sighting = { kind: 'komodorService', item: 1, label: 'item' };
    blueprint.track('somebody else');
    blueprint.protect('needed');
    blueprint.protect('somebody else');
    expect(blueprint.stale()).toEqual(['gone']);
    expect(blueprint.owned).toBe(3);
  });

  it('remembers one taint of each reason', () => {
    const blueprint = new BlueprintState(shape(), [], []);
    for (const detail of ['one', 'two']) blueprint.taint({ reason: 'rejected', detail });
    blueprint.taint({ reason: 'incomplete', detail: 'three' });
    expect(blueprint.taints.map(({ detail }) => detail)).toEqual(['one', 'three']);
  });
});
