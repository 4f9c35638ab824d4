import { Counter, Gauge, type Registry } from 'prom-client';
import type { WatchStatus } from '../core/watches.ts';

/** The watches of this process, read at every scrape; undefined: it watches nothing. */
export type WatchSource = () => { readonly watches: readonly WatchStatus[]; readonly lagMs: number } | undefined;

/** @returns the counter of what watches tell */
export function createWatchMetrics(registry: Registry, source: WatchSource = () => undefined) {
  const registers = [registry];
  new Gauge({
    name: 'komodor_port_watch_connected',
    help: 'Whether all watches of a kind see what happens in the cluster; absent in replicas that do not watch.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      const connected = new Map<string, boolean>();
      for (const { kind, state } of source()?.watches ?? [])
        connected.set(kind, state === 'watching' && connected.get(kind) !== false);
      for (const [kind, is] of connected) this.set({ kind }, is ? 1 : 0);
    },
  });
  new Gauge({
    name: 'komodor_port_watch_lag_seconds',
    help: 'For how long the oldest change of the cluster that is not in Port yet has been known; 0 when there is none.',
    registers,
    collect() {
      const now = source();
      if (now === undefined) this.remove();
      else this.set(now.lagMs / 1000);
    },
  });
  return new Counter({
    name: 'komodor_port_watch_events_total',
    help: 'Changes of the cluster that watches told.',
    labelNames: ['kind', 'type'],
    registers,
  });
}
