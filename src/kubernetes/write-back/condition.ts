import { z } from 'zod';
import type { JsonObject } from '../../core/model.ts';
import { isGood, type ObjectVerdict } from './verdict.ts';

/** The type of our condition. Not `Ready`, on which Flux and Argo CD would wait. */
const CONDITION = 'Synced';
/** The API server takes no longer message in a condition. */
const MAX_MESSAGE = 32_768;

const conditionsSchema = z.array(z.looseObject({ type: z.string() })).catch([]);
const objectSchema = z.object({
  metadata: z.object({ generation: z.number().optional().catch(undefined) }).catch({}),
  status: z.object({ conditions: conditionsSchema.optional() }).catch({}).optional(),
});

/** What an object says of itself, as far as the write-back needs it. */
export interface Conditions {
  readonly generation: number | undefined;
  readonly conditions: readonly JsonObject[];
}

/** Reads the conditions of an object. */
export function conditionsIn(object: JsonObject): Conditions {
  const { metadata, status } = objectSchema.parse(object);
  return { generation: metadata.generation, conditions: status?.conditions ?? [] };
}

/**
 * The status of an object after a verdict; undefined when it says the same already. Conditions of others stay.
 * @param now for `lastTransitionTime`, which changes only with the condition's status
 */
export function statusAfter(
  { generation, conditions }: Conditions,
  verdict: ObjectVerdict,
  now: Date,
): JsonObject | undefined {
  const before = conditions.find(({ type }) => type === CONDITION);
  const status = isGood(verdict) || verdict.reason === 'SyncedInPart' ? 'True' : 'False';
  const said = {
    status,
    reason: verdict.reason,
    message: verdict.message.slice(0, MAX_MESSAGE),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  if (before && Object.entries(said).every(([key, value]) => before[key] === value)) return undefined;
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  const lastTransitionTime = typeof since === 'string' ? since : seconds(now);
  // Not `observedGeneration` of the status itself: Flux would wait for it, and for a service that is switched off in vain.
  return {
    conditions: [
      ...conditions.filter(({ type }) => type !== CONDITION),
      { type: CONDITION, ...said, lastTransitionTime },
    ],
  };
}

/** Kubernetes takes times in whole seconds. */
export function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
