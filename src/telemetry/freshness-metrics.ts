import { Gauge, type Registry } from 'prom-client';
import type { Freshness } from '../core/freshness.ts';

/**
 * How old the last complete truth of each blueprint is, judged at every scrape.
 * @param freshness may throw. Then these metrics are left out, because old numbers would mislead.
 */
export function registerFreshness(registry: Registry, freshness: () => Promise<Freshness>): void {
  const registers = [registry];
  // All three of a scrape show one judgement.
  let judged: { readonly at: number; readonly judgement: Promise<Freshness | undefined> } | undefined;
  function judge(): Promise<Freshness | undefined> {
    if (judged === undefined || performance.now() - judged.at > 1_000) {
      judged = { at: performance.now(), judgement: freshness().catch(() => undefined) };
    }
    return judged.judgement;
  }
  new Gauge({
    name: 'komodor_port_seconds_since_truth',
    help: 'Seconds since the last complete truth of a blueprint; without one, since resyncs know of the blueprint.',
    labelNames: ['blueprint'],
    registers,
    async collect() {
      this.reset();
      for (const { blueprint, ageMs } of (await judge())?.blueprints ?? []) this.set({ blueprint }, ageMs / 1000);
    },
  });
  new Gauge({
    name: 'komodor_port_intervals_since_truth',
    help: 'The same in intervals of scheduled resyncs; absent without a schedule.',
    labelNames: ['blueprint'],
    registers,
    async collect() {
      this.reset();
      for (const { blueprint, intervals } of (await judge())?.blueprints ?? []) {
        if (intervals !== null) this.set({ blueprint }, intervals);
      }
    },
  });
  new Gauge({
    name: 'komodor_port_stalled',
    help: '1 when there was no complete truth of some blueprint for three intervals, whether or not runs end; else 0.',
    registers,
    async collect() {
      this.reset();
      const now = await judge();
      if (now === undefined) this.remove();
      else this.set(now.stalled === null ? 0 : 1);
    },
  });
}
