import type { Kind } from './model.ts';
import type { PerSide } from './sides.ts';

/** The stages that the items of a kind go through. They overlap. */
export const STAGES = ['read', 'map', 'compare', 'write', 'delete'] as const;
export type Stage = (typeof STAGES)[number];

/** When a stage of a kind was worked on. */
export interface Lane {
  /** For the deletions of a blueprint that no kind writes any more: the blueprint. */
  readonly kind: Kind;
  readonly stage: Stage;
  readonly startedAt: string;
  /** null: it may go on. */
  readonly endedAt: string | null;
  /** The time in which at least one piece of work was under way. */
  readonly busyMs: number;
  /** Items that were read and mapped, items whose entities were compared, entities that were written and deleted. */
  readonly done: number;
}

/** Why requests wait: an answer 429 that says no time, one that says when, an allowance that is used up, a failed request. */
export const WAIT_REASONS = ['rate limit', 'Retry-After', 'allowance spent', 'retry pause'] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** A time in which requests to one side waited. */
export interface RunWait {
  readonly side: keyof PerSide<unknown>;
  readonly from: string;
  /** null: it goes on. */
  readonly to: string | null;
  readonly reason: WaitReason;
}

/** Where the time of a run went. */
export interface RunTimes {
  /** In the order in which they began. */
  readonly lanes: readonly Lane[];
  /** In their order; of many the longest. */
  readonly waited: readonly RunWait[];
  /** How many shorter waits were left out. */
  readonly waitedMore?: number;
}
