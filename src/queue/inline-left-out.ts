import type { KindLeftOut, LeftOutStore } from '../core/left-out.ts';

/** What the last resyncs left out, in memory. */
export function createInlineLeftOut(): LeftOutStore {
  let known: ReadonlyMap<string, KindLeftOut> = new Map();
  return {
    async keep(kinds, others) {
      const before = others === 'keep' ? [...known] : [];
      known = new Map([...before, ...kinds.map((one) => [one.kind, one] as const)]);
    },
    async all() {
      return [...known.values()];
    },
  };
}
