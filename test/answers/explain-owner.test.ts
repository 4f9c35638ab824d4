import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/answers/explain/facts.ts';
import { judge } from '../../src/answers/explain/judge.ts';
import type { Problem } from '../../src/core/report.ts';
import { ownerOf } from '../../src/port/ownership.ts';

const DATASOURCE = 'port-k8s-exporter/^0.3.4 (statekey/eu)';
const stored = { blueprint: 'workload', identifier: 'api', properties: {}, relations: {}, datasource: DATASOURCE };

function facts(exporterStateKey: string | undefined, problems: readonly Problem[]): Facts {
  return {
    ...{ blueprint: 'workload', identifier: 'api', portFailure: undefined, stored },
    shape: { identifier: 'workload', properties: {}, relations: {}, required: [] },
    owner: ownerOf(DATASOURCE, { installation: 'prod', exporterStateKey }),
    given: ['Deployment payments/api'],
    ...{ filtered: [], rejected: [], renamed: undefined, unread: [], writing: 1, creating: ['apps/v1/deployments'] },
    systems: 'the cluster',
    ...{ disabled: undefined, refusal: undefined, resembling: 0, absence: 'unknown', recollection: undefined },
    simulation: { change: undefined, problems },
    threshold: 0.3,
  };
}

const LEFT: Problem = { code: 'owned_elsewhere', severity: 'warning', message: 'left', count: 1, samples: [] };

describe('an entity that Port’s K8s exporter wrote last', () => {
  it('is somebody else’s, and that is why a resync leaves it alone', () => {
    const { verdict, summary, next } = judge(facts(undefined, [LEFT]));
    expect(verdict).toBe('foreign');
    expect(summary).toContain("Port's K8s exporter with the state key eu wrote it last");
    expect(summary).toContain('Deployment payments/api gives the same identifier');
    expect(summary).toContain('set EXPORTER_STATE_KEY');
    expect(next).toMatchObject({ action: 'none', reason: expect.stringContaining('owned_elsewhere') });
  });

  it('is ours with the state key', () => {
    expect(judge(facts('eu', [])).verdict).toBe('current');
  });
});
