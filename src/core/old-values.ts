import type { BlueprintState } from './blueprint-state.ts';
import { isAbort, messageOf } from './errors.ts';
import type { StoredEntity } from './model.ts';
import type { Catalog, FieldSelection } from './ports.ts';
import type { ProblemBook } from './problem-book.ts';

/** Port answers up to so many identifiers a question. */
export const IDENTIFIERS_PER_QUESTION = 250;

export type StoredByIdentifier = ReadonlyMap<string, StoredEntity>;

const ONLY_TITLE: FieldSelection = { title: true, icon: false, team: false, properties: [], relations: [] };

/**
 * Reads entities from Port just before they are changed, for the record. If that fails, the run goes on without their old
 * values, and does not ask again: each failed question has cost all its retries.
 */
export class OldValues {
  readonly #catalog: Pick<Catalog, 'find'>;
  readonly #problems: ProblemBook;
  readonly #signal: AbortSignal;
  #hasFailed = false;

  constructor(catalog: Pick<Catalog, 'find'>, problems: ProblemBook, signal: AbortSignal) {
    this.#catalog = catalog;
    this.#problems = problems;
    this.#signal = signal;
  }

  /** The compared fields of these entities, up to `IDENTIFIERS_PER_QUESTION`. @throws on abort */
  fieldsOf(state: BlueprintState, identifiers: readonly string[]): Promise<StoredByIdentifier> {
    return this.#ask(state, state.selection, identifiers);
  }

  /** The titles of these entities. @throws on abort */
  async titlesOf(state: BlueprintState, identifiers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const titles = new Map<string, string>();
    for (let start = 0; start < identifiers.length; start += IDENTIFIERS_PER_QUESTION) {
      const some = identifiers.slice(start, start + IDENTIFIERS_PER_QUESTION);
      for (const [identifier, { title }] of await this.#ask(state, ONLY_TITLE, some)) {
        if (typeof title === 'string') titles.set(identifier, title);
      }
    }
    return titles;
  }

  async #ask(
    { shape }: BlueprintState,
    fields: FieldSelection,
    identifiers: readonly string[],
  ): Promise<StoredByIdentifier> {
    if (this.#hasFailed) return new Map();
    try {
      const found = await this.#catalog.find(shape, fields, identifiers, this.#signal);
      return new Map(found.map((entity) => [entity.identifier, entity]));
    } catch (error) {
      if (isAbort(error, this.#signal)) throw error;
      this.#hasFailed = true;
      this.#problems.add({
        code: 'old_values_unread',
        severity: 'warning',
        group: '',
        message: `The record of this run has no old values from here on, because Port did not give those of ${shape.identifier}: ${messageOf(error)}`,
      });
      return new Map();
    }
  }
}
