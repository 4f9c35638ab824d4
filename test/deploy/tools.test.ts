import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kustomize, parseManifests, template } from './manifests.ts';
import { describeWith, pathOf, run } from './tools.ts';

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  mkdirSync(join(folder, 'chart/templates'), { recursive: true });
  writeFileSync(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: toy\nversion: 1.0.0\n');
  writeFileSync(
    join(folder, 'chart/templates/all.yaml'),
    `${CONFIG_MAP}  namespace: {{ .Release.Namespace }}\ndata: {interval: {{ required "interval is needed" .Values.interval }}}\n`,
  );
  mkdirSync(join(folder, 'kustomize'));
  writeFileSync(join(folder, 'kustomize/settings.yaml'), CONFIG_MAP);
  writeFileSync(join(folder, 'kustomize/kustomization.yaml'), 'resources: [settings.yaml]\nnamePrefix: dev-\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the objects in a text', () => {
  it('are those of all its documents, without the empty ones', () => {
    const objects = parseManifests(`---\n# a comment\n---\n${CONFIG_MAP}---\n${CONFIG_MAP}`);
    expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'ConfigMap/settings',
      'ConfigMap/settings',
    ]);
    expect(parseManifests('')).toEqual([]);
  });

  it('are read as Kubernetes reads them: a bare word of YAML 1.1 is no text', () => {
    expect(parseManifests(`${CONFIG_MAP}data: {a: on, b: "on"}\n`)[0]?.data).toEqual({ a: true, b: 'on' });
  });

  it.each([
    ['no YAML', 'a: [', /flow/i],
    ['a key twice', `${CONFIG_MAP}kind: Secret\n`, /unique/],
    ['an object without a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n', /metadata\.name/],
    ['a label that is no text', `${CONFIG_MAP}  labels: {a: true}\n`, /metadata\.labels\.a/],
  ])('are refused: %s', (_, yaml, message) => {
    expect(() => parseManifests(yaml)).toThrow(message);
  });
});

describe.each(['helm4', 'helm3'] as const)('%s', (helm) => {
  describeWith([helm], 'renders', () => {
    it('a chart, with values and the namespace', async () => {
      const [object] = await template({
        helm,
        chart: join(folder, 'chart'),
        namespace: 'here',
        values: { interval: 5 },
      });
      expect(object).toMatchObject({ metadata: { namespace: 'here' }, data: { interval: 5 } });
    });

    it('or says in its own words why not', async () => {
      await expect(template({ helm, chart: join(folder, 'chart') })).rejects.toThrow('interval is needed');
    });
  });
});

describeWith(['kubectl'], 'kustomize', () => {
  it('builds a folder', async () => {
    expect((await kustomize(join(folder, 'kustomize')))[0]?.metadata.name).toBe('dev-settings');
  });

  it('or says in its own words why not', async () => {
    await expect(kustomize(join(folder, 'chart'))).rejects.toThrow(/kustomization/);
  });
});

describe('a tool', () => {
  it('that is absent is said to be', async () => {
    const absent = (['helm4', 'helm3', 'kubectl', 'promtool', 'actionlint', 'hadolint'] as const).filter(
      (tool) => pathOf(tool) === undefined,
    );
    for (const tool of absent) await expect(run(tool, [])).rejects.toThrow('scripts/deploy/tools.sh');
  });
});
