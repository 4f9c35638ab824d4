import { describeWrite } from './change.ts';
import { isAbort, messageOf } from './errors.ts';
import { givenPaths, onlyFields } from './fields.ts';
import type { HistoryDetail, JournalWriter, NewRow } from './journal.ts';
import { withoutExchange } from './kept-exchanges.ts';
import { OldValues } from './old-values.ts';
import type { Catalog, RefusedRemoval, UpsertOutcome } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';
import { fitRow } from './row-values.ts';
import type { ReadyWrite, WriteNote } from './write.ts';

/** Where the rows of a run go, and how much they keep. */
export interface Recording {
  readonly writer: JournalWriter;
  readonly detail: Exclude<HistoryDetail, 'off'>;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
}

/** A write that is recorded. */
export type RecordedWrite = ReadyWrite & { readonly note: WriteNote };

type FinalOutcome = Exclude<UpsertOutcome, { readonly type: 'missing_relation' }>;

/** What is said of a write besides its fields. */
interface Verdict {
  readonly identifier: string;
  readonly isNew: boolean;
  /** Whether this run has created the entity, by this write or an earlier one. */
  readonly isCreatedHere: boolean;
  /** Fields that Port did not take. */
  readonly leftOut: readonly string[];
}

const NOT_NAMED = 'the mapping names it by a search, and Port did not say which entity that finds';

/** What a recorder needs of its run. */
interface Recorded {
  readonly ports: { readonly catalog: Catalog; readonly now: () => Date };
  readonly problems: ProblemBook;
  readonly signal: AbortSignal;
}

/** Writes the rows of a run to the journal. */
export class Recorder {
  readonly #recording: Recording;
  readonly #now: () => Date;
  readonly #signal: AbortSignal;
  /** Reads what is about to be changed; undefined when values are not kept. */
  readonly oldValues: OldValues | undefined;
  /** Entities of which nobody knows whether this run created them. There are few. */
  readonly #unsure = new Set<string>();

  constructor(recording: Recording, { ports: { catalog, now }, problems, signal }: Recorded) {
    this.#recording = recording;
    this.#now = now;
    this.#signal = signal;
    this.oldValues = recording.detail === 'values' ? new OldValues(catalog, problems, signal) : undefined;
  }

  /**
   * The row of a write; undefined when there was nothing to write. To be called before the outcome is noted in the entity's
   * state.
   */
  rowOf(write: RecordedWrite, outcome: FinalOutcome): NewRow | undefined {
    if (outcome.type === 'unmatched') return undefined;
    const { source, state } = write.note;
    const given = typeof write.entity.identifier === 'string' ? write.entity.identifier : undefined;
    const identifier = outcome.type === 'written' ? (outcome.identifier ?? given) : given;
    const tracked = identifier === undefined ? undefined : state.track(identifier);
    const isKnown = given === undefined || tracked?.owned === true || tracked?.outcome === 'created';
    const isNew = outcome.type === 'written' ? (outcome.created ?? !isKnown) : !isKnown;
    const again = tracked?.recorded === true;
    const leftOut = outcome.type === 'written' ? (outcome.leftOut ?? []) : [];
    const details = [
      ...(identifier === undefined ? [NOT_NAMED] : []),
      ...leftOut.map(({ path, message }) => `${path}: ${message}`),
    ];
    // After a retry Port does not say whether the entity was there before, so neither do we say what it held.
    const isUnsure = outcome.type === 'written' && outcome.created === null && !isKnown;
    const key = JSON.stringify([state.shape.identifier, identifier]);
    if (isUnsure) this.#unsure.add(key);
    const isCreatedHere = (isNew || tracked?.outcome === 'created') && !this.#unsure.has(key);
    if (tracked) tracked.recorded = true;
    return {
      ...this.#described(write, {
        identifier: identifier ?? source?.item ?? '',
        isNew,
        isCreatedHere,
        leftOut: leftOut.map(({ path }) => path),
      }),
      outcome: outcome.type === 'written' ? 'done' : outcome.type,
      at: this.time(),
      ...(details.length > 0 ? { detail: details.join('; ') } : {}),
      ...(outcome.type === 'refused' ? { error: errorOf(outcome) } : {}),
      ...(source ? { source } : {}),
      ...(again ? { again } : {}),
    };
  }

  /** The changed fields: with their values if these are kept and the old ones are known, else by name. */
  #described(
    { entity, merge, note: { state, changed }, before }: RecordedWrite,
    { identifier, isNew, isCreatedHere, leftOut }: Verdict,
  ) {
    const taken = leftOut.length === 0 ? entity : onlyFields(entity, (path) => !leftOut.includes(path));
    const action = isNew ? ('create' as const) : ('update' as const);
    if (this.oldValues && (isCreatedHere || before !== undefined)) {
      const known = isCreatedHere ? undefined : before;
      return { ...describeWrite(taken, identifier, known, { table: state.table, merge }), action };
    }
    return {
      action,
      blueprint: entity.blueprint,
      identifier,
      title: taken.title ?? null,
      fields: isNew ? givenPaths(taken) : changed.filter((path) => !leftOut.includes(path)),
    };
  }

  /** Adds rows to the journal. */
  async append(rows: readonly NewRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { detail, redact, writer } = this.#recording;
    // What was sent has values.
    const kept = detail === 'values' ? rows : rows.map(withoutExchange);
    await writer.append(kept.map((row) => fitRow(row, redact)));
  }

  /** What became of a request that ended with an error, as far as anybody knows. */
  lostAnswer(error: unknown) {
    const why = isAbort(error, this.#signal) ? 'the run was stopped before Port answered' : messageOf(error);
    const message = `Port's answer is not known, so this may have been done: ${why}`;
    return { type: 'refused', code: 'no_answer', message } as const;
  }

  /** The time of a row. */
  time(): string {
    return this.#now().toISOString();
  }
}

/** What a row says of a refusal. */
export function errorOf({ code, message, exchange }: Omit<RefusedRemoval, 'identifier'>): NonNullable<NewRow['error']> {
  return { code, message, ...(exchange ? { exchange } : {}) };
}
