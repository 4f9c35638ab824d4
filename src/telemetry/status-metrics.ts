import { Gauge, type Registry } from 'prom-client';
import { isApprovable } from '../core/deletion.ts';
import type { Kind, Mapping } from '../core/model.ts';
import type { DeletionBlocked, RunReport } from '../core/report.ts';
import { mayWriteBlueprint } from './ocean-metrics.ts';

/** Metrics for alerts: the state after the last resyncs of all replicas, also of those before a restart. */
export interface StatusMetrics {
  mappingRead(mapping: Mapping): void;
  /** Adds a resync's report, the oldest first. Adding one twice does no harm. */
  addReport(report: RunReport): void;
}

interface BlockedDeletions {
  readonly finishedAt: number;
  /** The kinds that the run read. */
  readonly kinds: readonly Kind[];
  readonly blocked: DeletionBlocked | null;
}

export function createStatusMetrics(registry: Registry): StatusMetrics {
  const registers = [registry];
  const succeededAt = new Map<Kind, number>();
  const blockedByBlueprint = new Map<string, BlockedDeletions>();
  let mapping: Mapping | undefined;
  /** When a kind was added to the mapping while the process ran: its age counts from then. */
  const addedAt = new Map<Kind, number>();
  let begunAt = Date.now();

  new Gauge({
    name: 'komodor_port_seconds_since_success',
    help: 'Seconds since the last complete success of the kind whose success is longest ago.',
    registers,
    collect() {
      const kinds = mapping === undefined ? [...succeededAt.keys()] : kindsOf(mapping);
      const times = kinds.map((kind) => succeededAt.get(kind) ?? addedAt.get(kind) ?? begunAt);
      this.set(Math.max(0, Date.now() - Math.min(...(times.length > 0 ? times : [begunAt]))) / 1000);
    },
  });
  new Gauge({
    name: 'komodor_port_last_success_timestamp_seconds',
    help: 'When a kind was last read completely and written without a failure.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      const mapped = mapping && kindsOf(mapping);
      for (const [kind, at] of succeededAt) if (mapped?.includes(kind) ?? true) this.set({ kind }, at / 1000);
    },
  });
  addDeletionGauges(registers, blockedByBlueprint);

  return {
    mappingRead(read) {
      const before = mapping && kindsOf(mapping);
      for (const kind of before ? kindsOf(read) : []) if (!before?.includes(kind)) addedAt.set(kind, Date.now());
      mapping = read;
    },
    addReport(report) {
      if (report.mode !== 'resync') return;
      const finishedAt = Date.parse(report.finishedAt);
      begunAt = Math.min(begunAt, Date.parse(report.startedAt));
      for (const { kind } of report.kinds) {
        if (isSuccess(report, kind, mapping)) succeededAt.set(kind, Math.max(finishedAt, succeededAt.get(kind) ?? 0));
      }
      const isNewer = ({ finishedAt: known }: BlockedDeletions) => finishedAt >= known;
      const kinds = report.kinds.map(({ kind }) => kind);
      for (const [blueprint, one] of blockedByBlueprint) {
        // A process that runs no resyncs (ROLE=server) has no mapping: then the kinds of the earlier run count.
        const wanted = mapping === undefined ? one.kinds : kindsOf(mapping);
        if (isNewer(one) && coversAllBlueprints(report, wanted)) blockedByBlueprint.delete(blueprint);
      }
      for (const { blueprint, deletionBlocked } of report.blueprints) {
        const known = blockedByBlueprint.get(blueprint);
        if (!known || isNewer(known))
          blockedByBlueprint.set(blueprint, { finishedAt, kinds, blocked: deletionBlocked });
      }
    },
  };
}

function addDeletionGauges(registers: Registry[], blockedByBlueprint: ReadonlyMap<string, BlockedDeletions>): void {
  new Gauge({
    name: 'komodor_port_deletions_blocked',
    help: 'Entities that the last resync of their blueprint did not delete, by the reason for which deletion was blocked.',
    labelNames: ['blueprint', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [blueprint, { blocked }] of blockedByBlueprint) {
        if (blocked) this.set({ blueprint, reason: blocked.reason }, blocked.count);
      }
    },
  });
  new Gauge({
    name: 'komodor_port_deletions_awaiting_approval',
    help: 'Entities whose deletion a person can approve; 0 when there are none.',
    labelNames: ['blueprint'],
    registers,
    collect() {
      this.reset();
      for (const [blueprint, { blocked }] of blockedByBlueprint) {
        this.set({ blueprint }, blocked && isApprovable(blocked.reason) ? blocked.count : 0);
      }
    },
  });
}

/** Whether blueprints that a report does not name are out of use. A run that stopped early names only some, or none. */
function coversAllBlueprints({ status, kinds }: RunReport, wanted: readonly Kind[]): boolean {
  if (status === 'failed' || status === 'aborted') return false;
  return wanted.every((kind) => kinds.some((read) => read.kind === kind));
}

function kindsOf({ entries, disabled }: Mapping): readonly Kind[] {
  return [...entries, ...disabled].flatMap(({ kind }) => (kind === null ? [] : [kind]));
}

/** Whether a run read a kind completely and wrote it without failures. Blocked deletions do not matter. */
function isSuccess(report: RunReport, kind: Kind, mapping: Mapping | undefined): boolean {
  const read = report.kinds.find((one) => one.kind === kind);
  if (report.status === 'aborted' || read?.status !== 'completed') return false;
  return report.blueprints.every(
    ({ blueprint, failed, status }) =>
      (failed === 0 && status !== 'failed') || !mayWriteBlueprint(mapping, kind, blueprint),
  );
}
