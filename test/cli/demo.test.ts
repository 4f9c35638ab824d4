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

  it('goes on as a service with its page, until Ctrl-C', async () => {
    let pages: readonly (readonly [number, string | null])[] = [];
    const outcome = await runCli(['demo', '--services', '20'], {
      async meanwhile(child) {
        const url = await new Promise<string>((resolve) => {
          let printed = '';
          child.stdout?.on('data', (piece: unknown) => {
            printed += String(piece);
            const [, address] = /page of the service: .*?(http:\/\/[\d.:]+\/)/.exec(printed) ?? [];
            if (address !== undefined && printed.includes('cli.js plan')) resolve(address);
          });
        });
        const answers = await Promise.all(['', 'v1/status'].map((path) => fetch(`${url}${path}`)));
        pages = answers.map(({ status, headers }) => [status, headers.get('content-type')]);
        child.kill('SIGINT');
      },
    });
    expect(outcome.code, outcome.stderr).toBe(130);
    expect(pages).toEqual([
      [200, 'text/html; charset=utf-8'],
      [200, 'application/json; charset=utf-8'],
    ]);
  });
});
