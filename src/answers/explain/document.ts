import type { JournalRow, JournalRun } from '../../core/journal.ts';
import type { JsonObject, Kind } from '../../core/model.ts';
import type { Change, DeletionBlocked } from '../../core/report.ts';
import type { MapRow } from '../map-items.ts';

/** What can be the matter with an entity. docs/why-missing.md has a section for each (a test compares). */
export const VERDICTS = {
  current: 'Port has it as the mapping gives it',
  differs: 'The next resync will write it',
  missing_filtered: 'The mapping leaves it out',
  missing_rejected: 'The mapping gives it no identifier, blueprint or selector answer',
  missing_collided: 'Another item has the same identifier',
  missing_refused: 'Port refuses it',
  missing_unread: 'It could not be read whether it exists',
  missing_no_source: 'Nothing that is read gives it',
  stale_held_back: 'No item gives it any more, and its deletion is held back',
  stale_will_go: 'No item gives it any more, and the next resync deletes it',
  foreign: 'Somebody else wrote it',
  unknown_blueprint: 'Port has no such blueprint',
} as const;

export type Verdict = keyof typeof VERDICTS;

/** An item that gives, or would give, the entity; and what each entry of its kind makes of it. */
export interface ExplainedSource {
  readonly kind: Kind;
  readonly label: string;
  readonly item: JsonObject;
  readonly rows: readonly MapRow[];
}

/** Something that was asked. `complete: false`: it is not known, and `detail` says why. */
export interface ExplainedRead {
  /** A kind, `port` or `history`. */
  readonly kind: string;
  readonly complete: boolean;
  readonly detail: string;
}

export interface PortCopy {
  readonly entity: {
    readonly title: string | null;
    readonly icon: string | null;
    readonly team: unknown;
    readonly properties: JsonObject;
    readonly relations: JsonObject;
  };
  /** Who wrote it; null when Port does not say. */
  readonly owner: string | null;
  readonly updatedAt: string | null;
}

export interface ExplainedRelation {
  readonly relation: string;
  /** The blueprint and the identifier. */
  readonly target: { readonly blueprint: string; readonly identifier: string };
  /** null: it could not be asked. */
  readonly exists: boolean | null;
}

/** What the next resync would do with the entity. */
export interface NextStep {
  readonly action: 'none' | 'create' | 'update' | 'delete' | 'held_back' | 'unknown';
  /** The fields that it would change. */
  readonly changes: Pick<Change, 'title' | 'icon' | 'team' | 'properties' | 'relations'> | null;
  readonly reason: string;
  /** The name of the set of deletions that waits for approval, when it is known. */
  readonly digest: string | null;
}

export type HistoryRow = JournalRow & Pick<JournalRun, 'runId' | 'mode'>;

export interface Resembling {
  readonly blueprint: string;
  readonly identifier: string;
  readonly title: string | null;
}

/** Why an entity looks as it does, is missing, or would be deleted. */
export interface Explanation {
  readonly blueprint: string;
  readonly identifier: string;
  readonly verdict: Verdict;
  /** The verdict in a sentence or two. */
  readonly summary: string;
  readonly sources: readonly ExplainedSource[];
  readonly reads: readonly ExplainedRead[];
  readonly port: PortCopy | null;
  readonly relations: readonly ExplainedRelation[];
  readonly next: NextStep;
  readonly history: readonly HistoryRow[];
  /** What exists that resembles what was asked for, when nothing of that name was found. */
  readonly resembling: readonly Resembling[];
}

/** What runs of the service have said about an entity and its blueprint. */
export interface Recollection {
  readonly history: readonly HistoryRow[];
  /** The deletions of the blueprint that the last finished resync held back. */
  readonly heldBack: Pick<DeletionBlocked, 'reason' | 'digest' | 'count'> | null;
  /** Why the last finished resync deleted nothing of what these kinds give. */
  readonly hindrances: readonly { readonly kind: Kind; readonly reason: string; readonly message: string }[];
  /** Problems of the last finished resync that name the entity. */
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

/** @throws when it cannot be asked; the message says why */
export type Recall = (blueprint: string, identifier: string, signal: AbortSignal) => Promise<Recollection>;
