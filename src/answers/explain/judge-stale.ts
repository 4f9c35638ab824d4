import { isApprovable } from '../../core/deletion.ts';
import type { NextStep } from './document.ts';
import type { Facts, Judgement } from './facts.ts';

/** What becomes of an entity of ours in Port that no item gives. */
export function judgeStale(facts: Facts): Judgement {
  const { identifier, unread, rejected, disabled, recollection } = facts;
  if (facts.writing > 0 && facts.creating.length === 0)
    return stays(facts, 'no kind that the mapping reads deletes it: they only add fields');
  const [open] = unread;
  if (open) {
    return {
      verdict: 'missing_unread',
      summary: `${identifier} is in Port. Whether ${facts.systems} still has it is not known: ${open.detail}.`,
      next: { action: 'unknown', changes: null, reason: 'nothing is deleted unless everything was read', digest: null },
    };
  }
  const [no] = rejected;
  if (no)
    return heldBack(
      facts,
      'rejected',
      `${no.label} may be its item, and the mapping makes no entity of that: ${no.why}`,
      null,
    );
  if (disabled)
    return heldBack(facts, 'disabled', `${disabled.path} of the mapping cannot be used: ${disabled.message}`, null);
  const held = recollection?.heldBack ?? null;
  if (facts.writing === 0)
    return heldBack(
      facts,
      'unmapped',
      'no entry of the mapping writes its blueprint any more, so it goes only by approval',
      held?.digest ?? null,
    );
  if (facts.absence === 'unknown')
    return stays(
      facts,
      `its time is outside of what ${facts.systems} shows, so that ${facts.systems} does not show it says nothing`,
    );
  return guarded(facts) ?? goes(facts);
}

/** What the guards hold back, as far as the last resync and the mapping tell; undefined: nothing is known of that. */
function guarded(facts: Facts): Judgement | undefined {
  const { recollection } = facts;
  const held = recollection?.heldBack ?? null;
  const hindrance = recollection?.hindrances.find(({ kind }) => facts.creating.includes(kind));
  if (hindrance)
    return heldBack(
      facts,
      hindrance.reason,
      `${whyStale(facts)}; the last resync could delete nothing of ${hindrance.kind}: ${hindrance.message}`,
      null,
    );
  if (held) {
    const others = `the last resync held back ${held.count} ${held.count === 1 ? 'deletion' : 'deletions'} of the blueprint (${held.reason})`;
    // What is blocked for another reason is not lifted by an approval.
    const digest = isApprovable(held.reason) ? held.digest : null;
    return heldBack(facts, held.reason, `${whyStale(facts)}; ${others}`, digest);
  }
  if (facts.threshold === null || facts.threshold === 0)
    return heldBack(
      facts,
      'threshold',
      `${whyStale(facts)}; entityDeletionThreshold is ${facts.threshold}, so nothing goes without approval`,
      null,
    );
  return undefined;
}

function goes(facts: Facts): Judgement {
  const { identifier } = facts;
  return {
    verdict: 'stale_will_go',
    summary: `${identifier} is in Port, and ${whyStale(facts)}. The next resync deletes it.`,
    next: {
      action: 'delete',
      changes: null,
      reason: `${whyStale(facts)}. The guards look at all deletions together, so they may still hold this one back`,
      digest: null,
    },
  };
}

/** Why no item gives it, as a part of a sentence. */
function whyStale({ absence, filtered, renamed, blueprint, systems }: Facts): string {
  const [out] = filtered;
  if (out) return `the mapping leaves ${out.label} out: ${out.why}`;
  if (renamed) return `its item gives ${renamed} now`;
  if (absence === 'expired') return `it is older than selector.keepDays, and ${systems} does not show it any more`;
  return `no item of ${systems} gives this ${blueprint} any more`;
}

function stays({ identifier }: Facts, why: string): Judgement {
  const next: NextStep = { action: 'none', changes: null, reason: why, digest: null };
  return { verdict: 'current', summary: `${identifier} is in Port and stays: ${why}.`, next };
}

function heldBack({ identifier }: Facts, reason: string, why: string, digest: string | null): Judgement {
  const approve = digest === null ? '' : ` Approve it with --approve-deletions ${digest}, if it is right that they go.`;
  return {
    verdict: 'stale_held_back',
    summary: `${identifier} is in Port, no item gives it, and its deletion is held back (${reason}): ${why}.${approve}`,
    next: { action: 'held_back', changes: null, reason: `${reason}: ${why}`, digest },
  };
}
