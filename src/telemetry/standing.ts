import { Gauge, type Registry } from 'prom-client';
import { isApprovable } from '../core/deletion.ts';
import type { Kind, Mapping } from '../core/model.ts';
import type { DeletionBlocked, RunReport } from '../core/report.ts';
import { writes } from './ocean-metrics.ts';

/** How things stand, whichever replica carried out the last runs, and also after a restart. Alerts are made of these. */
export interface Standing {
  mappingRead(mapping: Mapping): void;
  /** Takes a resync into account, also one of another replica or of before the start; the oldest first, and maybe again. */
  learn(report: RunReport): void;
}

interface Held {
  readonly finishedAt: number;
  readonly blocked: DeletionBlocked | null;
}

export function createStanding(registry: Registry): Standing {
  const registers = [registry];
  const succeededAt = new Map<Kind, number>();
  const held = new Map<string, Held>();
  let mapping: Mapping | undefined;
  /** Kinds that came into the mapping while we ran: nobody can expect more of them. */
  const newSince = new Map<Kind, number>();
  let begunAt = Date.now();

  new Gauge({
    name: 'komodor_port_seconds_since_success',
    help: 'How long ago the kind that is worst off was last in Port completely.',
    registers,
    collect() {
      const kinds = mapping === undefined ? [...succeededAt.keys()] : kindsOf(mapping);
      const times = kinds.map((kind) => succeededAt.get(kind) ?? newSince.get(kind) ?? begunAt);
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
  new Gauge({
    name: 'komodor_port_deletions_blocked',
    help: 'Entities that the last resync of their blueprint held back from deletion, for whatever reason.',
    labelNames: ['blueprint', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [blueprint, { blocked }] of held) {
        if (blocked) this.set({ blueprint, reason: blocked.reason }, blocked.count);
      }
    },
  });
  new Gauge({
    name: 'komodor_port_deletions_awaiting_approval',
    help: 'Entities that were held back for a reason that a person can lift by approving; 0 when there are none.',
    labelNames: ['blueprint'],
    registers,
    collect() {
      this.reset();
      for (const [blueprint, { blocked }] of held) {
        this.set({ blueprint }, blocked && isApprovable(blocked.reason) ? blocked.count : 0);
      }
    },
  });

  return {
    mappingRead(read) {
      const before = mapping && kindsOf(mapping);
      for (const kind of before ? kindsOf(read) : []) if (!before?.includes(kind)) newSince.set(kind, Date.now());
      mapping = read;
    },
    learn(report) {
      if (report.mode !== 'resync') return;
      const finishedAt = Date.parse(report.finishedAt);
      begunAt = Math.min(begunAt, Date.parse(report.startedAt));
      for (const { kind } of report.kinds) {
        if (isSuccess(report, kind, mapping)) succeededAt.set(kind, Math.max(finishedAt, succeededAt.get(kind) ?? 0));
      }
      const isNews = ({ finishedAt: known }: Held) => finishedAt >= known;
      if (coversAll(report, mapping)) {
        for (const [blueprint, one] of held) if (isNews(one)) held.delete(blueprint);
      }
      for (const { blueprint, deletionBlocked } of report.blueprints) {
        const known = held.get(blueprint);
        if (!known || isNews(known)) held.set(blueprint, { finishedAt, blocked: deletionBlocked });
      }
    },
  };
}

/** Whether what a report does not name is not there any more. A run that broke off names few blueprints, or none. */
function coversAll({ status, kinds }: RunReport, mapping: Mapping | undefined): boolean {
  if (status === 'failed' || status === 'aborted' || mapping === undefined) return false;
  const read = new Set(kinds.map(({ kind }) => kind));
  return kindsOf(mapping).every((kind) => read.has(kind));
}

function kindsOf({ entries, disabled }: Mapping): readonly Kind[] {
  return [...entries, ...disabled].flatMap(({ kind }) => (kind === null ? [] : [kind]));
}

/** Whether everything of a kind is in Port as it should be. Deletions that are held back do not count against it. */
function isSuccess(report: RunReport, kind: Kind, mapping: Mapping | undefined): boolean {
  const read = report.kinds.find((one) => one.kind === kind);
  if (report.status === 'aborted' || read?.status !== 'completed') return false;
  return report.blueprints.every(
    ({ blueprint, failed, status }) => (failed === 0 && status !== 'failed') || !writes(mapping, kind, blueprint),
  );
}
