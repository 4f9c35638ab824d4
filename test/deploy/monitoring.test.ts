import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { it as itOnStage } from '../service/stage.ts';
import { kustomize } from './manifests.ts';
import { askedBy } from './promql.ts';
import { describeWith, ROOT, run } from './tools.ts';

const FILES = 'deploy/helm/komodor-port/files';
const ALERTS = `${FILES}/alerts.yaml`;
const ALERT_TESTS = 'deploy/monitoring/alerts_test.yaml';
const DO_NOT_SUBSTITUTE = 'kustomize.toolkit.fluxcd.io/substitute';
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const rule = z.object({ alert: z.string(), expr: z.string(), labels: z.object({ severity: z.string() }) });
const groups = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule.loose()) })) });
const RULES = groups.parse(parse(read(ALERTS))).groups.flatMap(({ rules }) => rules);

const datasource = z.object({ type: z.string(), uid: z.string() });
const target = z.looseObject({ refId: z.string(), expr: z.string(), datasource, legendFormat: z.string() });
const panel = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: datasource.optional(),
  description: z.string().optional(),
  targets: z.array(target).optional(),
});
const variable = z.looseObject({ name: z.string(), type: z.string(), query: z.unknown() });
const dashboard = z
  .looseObject({
    uid: z.string().min(1).max(40),
    title: z.string().min(1),
    schemaVersion: z.number(),
    panels: z.array(panel),
    templating: z.object({ list: z.array(variable) }),
    annotations: z.object({ list: z.array(z.looseObject({ expr: z.string().optional(), datasource })) }),
  })
  .parse(JSON.parse(read(`${FILES}/dashboard.json`)));
const TARGETS = dashboard.panels.flatMap(({ targets = [] }) => targets);
const VARIABLES = dashboard.templating.list;
const QUERIES = [...TARGETS.map(({ expr }) => expr), ...dashboard.annotations.list.flatMap(({ expr }) => expr ?? [])];

describeWith(['promtool'], 'the alerts, as Prometheus judges them', () => {
  it.each([
    ['check', 'rules', ALERTS],
    ['test', 'rules', ALERT_TESTS],
  ])('promtool %s %s %s', async (...args) => {
    const { code, stdout, stderr } = await run('promtool', args);
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.any(String)]);
  });

  it('every query of the dashboard is one for Prometheus', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'queries-')), 'queries.yaml');
    const rules = QUERIES.map((expr) => ({ record: 'x:y:z', expr: expr.replaceAll('$__rate_interval', '5m') }));
    writeFileSync(path, stringify({ groups: [{ name: 'queries', rules }] }));
    const { code, stdout, stderr } = await run('promtool', ['check', 'rules', '--lint=none', path]);
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining(`${QUERIES.length} rules found`)]);
  });
});

describe('the tests of the alerts', () => {
  it('show of each that it fires, and that it does not', () => {
    const tests = z
      .object({
        tests: z.array(
          z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
        ),
      })
      .parse(parse(read(ALERT_TESTS)))
      .tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    const judged = (fires: boolean) =>
      new Set(tests.flatMap((test) => (test.exp_alerts.length > 0 === fires ? [test.alertname] : [])));
    const all = new Set(RULES.map(({ alert }) => alert));
    expect(judged(true)).toEqual(all);
    expect(judged(false)).toEqual(all);
  });
});

/** By metric, the values of each label in the text of `/metrics`. */
function exposedIn(text: string): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>> {
  const exposed = new Map<string, Map<string, Set<string>>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const known = exposed.get(name) ?? new Map<string, Set<string>>();
    exposed.set(name, known);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
  }
  return exposed;
}

/** Labels that Prometheus adds to what it scrapes. */
const OF_PROMETHEUS = ['namespace', 'job', 'instance', 'pod'];
/** How an API may answer is not up to the service. */
const isOpen = (metric: string, label: string) => metric === 'komodor_port_http_requests_total' && label === 'status';

