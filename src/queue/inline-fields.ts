import { type FieldHistory, KEPT_FIELD_RUNS, type RunFields } from '../core/field-history.ts';

/** What expressions gave, in memory. */
export function createInlineFields(): FieldHistory {
  let kept: readonly RunFields[] = [];
  return {
    async add(run) {
      kept = [run, ...kept].slice(0, KEPT_FIELD_RUNS);
    },
    list: async (runs) => kept.slice(0, runs),
  };
}
