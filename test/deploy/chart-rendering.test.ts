import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { CHART, CI_FILES, podsOf } from './chart.ts';
import { type Manifest, template } from './manifests.ts';
import { mistakesIn } from './schema.ts';
import { describeWith, ROOT, run } from './tools.ts';

const labelled = z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }) });
const selecting = z.looseObject({ spec: z.looseObject({ selector: z.unknown().optional() }) });

describeWith(['helm4', 'helm3'], 'what the chart renders', () => {
  const rendered = new Map<string, readonly Manifest[]>();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chart-'));
    for (const file of CI_FILES) rendered.set(file, await template({ files: [file] }));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(CI_FILES)('%s: Helm 3 and Helm 4 give the same', async (file) => {
    expect(await template({ helm: 'helm3', files: [file] })).toEqual(rendered.get(file));
  });

  it.each(CI_FILES)('%s: both find nothing to complain about', async (file) => {
    for (const helm of ['helm4', 'helm3'] as const) {
      const { code, stdout } = await run(helm, ['lint', '--strict', CHART, '--values', file]);
      expect({ code, warnings: stdout.split('\n').filter((line) => /WARNING|ERROR/.test(line)) }).toEqual({
        code: 0,
        warnings: [],
      });
    }
  });

  it.each(CI_FILES)('%s: Kubernetes knows every field', (file) => {
    expect((rendered.get(file) ?? []).flatMap(mistakesIn)).toEqual([]);
  });

  it.each(CI_FILES)('%s: two renders are the same bytes', async (file) => {
    const args = ['template', 'komodor-port', CHART, '--values', file];
    const [one, two] = await Promise.all([run('helm4', args), run('helm4', args)]);
    expect(two.stdout).toBe(one.stdout);
  });

  it('has no random, no time and no lookup in its templates', async () => {
    for (const file of await templateFiles())
      expect(await readFile(file, 'utf8'), file).not.toMatch(
        /\{\{[^}]*\b(rand\w+|uuidv4|now|lookup|gen(CA|SelfSigned|Signed|PrivateKey)\w*|derivePassword|htpasswd)\b(?![-.])/,
      );
  });

  it('gives another version of the chart the same pods and selectors', async () => {
    const copy = join(folder, 'komodor-port');
    await cp(join(ROOT, CHART), copy, { recursive: true });
    const chart = await readFile(join(copy, 'Chart.yaml'), 'utf8');
    // As Flux names it for each commit.
    await writeFile(join(copy, 'Chart.yaml'), chart.replace(/^version: .*$/m, 'version: 0.1.0+0123456789ab'));
    for (const file of CI_FILES) {
      const next = await template({ chart: copy, files: [join(ROOT, file)] });
      expect(next).not.toEqual(rendered.get(file));
      expect(podsOf(next)).toEqual(podsOf(rendered.get(file) ?? []));
      expect(next.map(selectorOf)).toEqual((rendered.get(file) ?? []).map(selectorOf));
    }
  });

  it.each(CI_FILES)('%s: every object is labelled, and no pod names the version of the chart', (file) => {
    for (const one of rendered.get(file) ?? []) {
      const { labels } = labelled.parse(one).metadata;
      expect(labels, `${one.kind}/${one.metadata.name}`).toMatchObject({
        'app.kubernetes.io/name': 'komodor-port',
        'app.kubernetes.io/instance': 'komodor-port',
        'app.kubernetes.io/component': expect.any(String),
        'app.kubernetes.io/managed-by': 'Helm',
      });
    }
    for (const [name, pod] of podsOf(rendered.get(file) ?? [])) {
      if (name.startsWith('Pod/')) continue;
      expect(Object.keys(pod.metadata.labels), name).not.toContain('helm.sh/chart');
      expect(Object.keys(pod.metadata.labels), name).not.toContain('app.kubernetes.io/version');
    }
  });
});

function selectorOf(manifest: Manifest): unknown {
  return selecting.safeParse(manifest).data?.spec.selector;
}

async function templateFiles(): Promise<readonly string[]> {
  const folder = join(ROOT, CHART, 'templates');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}
