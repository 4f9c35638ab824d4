import { describe, expect, it } from 'vitest';
import { ADD_ONS, blueprintsOf } from '../golden/shipped-add-ons.ts';
import { documentOf, runCli } from './run-cli.ts';

const SMALL = ['--once', '--services', '60', '--risks-per-service', '0.5'];

describe.concurrent('demo', () => {
  it('with --all shows what Port holds of every add-on, connected, and one service with everything around it', async () => {
    const outcome = await runCli(['demo', '--all', '--json', ...SMALL]);
    expect(outcome.code, outcome.stderr).toBe(0);
    const { blueprints, service, around } = Object(Object(documentOf(outcome)).model);
    for (const name of ADD_ONS.flatMap(blueprintsOf)) {
      expect(blueprints).toContainEqual({
        blueprint: name,
        entities: expect.toSatisfy((count) => count > 1),
        related: expect.anything(),
      });
    }
    const targetsOf = (name: string) =>
      Object(blueprints.find(({ blueprint }: { blueprint: string }) => blueprint === name)).related;
    for (const name of ['komodorService', 'komodorJob', 'komodorIssue', 'komodorDeploy']) {
      expect(targetsOf(name), name).toContainEqual({
        target: 'komodorCluster',
        entities: expect.toSatisfy((count) => count > 1),
      });
    }
    expect(service.properties).toMatchObject({ open_issues: expect.any(Number), cost_total: expect.any(Number) });
    expect(new Map(around).get('Cluster')).toMatch(/\(\d+ services, \d+ of them unhealthy, \d+ open issues, /);
  });

  it('prints it within the width of the terminal', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--all', ...SMALL], { env: { COLUMNS: '60' } });
    expect(code, stderr).toBe(0);
    const [, picture = ''] = stdout.split('5. What Port holds now');
    expect(picture).toContain('One of the services: ');
    expect(picture).toContain('Open risks');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('without it shows what it always did', async () => {
    const outcome = await runCli(['demo', '--json', ...SMALL]);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(Object.keys(Object(documentOf(outcome)))).toEqual(['reports', 'changes']);
  });
});
