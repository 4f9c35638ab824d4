import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHART, containerOf, dataOf, kindsOf, VERSION } from './chart.ts';
import { template } from './manifests.ts';
import { describeWith, ROOT } from './tools.ts';

const PARENT = `apiVersion: v2
name: platform
version: 1.0.0
dependencies:
  - { name: komodor-port, version: ${VERSION}, condition: komodor-port.enabled }
  - { name: komodor-port, version: ${VERSION}, alias: second, condition: second.enabled }
`;

/** Values that other charts and tools put at the top. */
const GLOBAL = {
  cattle: { clusterId: 'c-1', systemDefaultRegistry: '' },
  imageRegistry: 'registry.example.com',
  anything: [{ of: 'others' }],
};

describeWith(['helm4', 'helm3'], 'the chart as a dependency', () => {
  let chart = '';
  beforeAll(async () => {
    chart = await mkdtemp(join(tmpdir(), 'platform-'));
    await mkdir(join(chart, 'charts'));
    await writeFile(join(chart, 'Chart.yaml'), PARENT);
    await cp(join(ROOT, CHART), join(chart, 'charts/komodor-port'), { recursive: true });
  });
  afterAll(() => rm(chart, { recursive: true, force: true }));

  for (const helm of ['helm4', 'helm3'] as const) {
    it(`${helm}: takes the parent's global values and its switch`, async () => {
      const values = {
        global: GLOBAL,
        'komodor-port': { enabled: true, existingSecret: 'x', settings: { LOG_LEVEL: 'debug' } },
        second: { enabled: false },
      };
      const manifests = await template({ helm, chart, release: 'platform', values });
      expect(dataOf(manifests, 'ConfigMap', 'platform-komodor-port')).toMatchObject({ LOG_LEVEL: 'debug' });
      expect(containerOf(manifests, 'Deployment', 'platform-komodor-port').image).toBe(
        `komodor-port-integration:${VERSION}`,
      );
    });

    it(`${helm}: is not there when the parent switches it off`, async () => {
      const values = { global: GLOBAL, 'komodor-port': { enabled: false }, second: { enabled: false } };
      expect(await template({ helm, chart, release: 'platform', values })).toEqual([]);
    });

    it(`${helm}: can be there twice`, async () => {
      const manifests = await template({ helm, chart, release: 'platform' });
      const names = kindsOf(manifests);
      expect(names).toEqual(expect.arrayContaining(['Deployment/platform-komodor-port', 'Deployment/platform-second']));
      expect(new Set(names).size).toBe(names.length);
    });

    it(`${helm}: refuses an unknown value there too`, async () => {
      const values = { 'komodor-port': { redis: { enable: true } } };
      await expect(template({ helm, chart, release: 'platform', values })).rejects.toThrow('Use redis.enabled');
    });
  }
});
