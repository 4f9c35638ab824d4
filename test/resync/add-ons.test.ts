import { describe, expect } from 'vitest';
import { explain, it, problemsOf } from './harness.ts';

const SMALL = { services: 5, risksPerService: 0, clusters: 1 };
const WORKLOADS = { ADD_ONS: 'k8s-workloads,komodor-workloads' };

describe.concurrent('an add-on that is switched on later', () => {
  it('is named as long as the mapping in Port has nothing of it', async ({ start }) => {
    const harness = await start(SMALL);
    await harness.run();
    await harness.reopen({ env: WORKLOADS });
    const report = await harness.run();
    expect(report.status, explain(report)).toBe('completed');
    expect(problemsOf(report, 'add_on_unused').map(({ severity, message }) => [severity, message])).toEqual(
      ['k8s-workloads', 'komodor-workloads'].map((name) => [
        'warning',
        expect.stringMatching(
          `^Port's integration under-test has no entry of .*mappings/${name}.yaml, .*komodorService`,
        ),
      ]),
    );
    await harness.reopen({ env: { ...WORKLOADS, MAPPING_SOURCE: 'file' } });
    expect((await harness.run()).problems).toEqual([]);
    // Now Port has them.
    await harness.reopen({ env: WORKLOADS });
    expect((await harness.run()).problems).toEqual([]);
  });

  it('is in the mapping that Port gets at first', async ({ start }) => {
    const harness = await start({ ...SMALL, env: WORKLOADS });
    for (const round of [1, 2]) {
      const report = await harness.run();
      expect([report.status, report.problems], `${round}: ${explain(report)}`).toEqual(['completed', []]);
    }
  });
});
