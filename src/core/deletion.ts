import { digestOf } from './canonical.ts';
import type { BlockReason, DeletionBlocked } from './report.ts';

/** Why a blueprint may not be deleted from in this run, whatever the guards say. */
export interface Taint {
  readonly reason: Extract<BlockReason, 'incomplete' | 'rejected' | 'disabled' | 'not_selected'>;
  readonly detail: string;
}

/** What the second, differently scoped read said about the stale entities. */
export type Testimony =
  | { readonly type: 'not_asked' }
  /** Everything that was asked about is absent there too. */
  | { readonly type: 'confirmed' }
  /** These are there after all: the first read was not complete. */
  | { readonly type: 'contradicted'; readonly witnesses: readonly string[] }
  /** The second read failed or cannot be trusted. */
  | { readonly type: 'unconfirmed'; readonly detail: string };

export interface DeletionCase {
  readonly blueprint: string;
  /** How many entities of the blueprint are ours in Port. */
  readonly owned: number;
  /** Those of them that this run did not see. */
  readonly stale: readonly string[];
  readonly aborted: boolean;
  readonly taints: readonly Taint[];
  readonly testimony: Testimony;
  /** `entityDeletionThreshold`; null: never delete. */
  readonly threshold: number | null;
  /** Digests that somebody approved. */
  readonly approved: ReadonlySet<string>;
}

export type DeletionDecision =
  | { readonly type: 'nothing' }
  | { readonly type: 'ask_witness' }
  | { readonly type: 'delete'; readonly identifiers: readonly string[]; readonly approvedDigest: string | null }
  | { readonly type: 'blocked'; readonly blocked: DeletionBlocked; readonly detail: string };

const SAMPLE_SIZE = 10;

/**
 * Whether stale entities may go: CONTRACT §6 as one pure function. Called first without testimony; it asks for the
 * witness only when nothing else forbids the deletion already. The guards come last, so that nobody is ever asked to
 * approve a set that the source itself contradicts.
 */
export function decideDeletion(facts: DeletionCase): DeletionDecision {
  const { stale, testimony } = facts;
  if (stale.length === 0) return { type: 'nothing' };
  if (facts.aborted) return block(facts, 'aborted', 'the run was stopped');
  const [taint] = facts.taints;
  if (taint) return block(facts, taint.reason, taint.detail);
  switch (testimony.type) {
    case 'not_asked':
      return { type: 'ask_witness' };
    case 'contradicted':
      return block(facts, 'contradicted', `Komodor still has ${testimony.witnesses.join(', ')}`, testimony.witnesses);
    case 'unconfirmed':
      return block(facts, 'unconfirmed', testimony.detail);
    case 'confirmed':
      return guard(facts);
  }
}

function guard(facts: DeletionCase): DeletionDecision {
  const { owned, stale, threshold, blueprint } = facts;
  const digest = digestOf(blueprint, stale);
  const approvedDigest = facts.approved.has(digest) ? digest : null;
  if (approvedDigest) return { type: 'delete', identifiers: stale, approvedDigest };
  if (threshold === null) return block(facts, 'threshold', 'the mapping says that nothing is ever deleted');
  if (stale.length >= owned) return block(facts, 'emptied', `all ${owned} entities would go`);
  const share = stale.length / owned;
  if (share > threshold) {
    const percent = (part: number) => `${Math.round(part * 1000) / 10} %`;
    return block(
      facts,
      'threshold',
      `${percent(share)} would go, entityDeletionThreshold allows ${percent(threshold)}`,
    );
  }
  return { type: 'delete', identifiers: stale, approvedDigest: null };
}

function block(
  facts: DeletionCase,
  reason: BlockReason,
  detail: string,
  sample: readonly string[] = facts.stale,
): DeletionDecision {
  return { type: 'blocked', blocked: blockedBecause(reason, facts.blueprint, facts.stale, sample), detail };
}

/** How a block is reported: how many, the digest that names exactly them, and a few by name. */
export function blockedBecause(
  reason: BlockReason,
  blueprint: string,
  stale: readonly string[],
  sample: readonly string[] = stale,
): DeletionBlocked {
  return { reason, count: stale.length, digest: digestOf(blueprint, stale), sample: sample.slice(0, SAMPLE_SIZE) };
}

/** Whether a person may lift this block by approving the digest; the others need a better read or a better mapping. */
export function isApprovable(reason: BlockReason): boolean {
  return reason === 'threshold' || reason === 'emptied';
}
