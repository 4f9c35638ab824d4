import { digestOf } from './canonical.ts';
import type { BlockReason, DeletionBlocked, DeletionReason } from './report.ts';

/** A reason for which nothing is deleted from a blueprint in this run, whatever the threshold. */
export interface Taint {
  readonly reason: Extract<BlockReason, 'incomplete' | 'rejected' | 'disabled' | 'not_selected'>;
  readonly detail: string;
}

/** The result of the confirming reads for the stale entities of a blueprint. */
export type Confirmation =
  | { readonly type: 'not_asked' }
  /** The confirming reads did not show them either. */
  | { readonly type: 'confirmed' }
  /** These still exist, so the first read was not complete. */
  | { readonly type: 'contradicted'; readonly stillThere: readonly string[] }
  /** A confirming read failed, or was not complete. */
  | { readonly type: 'unconfirmed'; readonly detail: string };

export interface DeletionCase {
  readonly blueprint: string;
  /** What its entities are made of: `Komodor`. */
  readonly systems: string;
  /** Whether an entry of the mapping writes it, or may write it. */
  readonly mapped: boolean;
  /** How many entities of ours the blueprint has in Port. */
  readonly owned: number;
  /** Those of them that this run did not see. */
  readonly stale: readonly string[];
  /** The digest of `stale`, if it is known: for very many it is computed beforehand, with pauses. */
  readonly digest?: string | undefined;
  readonly aborted: boolean;
  readonly taints: readonly Taint[];
  readonly confirmation: Confirmation;
  /** `entityDeletionThreshold`; null: never delete. */
  readonly threshold: number | null;
  /** Digests that a person approved. */
  readonly approved: ReadonlySet<string>;
}

export type DeletionDecision =
  | { readonly type: 'nothing' }
  | { readonly type: 'needs_confirmation' }
  | { readonly type: 'delete'; readonly identifiers: readonly string[]; readonly approvedDigest: string | null }
  | { readonly type: 'blocked'; readonly blocked: DeletionBlocked; readonly detail: string };

/** Why an entity of ours is stale. */
export interface Cause {
  readonly reason: DeletionReason;
  /** The reason as a sentence. It is the same for all entities with this reason. */
  readonly detail: string;
}
/** By identifier. */
export type Causes = ReadonlyMap<string, Cause>;

const SAMPLE_SIZE = 10;

/**
 * Decides whether stale entities may be deleted, as a pure function. First called without a confirmation: it demands one
 * only if nothing else forbids the deletion. The threshold is checked last, so that nobody is asked to approve a set that
 * a confirming read contradicts.
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
        `${facts.systems} still has ${confirmation.stillThere.join(', ')}`,
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
  const { digest = digestOf(blueprint, stale) } = facts;
  const approvedDigest = facts.approved.has(digest) ? digest : null;
  if (approvedDigest) return { type: 'delete', identifiers: stale, approvedDigest };
  // Whether these are gone is not known, because no entry reads their kind any more.
  if (!facts.mapped)
    return block(facts, 'unmapped', `no entry of the mapping writes ${blueprint} any more`, stale, digest);
  const excess = thresholdBreach(stale.length, owned, threshold);
  if (excess) return block(facts, excess.reason, excess.detail, stale, digest);
  return { type: 'delete', identifiers: stale, approvedDigest: null };
}

/** Why this number of deletions needs an approval. */
export interface ThresholdBreach {
  readonly reason: Extract<BlockReason, 'threshold' | 'emptied'>;
  readonly detail: string;
}

/** For resyncs and live events: no more than the threshold's share may be deleted at once, and never all entities. */
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
  digest = facts.digest,
): DeletionDecision {
  return { type: 'blocked', blocked: describeBlock(reason, facts, sample, digest), detail };
}

/** A block for the report: how many entities of how many, the digest of the set, and a few identifiers. */
export function describeBlock(
  reason: BlockReason,
  { blueprint, stale, owned, threshold }: Pick<DeletionCase, 'blueprint' | 'stale' | 'owned' | 'threshold'>,
  sample: readonly string[] = stale,
  digest = digestOf(blueprint, stale),
): DeletionBlocked {
  return { reason, count: stale.length, digest, sample: sample.slice(0, SAMPLE_SIZE), total: owned, threshold };
}

/** Whether a person can lift this block by approving the digest. Others need another read or another mapping. */
export function isApprovable(reason: BlockReason): boolean {
  return reason === 'threshold' || reason === 'emptied' || reason === 'unmapped';
}