describe('queries', () => {
  itOnStage('ask only for what the service shows', async ({ open }) => {
    const stage = await open();
    const service = await stage.service();
    await service.settled();
    // Most of the services go, so the next resync holds their deletion back.
    stage.world.services.length = 5;
    const { status } = await service.ended((await service.request()).runId);
    expect(status).toBe('blocked');
    const exposed = exposedIn(await service.metrics());

    const asked = [
      ...RULES.map(({ expr }) => expr),
      ...QUERIES,
      ...VARIABLES.flatMap(({ query }) => {
        const { query: text } = z.object({ query: z.string() }).catch({ query: '' }).parse(query);
        const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(text) ?? [];
        return metric === undefined ? [] : [`sum by (${label}) (${metric})`];
      }),
    ];
    expect(asked.length).toBeGreaterThan(30);
    const wrong = asked.flatMap((query) => {
      const { metrics, labels, values } = askedBy(query);
      const known = new Set([
        ...OF_PROMETHEUS,
        ...metrics.flatMap((metric) => [...(exposed.get(metric)?.keys() ?? [])]),
      ]);
      return [
        ...metrics.filter((metric) => !exposed.has(metric)),
        ...labels.filter((label) => !known.has(label)).map((label) => `label ${label}`),
        ...values
          .filter(({ metric, label }) => !isOpen(metric, label))
          .flatMap(({ metric, label, value }) =>
            exposed.get(metric)?.get(label)?.has(value) ? [] : [`${metric}{${label}="${value}"}`],
          ),
      ].map((what) => `${what} in ${query}`);
    });
    expect(wrong).toEqual([]);
    // What legends show has to be left over by the query.
    for (const { expr, legendFormat } of TARGETS) {
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        expect(askedBy(expr).labels, expr).toContain(label);
      }
    }
  });

  it('with a metric or a label that is not there are found', () => {
    const query = 'sum by (nothing) (rate(not_there{side="port", job=~"$job"}[5m])) > 3 and on (job) other offset 3h';
    expect(askedBy(query)).toEqual({
      metrics: ['not_there', 'other'],
      labels: ['nothing', 'job', 'side'],
      values: [{ metric: 'not_there', label: 'side', value: 'port' }],
    });
  });
});

describe('the dashboard', () => {
  it('is one that Grafana 10 to 12 reads as it is', () => {
    expect(dashboard.schemaVersion).toBe(38);
    expect(dashboard).not.toHaveProperty('__inputs');
    expect(dashboard).toHaveProperty('id', null);
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { targets = [] } of dashboard.panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('takes its data from a source that the reader chooses', () => {
    expect(VARIABLES[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    const used = dashboard.panels.filter(({ type }) => type !== 'row');
    for (const { datasource: of, title } of [
      ...used,
      ...TARGETS.map(({ datasource: d, expr }) => ({ datasource: d, title: expr })),
    ]) {
      expect(of, title).toEqual({ type: 'prometheus', uid: '$datasource' });
    }
    const names = VARIABLES.map(({ name }) => name);
    const variables = QUERIES.flatMap((expr) => [...expr.matchAll(/\$(\w+)/g)].map(([, name = '']) => name));
    for (const name of variables) expect(['__rate_interval', ...names]).toContain(name);
  });

  it('has a place for every panel and a word about each', () => {
    const taken = new Set<string>();
    for (const { gridPos: at, title, type, description } of dashboard.panels) {
      expect(at.x + at.w, title).toBeLessThanOrEqual(24);
      for (let x = at.x; x < at.x + at.w; x += 1) {
        for (let y = at.y; y < at.y + at.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} lies over another panel`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
      if (type !== 'row') expect(description, title).toMatch(/\.$/);
    }
  });

  it('names only alerts that there are', () => {
    const named = JSON.stringify(dashboard).match(/KomodorPort\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect(RULES.map(({ alert }) => alert)).toContain(name);
  });
});

describe('without Helm', () => {
  it('the PrometheusRule holds the same alerts', async () => {
    const made = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: 'komodor-port',
        labels: { 'app.kubernetes.io/name': 'komodor-port', 'app.kubernetes.io/part-of': 'komodor-port' },
        annotations: { [DO_NOT_SUBSTITUTE]: 'disabled' },
      },
      spec: parse(read(ALERTS)),
    };
    const text = `# Made from alerts.yaml by \`npx vitest run test/deploy/monitoring.test.ts -u\`.\n${stringify(made, { lineWidth: 0 })}`;
    await expect(text).toMatchFileSnapshot(join(ROOT, FILES, 'prometheusrule.yaml'));
  });
});

describeWith(['kubectl'], 'without Helm, with kustomize', () => {
  it('dashboard and alerts come into the namespace of whoever takes them in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'takes-in-'));
    const components = [relative(folder, join(ROOT, FILES))];
    writeFileSync(join(folder, 'kustomization.yaml'), stringify({ namespace: 'catalog', components }));
    const [rules, config, ...more] = (await kustomize(folder)).toSorted((a, b) => b.kind.localeCompare(a.kind));
    expect(more).toEqual([]);
    expect(rules).toMatchObject({
      kind: 'PrometheusRule',
      metadata: { namespace: 'catalog' },
      spec: parse(read(ALERTS)),
    });
    expect(config).toMatchObject({
      kind: 'ConfigMap',
      metadata: {
        name: 'komodor-port-dashboard',
        namespace: 'catalog',
        labels: { grafana_dashboard: '1' },
        annotations: { [DO_NOT_SUBSTITUTE]: 'disabled' },
      },
      data: { 'komodor-port.json': read(`${FILES}/dashboard.json`) },
    });
  });
});
