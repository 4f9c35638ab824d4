import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CHART, containerOf, dataOf, find, kindsOf, refusal } from './chart.ts';
import { template } from './manifests.ts';
import { excessIn, violationsIn } from './pod-security.ts';
import { mistakesIn } from './schema.ts';
import { ALL, bySelector, PODS, policy, portsOf, selected, selector, service, specOf } from './selecting.ts';
import { describeWith, ROOT } from './tools.ts';

const read = (path: string) => readFileSync(join(ROOT, CHART, path), 'utf8');

describeWith(['helm4'], 'what the chart has beside the service', () => {
  it('is made only where it is asked for, and is what the API server takes', async () => {
    const [bare, all] = await Promise.all([template(), template({ values: ALL })]);
    expect(kindsOf(bare)).toEqual([
      'ConfigMap/komodor-port',
      'Deployment/komodor-port',
      'Pod/komodor-port-test',
      'Service/komodor-port',
      'ServiceAccount/komodor-port',
    ]);
    const more = kindsOf(all).filter((one) => !kindsOf(bare).includes(one));
    expect(more).toEqual([
      'ConfigMap/komodor-port-dashboard',
      'Deployment/komodor-port-worker',
      'Job/komodor-port-resync-hook',
      'NetworkPolicy/komodor-port',
      'NetworkPolicy/komodor-port-redis',
      'PodDisruptionBudget/komodor-port',
      'PodDisruptionBudget/komodor-port-worker',
      'PodMonitor/komodor-port',
      'PrometheusRule/komodor-port',
      'Service/komodor-port-redis',
      'ServiceMonitor/komodor-port',
      'StatefulSet/komodor-port-redis',
    ]);
    expect(all.flatMap(mistakesIn)).toEqual([]);
  });

  it('is left out with a CronJob, whose pods nobody can watch or call', async () => {
    const { roles: _, resyncHook: __, ...rest } = ALL;
    const manifests = await template({ values: { ...rest, workload: { kind: 'CronJob' } } });
    expect(kindsOf(manifests).filter((one) => /Monitor|Rule|dashboard|Budget|-test$/.test(one))).toEqual([]);
    const { podSelector } = specOf(find(manifests, 'NetworkPolicy', 'komodor-port'), policy);
    expect(selected(manifests, podSelector)).toEqual(['CronJob/komodor-port-resync', 'Job/komodor-port-resync-hook']);
  });

  it('has no pod that the restricted Pod Security Standard refuses', async () => {
    const manifests = await template({ values: ALL });
    expect(manifests.flatMap((manifest) => [...violationsIn(manifest), ...excessIn(manifest)])).toEqual([]);
  });
});

