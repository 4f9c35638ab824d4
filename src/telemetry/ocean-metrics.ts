import { Gauge, type Registry } from 'prom-client';
import type { Kind, Mapping } from '../core/model.ts';
import type { RunReport } from '../core/report.ts';

/** Port Ocean's metrics, with its names and labels, for dashboards made for Ocean. The values are those of the last resync. */
export interface OceanMetrics {
  kindStarted(kind: Kind): void;
  kindFinished(kind: Kind): void;
  resyncFinished(report: RunReport, mapping: Mapping | undefined): void;
}

export function createOceanMetrics(registry: Registry): OceanMetrics {
  const { duration, objects, success, rateLimitWait } = createGauges(registry);
  const startedAt = new Map<Kind, number>();
  const tookMs = new Map<Kind, number>();

  function countObjects(kind: string, phase: string, types: { readonly [type: string]: number }): void {
    for (const [type, count] of Object.entries(types)) objects.set({ kind, phase, object_count_type: type }, count);
  }

  return {
    kindStarted(kind) {
      startedAt.set(kind, performance.now());
    },
    kindFinished(kind) {
      tookMs.set(kind, performance.now() - (startedAt.get(kind) ?? performance.now()));
    },
    resyncFinished(report, mapping) {
      for (const gauge of [duration, objects, success, rateLimitWait]) gauge.reset();
      for (const { kind, status, complete, extracted, selected, filtered, rejected } of report.kinds) {
        const label = labelOf(kind, mapping);
        const written = report.blueprints.filter(({ blueprint }) => kindShownFor(blueprint, report, mapping) === kind);
        const total = (count: (one: RunReport['blueprints'][number]) => number) =>
          written.reduce((sum, one) => sum + count(one), 0);
        const failed = total((one) => one.failed);
        duration.set({ kind: label, phase: 'resync' }, (tookMs.get(kind) ?? 0) / 1000);
        success.set({ kind: label, phase: 'resync' }, Number(status === 'completed' && failed === 0));
        countObjects(label, 'extract', { raw_extracted: extracted, failed: complete ? 0 : 1 });
        countObjects(label, 'transform', { transformed: selected, filtered_out: filtered, failed: rejected });
        countObjects(label, 'load', {
          loaded: total((one) => one.created + one.updated),
          skipped: total((one) => one.unchanged),
          failed,
        });
      }
      const deleted = report.blueprints.reduce((sum, one) => sum + one.deleted, 0);
      countObjects('__reconciliation__', 'delete', { deleted });
      duration.set({ kind: '__runtime__', phase: 'resync' }, report.durationMs / 1000);
      success.set({ kind: '__runtime__', phase: 'resync' }, Number(report.status === 'completed'));
      const waited = { kind: '__runtime__', phase: 'resync', endpoint: 'all' };
      rateLimitWait.set(waited, report.requests.rateLimitWaitMs / 1000);
    },
  };
}

function createGauges(registry: Registry) {
  const registers = [registry];
  return {
    duration: new Gauge({
      name: 'komodor_port_ocean_duration_seconds',
      help: "Ocean's duration_seconds: how long a part of the last resync took.",
      labelNames: ['kind', 'phase'],
      registers,
    }),
    objects: new Gauge({
      name: 'komodor_port_ocean_object_count',
      help: "Ocean's object_count: objects of the last resync by phase and type.",
      labelNames: ['kind', 'phase', 'object_count_type'],
      registers,
    }),
    success: new Gauge({
      name: 'komodor_port_ocean_success',
      help: "Ocean's success: 1 when a part of the last resync had no failure.",
      labelNames: ['kind', 'phase'],
      registers,
    }),
    rateLimitWait: new Gauge({
      name: 'komodor_port_ocean_rate_limit_wait_seconds',
      help: "Ocean's rate_limit_wait_seconds: how long the last resync stood still for rate limits.",
      labelNames: ['kind', 'phase', 'endpoint'],
      registers,
    }),
  };
}

/** Whether a kind may write a blueprint. If no entry names the blueprint as a constant, any entry may write it. */
export function mayWriteBlueprint(mapping: Mapping | undefined, kind: Kind, blueprint: string): boolean {
  const entriesNamingIt = (mapping?.entries ?? []).filter(({ templates }) =>
    templates.some((template) => template.blueprint.includes(JSON.stringify(blueprint))),
  );
  return entriesNamingIt.length === 0 || entriesNamingIt.some((entry) => entry.kind === kind);
}

/** The kind under which a blueprint's counts are shown, so that they are shown only once. */
function kindShownFor(blueprint: string, report: RunReport, mapping: Mapping | undefined): Kind | undefined {
  return report.kinds.find(({ kind }) => mayWriteBlueprint(mapping, kind, blueprint))?.kind;
}

/** `komodorService-0`: the kind with the index of its first entry in the mapping. */
function labelOf(kind: Kind, mapping: Mapping | undefined): string {
  const entry = mapping?.entries.find((one) => one.kind === kind);
  return `${kind}-${/resources\[(\d+)\]/.exec(entry?.path ?? '')?.[1] ?? 0}`;
}
