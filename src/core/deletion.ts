import { digestOf } from './canonical.ts';
import type { BlockReason, DeletionBlocked, DeletionReason } from './report.ts';

/** Why a blueprint may not be deleted from in this run, whatever the guards say. */
export interface Taint {
  readonly reason: Extract<BlockReason, 'incomplete' | 'rejected' | 'disabled' | 'not_selected'>;
  readonly detail: string;
}

/** What the second, differently scoped read said about the stale entities. */
export type Confirmation =
  | { readonly type: 'not_asked' }
  /** Everything that was asked about is absent there too. */
  | { readonly type: 'confirmed' }
  /** These are there after all: the first read was not complete. */
  | { readonly type: 'contradicted'; readonly stillThere: readonly string[] }
  /** The second read failed or cannot be trusted. */
  | { readonly type: 'unconfirmed'; readonly detail: string };

export interface DeletionCase {
  readonly blueprint: string;
  /** Whether an entry of the mapping writes it, or may write it. */
  readonly mapped: boolean;
  /** How many entities of the blueprint are ours in Port. */
  readonly owned: number;
  /** Those of them that this run did not see. */
  readonly stale: readonly string[];
  readonly aborted: boolean;
  readonly taints: readonly Taint[];
  readonly confirmation: Confirmation;
  /** `entityDeletionThreshold`; null: never delete. */
  readonly threshold: number | null;
  /** Digests that somebody approved. */
  readonly approved: ReadonlySet<string>;
}

export type DeletionDecision =
  | { readonly type: 'nothing' }
  | { readonly type: 'needs_confirmation' }
  | { readonly type: 'delete'; readonly identifiers: readonly string[]; readonly approvedDigest: string | null }
  | { readonly type: 'blocked'; readonly blocked: DeletionBlocked; readonly detail: string };

/** Why an entity of ours is to go. */
export interface Cause {
  readonly reason: DeletionReason;
  /** The reason as a sentence, the same one for all entities that share it. */
  readonly detail: string;
}
/** By identifier. */
export type Causes = ReadonlyMap<string, Cause>;

const SAMPLE_SIZE = 10;

/**
 * Whether stale entities may go: CONTRACT §6 as one pure function. Called first without testimony; it asks for the
 * witness only when nothing else forbids the deletion already. The guards come last, so that nobody is ever asked to
 * approve a set that the source itself contradicts.
 */
export function decideDeletion(facts: DeletionCase): DeletionDecision {
  const { stale, confirmation } = facts;
  if (stale.length === 0) return { type: 'nothing' };
  if (facts.aborted) return block(facts, 'aborted', 'the run was stopped');
  const [taint] = facts.taints;
  if (taint) return block(facts, taint.reason, taint.detail);
  switch (confirmation.type) {
    case 'not_asked':
      return { type: 'needs_confirmation' };
    case 'contradicted':
      return block(
        facts,
        'contradicted',
        `Komodor still has ${confirmation.stillThere.join(', ')}`,
        confirmation.stillThere,
      );
    case 'unconfirmed':
      return block(facts, 'unconfirmed', confirmation.detail);
    case 'confirmed':
      return checkThreshold(facts);
  }
}

function checkThreshold(facts: DeletionCase): DeletionDecision {
  const { owned, stale, threshold, blueprint } = facts;
  const digest = digestOf(blueprint, stale);
  const approvedDigest = facts.approved.has(digest) ? digest : null;
  if (approvedDigest) return { type: 'delete', identifiers: stale, approvedDigest };
  // Nobody can say that these are gone: nothing asks about them any more.
  if (!facts.mapped)
    return block(facts, 'unmapped', `no entry of the mapping writes ${blueprint} any more`, stale, digest);
  const excess = thresholdBreach(stale.length, owned, threshold);
  if (excess) return block(facts, excess.reason, excess.detail, stale, digest);
  return { type: 'delete', identifiers: stale, approvedDigest: null };
}

/** Why so many deletions at once are too many without an approval. */
export interface ThresholdBreach {
  readonly reason: Extract<BlockReason, 'threshold' | 'emptied'>;
  readonly detail: string;
}

/** The guards, for resyncs and live events alike: no more than the threshold's share may go at once, and never all. */
export function thresholdBreach(gone: number, owned: number, threshold: number | null): ThresholdBreach | undefined {
  if (threshold === null) return { reason: 'threshold', detail: 'the mapping says that nothing is ever deleted' };
  if (gone >= owned) return { reason: 'emptied', detail: `all ${owned} entities would go` };
  const share = gone / owned;
  if (share <= threshold) return undefined;
  const percent = (part: number) => `${Math.round(part * 1000) / 10} %`;
  const detail = `${percent(share)} would go, entityDeletionThreshold allows ${percent(threshold)}`;
  return { reason: 'threshold', detail };
}

function block(
  facts: DeletionCase,
  reason: BlockReason,
  detail: string,
  sample: readonly string[] = facts.stale,
  digest?: string,
): DeletionDecision {
  return { type: 'blocked', blocked: describeBlock(reason, facts.blueprint, facts.stale, sample, digest), detail };
}

/** How a block is reported: how many, the digest that names exactly them, and a few by name. */
export function describeBlock(
  reason: BlockReason,
  blueprint: string,
  stale: readonly string[],
  sample: readonly string[] = stale,
  digest = digestOf(blueprint, stale),
): DeletionBlocked {
  return { reason, count: stale.length, digest, sample: sample.slice(0, SAMPLE_SIZE) };
}

/** Whether a person may lift this block by approving the digest; the others need a better read or a better mapping. */
export function isApprovable(reason: BlockReason): boolean {
  return reason === 'threshold' || reason === 'emptied' || reason === 'unmapped';
}