describeWith(['helm4'], 'metrics of the chart', () => {
  it('are scraped from every pod of the service and no other, on a port that there is', async () => {
    const manifests = await template({ values: ALL });
    const monitor = specOf(
      find(manifests, 'PodMonitor'),
      z.looseObject({ selector, podMetricsEndpoints: z.array(z.looseObject({ port: z.string() })) }),
    );
    expect(selected(manifests, monitor.selector)).toEqual(PODS);
    expect(monitor.podMetricsEndpoints).toEqual([{ port: 'http', path: '/metrics', interval: '1m' }]);
    for (const name of ['komodor-port', 'komodor-port-worker']) {
      expect(portsOf(manifests, 'Deployment', name)).toContainEqual({
        name: 'http',
        containerPort: 8000,
        protocol: 'TCP',
      });
    }
    for (const kind of ['PodMonitor', 'ServiceMonitor', 'PrometheusRule']) {
      expect(find(manifests, kind).metadata.labels).toMatchObject({ release: 'p' });
    }
  });

  it('come by the Service too, whatever its port is called', async () => {
    const manifests = await template({ values: { ...ALL, service: { portName: 'web', port: 80 } } });
    const found = find(manifests, 'Service', 'komodor-port');
    const monitor = specOf(
      find(manifests, 'ServiceMonitor'),
      z.looseObject({ selector, endpoints: z.array(z.looseObject({ port: z.string() })) }),
    );
    expect(found.metadata.labels).toMatchObject(monitor.selector.matchLabels);
    const { ports, selector: pods } = specOf(found, service);
    expect(monitor.endpoints.map((one) => one.port)).toEqual(ports.map(({ name }) => name));
    expect(ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
    expect(selected(manifests, bySelector(pods))).toEqual(['Deployment/komodor-port']);
    expect(await refusal('helm4', '--set', 'metrics.serviceMonitor.enabled=true,service.enabled=false')).toContain(
      'metrics.serviceMonitor.enabled: a ServiceMonitor needs the Service',
    );
  });

  it('are judged and shown by the files of the chart, which Flux leaves alone', async () => {
    const manifests = await template({ values: ALL });
    expect(find(manifests, 'PrometheusRule')).toMatchObject({ spec: parse(read('files/alerts.yaml')) });
    const dashboard = dataOf(manifests, 'ConfigMap', 'komodor-port-dashboard');
    expect(JSON.parse(dashboard['komodor-port.json'] ?? '')).toEqual(JSON.parse(read('files/dashboard.json')));
    const { metadata } = find(manifests, 'ConfigMap', 'komodor-port-dashboard');
    expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    expect(metadata.annotations).toMatchObject({ grafana_folder: 'Catalog' });
    for (const one of [metadata, find(manifests, 'PrometheusRule').metadata]) {
      expect(one.annotations).toMatchObject({ 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' });
    }
  });

  it('have traces beside them, to the endpoint that is given', async () => {
    const { env } = containerOf(await template({ values: ALL }), 'Deployment', 'komodor-port-worker');
    expect(env).toContainEqual({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://otel.monitoring:4318' });
    expect(env).toContainEqual({ name: 'OTEL_SERVICE_NAME', value: 'komodor-port' });
    expect(env.find(({ name }) => name === 'OTEL_EXPORTER_OTLP_HEADERS')?.valueFrom?.secretKeyRef).toEqual({
      name: 'otel',
      key: 'OTEL_EXPORTER_OTLP_HEADERS',
    });
    expect(containerOf(await template()).env.filter(({ name }) => name.startsWith('OTEL'))).toEqual([]);
    expect(await refusal('helm4', '--set', 'otel.enabled=true')).toContain('Set otel.endpoint');
  });
});

describeWith(['helm4'], 'the PodDisruptionBudgets of the chart', () => {
  it('let a node be drained, with one pod too', async () => {
    const manifests = await template({ values: ALL });
    for (const [name, pods] of [
      ['komodor-port', PODS[0]],
      ['komodor-port-worker', PODS[1]],
    ] as const) {
      const spec = specOf(find(manifests, 'PodDisruptionBudget', name), z.looseObject({ selector }));
      expect(spec).toMatchObject({ maxUnavailable: 1 });
      expect(spec).not.toHaveProperty('minAvailable');
      expect(selected(manifests, spec.selector)).toEqual([pods]);
    }
  });

  it('take a number that must stay, unless no node could be drained then', async () => {
    const values = {
      redis: { enabled: true },
      workload: { deployment: { replicas: 3 } },
      pdb: { enabled: true, minAvailable: 2 },
    };
    expect(find(await template({ values }), 'PodDisruptionBudget')).toMatchObject({ spec: { minAvailable: 2 } });
    const none = { pdb: { enabled: true, minAvailable: 0 } };
    expect(find(await template({ values: none }), 'PodDisruptionBudget')).toMatchObject({ spec: { minAvailable: 0 } });
    expect(await refusal('helm4', '--set', 'pdb.enabled=true,pdb.minAvailable=1')).toContain(
      'pdb.minAvailable: 1 of 1 pods (workload.deployment.replicas) must stay, so no node could be drained. Use pdb.maxUnavailable: 1.',
    );
  });
});
