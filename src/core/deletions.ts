import type { BlueprintState } from './blueprint-state.ts';
import { digestInTurns } from './canonical.ts';
import { explainDeletions, summarizeCauses } from './causes.ts';
import { confirmStale } from './confirm-stale.ts';
import {
  type Cause,
  type Causes,
  type Confirmation,
  type DeletionDecision,
  decideDeletion,
  isApprovable,
} from './deletion.ts';
import { isAbort, messageOf } from './errors.ts';
import type { KindReader } from './kind-reader.ts';
import { recordHeldBack, removeRecorded } from './record-deletions.ts';
import type { DeletionBlocked } from './report.ts';
import { extractionsCreating, type Run } from './run.ts';
import { systemsOf } from './source.ts';
import { protectOutsideWindow } from './windows.ts';

/** Decides about the deletions of every blueprint, and makes them. A blocked blueprint does not affect the others. */
export class Deletions {
  readonly #run: Run;
  readonly #readers: readonly KindReader[];
  readonly #approved: ReadonlySet<string>;
  readonly #startedAt: Date;
  readonly #used = new Set<string>();
  readonly blocked = new Map<string, DeletionBlocked>();

  /** @param startedAt when the run began, before anything was read */
  constructor(run: Run, readers: readonly KindReader[], approved: ReadonlySet<string>, startedAt: Date) {
    this.#startedAt = startedAt;
    this.#run = run;
    this.#readers = readers;
    this.#approved = approved;
  }

  /** @param states in the order of deletion: blueprints with relations before their targets */
  async decideAndDelete(states: readonly BlueprintState[]): Promise<void> {
    for (const state of states) await this.#apply(state, await this.#decide(state));
    this.#reportUnusedApprovals();
  }

  async #decide(state: BlueprintState): Promise<DeletionDecision> {
    protectOutsideWindow(state, this.#run.extractions, [this.#startedAt, this.#run.ports.now()]);
    const stale = state.stale();
    const digest = stale.length === 0 ? undefined : await digestInTurns(state.shape.identifier, stale);
    const decide = (confirmation: Confirmation) =>
      decideDeletion({
        blueprint: state.shape.identifier,
        systems: systemsOf(extractionsCreating(this.#run.extractions, state.shape.identifier).map(({ kind }) => kind)),
        mapped: this.#run.writes(state.shape.identifier),
        owned: state.owned,
        stale,
        digest,
        aborted: this.#run.signal.aborted,
        taints: state.taints,
        confirmation,
        threshold: this.#run.mapping.flags.entityDeletionThreshold,
        approved: this.#approved,
      });
    const first = decide({ type: 'not_asked' });
    if (first.type !== 'needs_confirmation') return first;
    return decide(await this.#run.lanes.time(this.#kindsOf(state), 'delete', () => this.#confirm(state)));
  }

  async #confirm(state: BlueprintState): Promise<Confirmation> {
    try {
      return await confirmStale(this.#run, state, this.#readers);
    } catch (error) {
      if (isAbort(error, this.#run.signal)) throw error;
      return { type: 'unconfirmed', detail: messageOf(error) };
    }
  }

  async #apply(state: BlueprintState, decision: DeletionDecision): Promise<void> {
    const blueprint = state.shape.identifier;
    const why = decision.type === 'nothing' ? undefined : await this.#explain(state, decision);
    this.#run.observer.deletionsDecided?.(blueprint, state.stale(), decision, why);
    if (decision.type === 'blocked') await this.#hold(state, decision, why);
    if (decision.type !== 'delete') return;
    if (decision.approvedDigest) this.#used.add(decision.approvedDigest);
    const {
      deleted,
      refused,
      superseded = [],
    } = await this.#run.lanes.time(
      this.#kindsOf(state),
      'delete',
      () => removeRecorded(this.#run, state, decision.identifiers, (identifier) => why?.get(identifier)),
      (outcome) => outcome.deleted.length,
    );
    state.deleted += deleted.length;
    for (const identifier of superseded) state.protect(identifier);
    for (const { identifier, code, message } of refused) {
      this.#run.problems.add({
        code: 'delete_failed',
        severity: 'error',
        group: `${blueprint} ${code}`,
        message: `Entities of ${blueprint} could not be deleted: ${code}: ${message}`,
        sample: identifier,
      });
    }
  }

  /** The kinds in whose lanes its deletions are shown. */
  #kindsOf({ shape: { identifier } }: BlueprintState): readonly string[] {
    const kinds = extractionsCreating(this.#run.extractions, identifier).map(({ kind }) => kind.name);
    return kinds.length === 0 ? [identifier] : [...new Set(kinds)];
  }

  #explain(state: BlueprintState, decision: DeletionDecision): Promise<Causes> {
    return explainDeletions(this.#run, state, this.#readers, decision);
  }

  async #hold(
    state: BlueprintState,
    { blocked, detail }: Extract<DeletionDecision, { type: 'blocked' }>,
    why: Causes = new Map(),
  ): Promise<void> {
    const blueprint = state.shape.identifier;
    const { reason, count } = blocked;
    this.blocked.set(blueprint, blocked);
    if (reason === 'contradicted') this.#markFirstReadsIncomplete(blueprint, detail);
    const causes = reason === 'unmapped' || why.size === 0 ? '' : ` (${summarizeCauses(why)})`;
    const approve = isApprovable(reason) ? `${causes}${howToApprove(blocked)}` : '';
    this.#run.problems.add({
      code: 'deletion_blocked',
      severity: reason === 'not_selected' ? 'warning' : 'error',
      group: blueprint,
      message: `${notDeleted(blueprint, blocked)}${detail}${approve}`,
      count,
      samples: blocked.sample,
    });
    await recordHeldBack(this.#run, state, state.stale(), (identifier) =>
      heldBackCause(why, identifier, blocked, detail),
    );
  }

  /** A confirming read showed what a first read did not. So the first read was not complete, although it seemed so. */
  #markFirstReadsIncomplete(blueprint: string, detail: string): void {
    const kinds = new Set(extractionsCreating(this.#run.extractions, blueprint).map(({ kind }) => kind.name));
    for (const reader of this.#readers) {
      if (kinds.has(reader.kind)) reader.markIncomplete({ complete: false, reason: 'contradicted', detail });
    }
  }

  #reportUnusedApprovals(): void {
    for (const digest of this.#approved) {
      if (this.#used.has(digest)) continue;
      this.#run.problems.add({
        code: 'approval_unmatched',
        severity: 'warning',
        group: digest,
        message: `The approved set of deletions ${digest} is not what would be deleted now; nothing was deleted on its strength`,
      });
    }
  }
}

/** How the message of a held-back set ends that a person can approve. */
export function howToApprove({ reason, digest }: Pick<DeletionBlocked, 'reason' | 'digest'>): string {
  const when = reason === 'unmapped' ? 'If they are to go' : 'If they are really gone';
  return `. ${when}: --approve-deletions ${digest}`;
}

/** How the message of a held-back set begins; after it comes why. */
export function notDeleted(blueprint: string, { count, reason }: Pick<DeletionBlocked, 'count' | 'reason'>): string {
  return `${count} entities of ${blueprint} were not deleted (${reason}): `;
}

/** Why an entity is stale, and why it stays nevertheless. */
function heldBackCause(
  why: Causes,
  identifier: string,
  { reason }: DeletionBlocked,
  detail: string,
): Cause | undefined {
  const cause = why.get(identifier);
  // What nobody has proved to be gone names the same reason itself.
  if (!cause || cause.detail.includes(detail)) return cause;
  return { ...cause, detail: `${cause.detail}; held back (${reason}): ${detail}` };
}
