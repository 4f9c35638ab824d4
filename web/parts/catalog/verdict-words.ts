import type { Explanation } from '../../api/documents.ts';
import type { Word } from '../../ui/words.ts';

export interface VerdictWords extends Word {
  /** What a person can do now. */
  readonly next: string;
  /** Where that is done. */
  readonly link?: 'mapping' | 'held' | 'plan' | 'run' | 'now';
}

/** What is the matter with an entity, as a person reads it. docs/why-missing.md says more. */
export const VERDICT_WORDS: Readonly<Record<Explanation['verdict'], VerdictWords>> = {
  current: {
    ...{ word: 'Current', tone: 'ok', shape: 'check' },
    next: 'Nothing to do. If you expected another value, look at the expression of that field below: the mapping decides.',
  },
  differs: {
    ...{ word: 'Differs', tone: 'busy', shape: 'tilde' },
    next: 'The next resync writes it. If it stays like this for more than one resync, look at the history: a write that Port refuses is there.',
    link: 'plan',
  },
  missing_filtered: {
    ...{ word: 'Left out', tone: 'warn', shape: 'ring' },
    next: 'If it should be in Port, change the selector that says no. A plan shows what else that brings in.',
    link: 'mapping',
  },
  missing_rejected: {
    ...{ word: 'Rejected', tone: 'bad', shape: 'cross' },
    next: 'Correct the expression that is named; its input stands beside it. Nothing is deleted from the blueprint until then.',
    link: 'mapping',
  },
  missing_collided: {
    ...{ word: 'Collided', tone: 'bad', shape: 'cross' },
    next: 'Make the identifier unique: add what tells the items apart, such as the cluster or the namespace.',
    link: 'mapping',
  },
  missing_refused: {
    ...{ word: 'Refused by Port', tone: 'bad', shape: 'cross' },
    next: 'Map what Port asks for, or make it optional in the blueprint.',
    link: 'mapping',
  },
  missing_unread: {
    ...{ word: 'Not known', tone: 'warn', shape: 'ring' },
    next: 'Look at what was asked, below, and ask again when that works. Nothing is deleted until then.',
    link: 'now',
  },
  missing_no_source: {
    ...{ word: 'No source', tone: 'none', shape: 'ring' },
    next: 'Look for it in Komodor. If it is there, check that the API key may see its cluster, that the add-on of its kind is on, and how the mapping builds the identifier.',
    link: 'mapping',
  },
  stale_held_back: {
    ...{ word: 'Deletion held back', tone: 'hold', shape: 'pause' },
    next: 'If it is right that it goes, look at the whole set and approve it. If not, correct what the reason says.',
    link: 'held',
  },
  stale_will_go: {
    ...{ word: 'Will be deleted', tone: 'warn', shape: 'minus' },
    next: 'Nothing to do if it is gone. If it should stay, find out below why no item gives it.',
    link: 'plan',
  },
  foreign: {
    ...{ word: 'Not ours', tone: 'none', shape: 'square' },
    next: 'A resync never deletes it. If it should be ours, delete it in Port and start a resync; if two writers share it, give one of them another identifier.',
  },
  unknown_blueprint: {
    ...{ word: 'No such blueprint', tone: 'bad', shape: 'cross' },
    next: 'Correct the name. If the mapping writes it, create the blueprint in Port, or let a resync create it.',
    link: 'mapping',
  },
};
