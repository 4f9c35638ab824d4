import type { HeldSet } from '../../api/documents.ts';
import { countText, plural } from '../../ui/format.ts';

type Reason = HeldSet['reason'];

interface ReasonWords {
  /** Why, in a few words. */
  readonly title: string;
  /** What a person does about it. */
  readonly next: string;
}

/** Why deletions are held back, as docs/deletion.md has it. */
export const REASONS: Readonly<Record<Reason, ReasonWords>> = {
  threshold: {
    title: 'More would go than the mapping allows at once',
    next: 'Look at the entities. If they are really gone, approve this set.',
  },
  emptied: {
    title: 'All our entities of the blueprint would go',
    next: 'A narrowed selector or a new identifier does this too. If they are really gone, approve this set.',
  },
  unmapped: {
    title: 'No entry of the mapping writes this blueprint any more',
    next: 'Put the entry back, or approve this set if these entities are to go.',
  },
  incomplete: {
    title: 'The read was not complete',
    next: 'Nothing to approve: look at the problems of the run. The next complete run deletes.',
  },
  contradicted: {
    title: 'The second read still shows some of them',
    next: 'Nothing to approve: the next run reads again. If it stays so, a listing of Komodor leaves things out.',
  },
  unconfirmed: {
    title: 'The second read failed, so it confirms nothing',
    next: 'Nothing to approve: the next run asks again.',
  },
  rejected: {
    title: 'An item gave no identifier, and may stand for any of them',
    next: 'Correct the expression that the problem item_rejected of the run names.',
  },
  disabled: {
    title: 'An entry that writes this blueprint cannot be used',
    next: 'Correct the entry that the problems of the run name.',
  },
  not_selected: {
    title: 'The run left out a kind that also writes this blueprint',
    next: 'Run without a choice of kinds.',
  },
  aborted: { title: 'The run was stopped first', next: 'Run again.' },
};

const UNKNOWN: ReasonWords = { title: 'Held back', next: 'See docs/deletion.md.' };

/** A service of another version may know other reasons. */
export function reasonWords(reason: string): ReasonWords {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : UNKNOWN;
}

/** Whether an approval of the digest lets the set go; for other reasons another read or mapping is needed. */
export function canBeApproved(reason: string): boolean {
  return ['threshold', 'emptied', 'unmapped'].includes(reason);
}

/** `20 of 30 entities would go: 66.7 %, allowed are 30 %`. What is not known is left out. */
export function shareWords({ count, total, share, threshold, reason }: HeldSet): string {
  if (total === null || share === null) return `${plural(count, 'entity', 'entities')} would go`;
  const lead = `${countText(count)} of ${plural(total, 'entity', 'entities')} would go: ${percent(share)}`;
  if (reason === 'unmapped') return lead;
  return threshold === null
    ? `${lead}; the mapping lets none go without approval`
    : `${lead}; the mapping lets ${percent(threshold)} go at once`;
}

/** Why these are to go, where `shareWords` says the rest of the sentence already; otherwise the whole sentence. */
export function causeWords({ reason, detail }: Pick<HeldSet, 'reason' | 'detail'>): string {
  if (reason !== 'threshold' && reason !== 'emptied') return detail;
  return / \((\d.*)\)$/s.exec(detail)?.[1] ?? '';
}

/** Why one entity is to go, without why it stays for now. */
export function ownCause(detail: string | undefined): string {
  return detail?.split('; held back (')[0] ?? '';
}

/** With one digit, so that 30.4 % is told from 30 %. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/** What is typed to approve: the number of entities, also with commas or spaces between the digits. */
export function isTypedCount(typed: string, count: number): boolean {
  return typed.replaceAll(/[\s,.']/g, '') === String(count);
}
