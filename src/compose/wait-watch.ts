import type { Traffic } from '../core/ports.ts';
import type { RunWait } from '../core/run-times.ts';
import type { HostWait } from '../net/host-waits.ts';
import type { Side } from '../net/http-failure.ts';

/** Tells everyone who watches of the waits of all sides. */
export function createWaitWatch() {
  const watching = new Set<(wait: RunWait) => void>();
  return {
    tell(side: Side, { reason, from, to }: HostWait): void {
      const wait = { side, reason, from: isoOf(from), to: to === null ? null : isoOf(to) };
      for (const each of watching) each(wait);
    },
    watchWaits: ((tell) => {
      watching.add(tell);
      return () => watching.delete(tell);
    }) satisfies Traffic['watchWaits'],
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
