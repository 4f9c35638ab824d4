import type { Kind } from './model.ts';

/** Whether a watch sees what happens. `why`: what is wrong, and what to do. */
export type WatchState =
  | { readonly type: 'starting' }
  | { readonly type: 'watching' }
  | { readonly type: 'waiting'; readonly why: string };

/** A watch of the cluster, for people. */
export interface WatchStatus {
  readonly kind: Kind;
  /** null: all of them. */
  readonly namespace: string | null;
  readonly state: WatchState['type'];
  readonly since: string;
  /** null: there was none yet. */
  readonly lastEventAt: string | null;
  /** What it waits for; null when it waits for nothing. */
  readonly why: string | null;
}
