import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlueprintReport, type RunReport, summarize, withoutSecrets } from '../../src/core/report.ts';

const count = fc.nat(1000);
const blueprint: fc.Arbitrary<BlueprintReport> = fc.record({
  blueprint: fc.constantFrom('service', 'risk'),
  status: fc.constantFrom('completed', 'degraded', 'blocked', 'failed', 'aborted'),
  created: count,
  updated: count,
  unchanged: count,
  failed: count,
  deleted: count,
  stale: count,
  deletionBlocked: fc.constant(null),
});

const calm: RunReport = {
  runId: 'r1',
  mode: 'resync',
  trigger: 'cli',
  status: 'completed',
  startedAt: '2026-03-01T12:00:00.000Z',
  finishedAt: '2026-03-01T12:00:01.000Z',
  durationMs: 1000,
  kinds: [],
  blueprints: [],
  problems: [],
  requests: { komodor: 1, port: 2, retries: 3, rateLimitWaitMs: 4 },
};

const quiet: BlueprintReport = {
  blueprint: 'service',
  status: 'completed',
  created: 0,
  updated: 0,
  unchanged: 2,
  failed: 0,
  deleted: 0,
  stale: 0,
  deletionBlocked: null,
};

describe('summarize', () => {
  it('adds the counts of all blueprints up and keeps what is no list', () => {
    fc.assert(
      fc.property(fc.array(blueprint, { maxLength: 4 }), (blueprints) => {
        const sum = (field: 'created' | 'updated' | 'unchanged' | 'failed' | 'deleted') => {
          let all = 0;
          for (const each of blueprints) all += each[field];
          return all;
        };
        const { kinds: _kinds, ...rest } = calm;
        const problem = { code: 'unexpected', severity: 'error', message: 'm', count: 9, samples: [] } as const;
        expect(summarize({ ...calm, blueprints, problems: [problem, problem], changes: [] })).toEqual({
          ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'blueprints')),
          created: sum('created'),
          updated: sum('updated'),
          unchanged: sum('unchanged'),
          failed: sum('failed'),
          deleted: sum('deleted'),
          problems: 2,
        });
      }),
    );
  });
});

describe('withoutSecrets', () => {
  const redact = (text: string) => text.replaceAll('hunter2', '***');

  it('lets no secret through in what problems say, and changes nothing else', () => {
    const innocent = { code: 'unexpected', severity: 'error', message: 'm', count: 1, samples: ['s'] } as const;
    const problems = [
      { ...innocent, message: 'the key hunter2 was refused, hunter2!', samples: ['hunter2', 'x hunter2'] },
      innocent,
    ];
    expect(withoutSecrets({ ...calm, problems }, redact)).toEqual({
      ...calm,
      problems: [{ ...innocent, message: 'the key *** was refused, ***!', samples: ['***', 'x ***'] }, innocent],
    });
  });

  it('lets none through in the names of what is held back', () => {
    const blocked = { reason: 'emptied', count: 2, digest: 'd', sample: ['e1', 'hunter2'] } as const;
    const held: BlueprintReport = { ...quiet, deletionBlocked: blocked };
    expect(withoutSecrets({ ...calm, blueprints: [quiet, held] }, redact).blueprints).toEqual([
      quiet,
      { ...held, deletionBlocked: { ...blocked, sample: ['e1', '***'] } },
    ]);
  });

  it('leaves the report that it was given as it was', () => {
    const problem = {
      code: 'unexpected',
      severity: 'error',
      message: 'hunter2',
      count: 1,
      samples: ['hunter2'],
    } as const;
    withoutSecrets({ ...calm, problems: [problem] }, redact);
    expect(problem.samples).toEqual(['hunter2']);
  });
});
