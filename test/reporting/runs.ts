import { randomUUID } from 'node:crypto';
import type { Kind, Mapping, RawItem, ResourceEntry } from '../../src/core/model.ts';
import type { RunObserver } from '../../src/core/ports.ts';
import type { BlueprintReport, KindReport, RunReport } from '../../src/core/report.ts';

export function entry(index: number, kind: Kind, blueprint: string): ResourceEntry {
  const path = `resources[${index}]`;
  const template = {
    path: `${path}.port.entity.mappings`,
    identifier: '.id',
    blueprint,
    properties: {},
    relations: {},
  };
  return { path, kind, selectorQuery: 'true', selector: {}, templates: [template] };
}

export const MAPPING: Mapping = {
  flags: {
    enableMergeEntity: true,
    deleteDependentEntities: false,
    createMissingRelatedEntities: false,
    entityDeletionThreshold: 0.3,
  },
  entries: [entry(0, 'komodorService', '"service"'), entry(1, 'komodorHealthMonitoring', '"risk"')],
  disabled: [],
};

export function kindReport(kind: Kind, more: Partial<KindReport> = {}): KindReport {
  const counts = { pages: 1, extracted: 10, selected: 8, filtered: 1, duplicates: 0, rejected: 1 };
  return { kind, status: 'completed', complete: true, ...counts, ...more };
}

export function blueprintReport(blueprint: string, more: Partial<BlueprintReport> = {}): BlueprintReport {
  const counts = { created: 3, updated: 2, unchanged: 3, failed: 0, deleted: 0, stale: 0 };
  return { blueprint, status: 'completed', ...counts, deletionBlocked: null, ...more };
}

export function runReport(more: Partial<RunReport> = {}): RunReport {
  return {
    runId: randomUUID(),
    mode: 'resync',
    trigger: 'cli',
    status: 'completed',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:12.000Z',
    durationMs: 12_000,
    kinds: [kindReport('komodorService'), kindReport('komodorHealthMonitoring')],
    blueprints: [blueprintReport('service'), blueprintReport('risk')],
    problems: [],
    requests: { komodor: 1, port: 1, retries: 0, rateLimitWaitMs: 1500 },
    ...more,
  };
}

export function rawItem(key: string, value: RawItem['value'] = { id: key }): RawItem {
  return { key, label: key, value };
}

/** Tells an observer what a run over both kinds tells it. */
export function goThrough(observer: RunObserver, mapping: Mapping = MAPPING): void {
  observer.mappingRead?.(mapping);
  for (const kind of ['komodorService', 'komodorHealthMonitoring'] as const) {
    observer.kindStarted?.(kind);
    observer.itemsRead?.(kind, [rawItem(`${kind}-a`), rawItem(`${kind}-b`)]);
    observer.kindFinished?.({ kind, pages: 1, items: 2, written: 2, unchanged: 0 });
  }
  observer.deletionsDecided?.('risk', [], { type: 'nothing' });
  observer.deletionsDecided?.('service', [], { type: 'nothing' });
}
